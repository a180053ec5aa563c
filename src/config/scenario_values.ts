import * as z from "zod";
import { DURATION_FORM, parseDuration } from "../domain/duration.ts";
import { Duration } from "./duration.ts";
import { parseQuantity, QUANTITY_FORM, QUANTITY_PATTERN } from "./scenario_quantity.ts";

export const DEFAULT_LENGTH = "24h";

/** A mapping whose keys are all known; a message about another names those. */
export function mapping<S extends z.core.$ZodLooseShape>(shape: S) {
  const allowed = `allowed are ${Object.keys(shape).join(", ")}`;
  return z.strictObject(shape, {
    error: ({ code }) => code === "unrecognized_keys" ? allowed : "has to be a mapping",
  });
}

/** As a file would have it: `24h`, `1h30m`. */
export function durationText(ms: number): string {
  return new Duration(ms).toJSON();
}

/** https://pkg.go.dev/time#ParseDuration, without a sign. */
const DURATION_PATTERN = "^(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$";

/** A Go duration, in milliseconds; `least` and `most` are milliseconds too. */
export function duration({ least = 0, most = Infinity }: { least?: number; most?: number } = {}) {
  const bounds = [
    ...least > 0 ? [`at least ${durationText(least)}`] : [],
    ...most < Infinity ? [`at most ${durationText(most)}`] : [],
  ];
  const error = ["has to be " + DURATION_FORM, ...bounds].join(", ");
  return z.string({ error }).meta({ pattern: DURATION_PATTERN, examples: ["30s", "4h", "1h30m"] })
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= least && ms <= most) return ms;
      context.addIssue({ code: "custom", message: error });
      return z.NEVER;
    });
}

/** A quantity in whole units of 1/`scale`, at least one of them. */
export function quantity(scale = 1) {
  const error = `has to be ${QUANTITY_FORM}, more than 0`;
  return z.union([z.string().meta({ pattern: QUANTITY_PATTERN }), z.number()], { error })
    .transform((text, context) => {
      const parsed = parseQuantity(text, scale);
      if (parsed !== undefined && parsed > 0) return parsed;
      context.addIssue({ code: "custom", message: error });
      return z.NEVER;
    });
}

export function integer({ least = 0, most }: { least?: number; most: number }) {
  const error = `has to be an integer from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** A number that may have a fraction. */
export function amount({ most }: { most: number }) {
  const error = `has to be a number from 0 to ${most}`;
  return z.number({ error }).min(0, { error }).max(most, { error });
}

export const flag = z.boolean({ error: "has to be true or false" });

export function list<T extends z.ZodType>(item: T, what: string) {
  return z.array(item, { error: `has to be a list of ${what}` });
}

const DNS_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DNS_SUBDOMAIN = "[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?";
const LABEL_KEY = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;

export const dnsLabel = z.string({ error: "has to be a DNS label such as spot-a" })
  .regex(new RegExp(`^${DNS_LABEL}$`), { error: "has to be a DNS label such as spot-a" });

export const labelKey = z.string({ error: "has to be a label key" })
  .regex(LABEL_KEY, { error: "has to be a label key" });

const LABEL_VALUE_ERROR = 'has to be a label value: a text, so true and numbers need quotes ("true")';
export const labelValue = z.string({ error: LABEL_VALUE_ERROR })
  .regex(LABEL_VALUE, { error: LABEL_VALUE_ERROR });

export const labels = z.record(labelKey, labelValue, {
  error: (issue) => issue.code === "invalid_key" ? "is no label key" : "has to map label keys to label values",
});

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

export const taint = mapping({
  key: labelKey.describe("As on the node, such as dedicated"),
  value: labelValue.optional().describe("Absent: a taint without a value"),
  effect: z.enum(EFFECTS, { error: `has to be ${EFFECTS.join(", ").replace(/, (?=\w+$)/, " or ")}` })
    .describe("What it does to pods that do not tolerate it"),
});

/** Which workload is meant, as it is written: `Deployment shop/web`. */
export interface WorkloadName {
  readonly kind: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
}

const WORKLOAD = new RegExp(`^(Deployment|StatefulSet) (${DNS_LABEL})/(${DNS_SUBDOMAIN})$`);

const WORKLOAD_FORM = '"KIND NAMESPACE/NAME" of a Deployment or StatefulSet, such as ' +
  '"Deployment shop/web"';

export function parseWorkloadName(text: string): WorkloadName | undefined {
  const [, kind, namespace, name] = WORKLOAD.exec(text) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  return { kind: kind as WorkloadName["kind"], namespace, name };
}

export const workload = z.string({ error: `has to be ${WORKLOAD_FORM}` })
  .meta({ pattern: WORKLOAD.source.replaceAll("(?:", "("), examples: ["Deployment shop/web"] })
  .transform((text, context) => {
    const parsed = parseWorkloadName(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: `has to be ${WORKLOAD_FORM}` });
    return z.NEVER;
  });

const DEPLOYED = ["*", "all"] as const;

/** Which workloads a deploy is of. */
export const deployed = z.string({ error: `has to be "*", "all", or ${WORKLOAD_FORM}` })
  .meta({ examples: ["*", "all", "Deployment shop/web"] })
  .transform((text, context) => {
    const parsed = DEPLOYED.find((each) => each === text) ?? parseWorkloadName(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: "custom", message: `has to be "*", "all", or ${WORKLOAD_FORM}` });
    return z.NEVER;
  });
