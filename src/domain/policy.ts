import { DURATION_FORM, parseDuration } from "./duration.ts";
import * as keys from "./keys.ts";
import type { Labels } from "./label_selector.ts";
import { quote } from "./quote.ts";
import { type DisruptionWindow, disruptionWindow, isSchedule, SCHEDULE_FORM } from "./window.ts";

/** What the owner of a workload asks for. */
export interface Policy {
  /** 0–100. */
  readonly spotPercentage: number;
  /** The floor: never fewer pods than this on on-demand, so long as there are as many. */
  readonly minOnDemand: number;
  /** Undefined: the operator's window holds. */
  readonly window: DisruptionWindow | undefined;
  /** Milliseconds a spot pod may be unschedulable, `off`, or undefined: the operator's setting holds. */
  readonly spotFallback: number | "off" | undefined;
}

export interface PolicyProblem {
  readonly key: string;
  readonly on: "workload" | "namespace";
  readonly value: string;
  readonly allowed: string;
}

export type PolicyResult =
  | { readonly kind: "unmanaged"; readonly why: string }
  | { readonly kind: "invalid"; readonly problems: readonly PolicyProblem[] }
  | { readonly kind: "managed"; readonly policy: Policy };

export interface PolicySource {
  readonly labels: Labels;
  readonly annotations: Labels;
}

export function describeProblem(problem: PolicyProblem): string {
  return `${problem.key} on the ${problem.on} is ${quote(problem.value)}, allowed is ${problem.allowed}`;
}

const PERCENTAGE = /^(?:\d|[1-9]\d|100)%?$/;
const COUNT = /^(?:0|[1-9]\d{0,9})$/;
const MAX_REPLICAS = 2_147_483_647;

/** Reads keys of a workload with its namespace's as defaults, and keeps every problem that it meets. */
class Reader {
  readonly problems: PolicyProblem[] = [];
  readonly #workload: PolicySource;
  readonly #namespace: PolicySource;

  constructor(workload: PolicySource, namespace: PolicySource) {
    this.#workload = workload;
    this.#namespace = namespace;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#workload.annotations, key) || Object.hasOwn(this.#namespace.annotations, key);
  }

  /** The parsed value; undefined where it is absent, or wrong (and then a problem is noted). */
  read<T>(key: string, rule: { allowed: string; parse: (text: string) => T | undefined }): T | undefined {
    if (!this.has(key)) return undefined;
    const on = Object.hasOwn(this.#workload.annotations, key) ? "workload" : "namespace";
    const value = (on === "workload" ? this.#workload : this.#namespace).annotations[key]!;
    const parsed = rule.parse(value);
    if (parsed === undefined) this.problems.push({ key, on, value, allowed: rule.allowed });
    return parsed;
  }
}

const PERCENTAGE_RULE = {
  allowed: 'an integer from 0 to 100, such as "70" or "70%"',
  parse: (text: string) => PERCENTAGE.test(text) ? Number.parseInt(text, 10) : undefined,
};

const COUNT_RULE = {
  allowed: "an integer from 0 up",
  parse: (text: string) => COUNT.test(text) && Number(text) <= MAX_REPLICAS ? Number(text) : undefined,
};

const SCHEDULE_RULE = {
  allowed: SCHEDULE_FORM,
  parse: (text: string) => isSchedule(text) ? text : undefined,
};

const DURATION_RULE = {
  allowed: `${DURATION_FORM}, at least 1ms`,
  parse: (text: string) => {
    const ms = parseDuration(text);
    return ms !== undefined && ms >= 1 ? ms : undefined;
  },
};

const FALLBACK_RULE = {
  allowed: `"off", or ${DURATION_FORM}`,
  parse: (text: string): number | "off" | undefined => text === "off" ? "off" : parseDuration(text),
};

function readWindow(reader: Reader): DisruptionWindow | undefined {
  const keysOfWindow = [keys.DISRUPTION_SCHEDULE, keys.DISRUPTION_DURATION] as const;
  const schedule = reader.read(keys.DISRUPTION_SCHEDULE, SCHEDULE_RULE);
  const durationMs = reader.read(keys.DISRUPTION_DURATION, DURATION_RULE);
  const missing = keysOfWindow.find((key) => !reader.has(key));
  const given = keysOfWindow.find((key) => reader.has(key));
  if (missing !== undefined && given !== undefined) {
    reader.read(given, { allowed: `a window of both keys; ${missing} is missing`, parse: () => undefined });
  }
  return schedule === undefined || durationMs === undefined
    ? undefined
    : disruptionWindow(schedule, durationMs);
}

type Enabling = "workload" | "namespace" | PolicyProblem | undefined;

/** Which object's label turns management on; a problem where a label is neither "true" nor "false". */
function enabledBy(workload: PolicySource, namespace: PolicySource): Enabling {
  const [on, labels] = Object.hasOwn(workload.labels, keys.ENABLED)
    ? ["workload", workload.labels] as const
    : ["namespace", namespace.labels] as const;
  const value = Object.hasOwn(labels, keys.ENABLED) ? labels[keys.ENABLED]! : "false";
  if (value === "true") return on;
  if (value === "false") return undefined;
  return { key: keys.ENABLED, on, value, allowed: '"true" or "false"' };
}

/** Labels and annotations of a workload and its namespace -> what is asked, or all that is wrong with it. */
export function parsePolicy(workload: PolicySource, namespace: PolicySource): PolicyResult {
  const enabled = enabledBy(workload, namespace);
  if (enabled === undefined) return { kind: "unmanaged", why: `no label ${keys.ENABLED}=true` };
  const reader = new Reader(workload, namespace);
  const ownLabel = enabled === "workload" || (typeof enabled === "object" && enabled.on === "workload");
  if (!ownLabel && !reader.has(keys.SPOT_PERCENTAGE) && !reader.has(keys.MIN_ON_DEMAND)) {
    return { kind: "unmanaged", why: "the namespace is enabled, but no percentage or floor is set" };
  }
  if (typeof enabled === "object") reader.problems.push(enabled);
  const policy: Policy = {
    spotPercentage: reader.read(keys.SPOT_PERCENTAGE, PERCENTAGE_RULE) ?? 0,
    minOnDemand: reader.read(keys.MIN_ON_DEMAND, COUNT_RULE) ?? 0,
    window: readWindow(reader),
    spotFallback: reader.read(keys.SPOT_FALLBACK, FALLBACK_RULE),
  };
  return reader.problems.length > 0
    ? { kind: "invalid", problems: reader.problems }
    : { kind: "managed", policy };
}
