import { type Census, takeCensus } from "./census.ts";
import { spotTarget } from "./distribution.ts";
import {
  type Answer,
  type Case,
  fallsBackAt,
  type Gate,
  GATES,
  NOTHING_TO_DO,
  policyGate,
  STANDING_GATES,
} from "./gates.ts";
import type { DisruptionSettings, Instant, PodView, WorkloadSnapshot } from "./snapshot.ts";
import { chooseVictims } from "./victims.ts";

/** What there is and what there should be. */
export interface Tally {
  readonly census: Census;
  /** Undefined without a valid policy. */
  readonly spotTarget: number | undefined;
  /** Spot pods there are, less those there should be. */
  readonly drift: number;
}

export type Decision = Tally & DecisionBody;

type DecisionBody =
  | { readonly action: "ignore"; readonly reason: Gate; readonly detail: string }
  | {
    readonly action: "hold";
    readonly reason: Gate;
    readonly detail: string;
    /** Wall-clock milliseconds; undefined where only a change can lift the hold. */
    readonly until: number | undefined;
  }
  | {
    readonly action: "evict";
    /** `fallback`: the victims have no node, and will not get one on spot. */
    readonly reason: "drift" | "fallback";
    readonly detail: string;
    readonly victims: readonly PodView[];
  };

export interface DecideOptions {
  readonly settings: DisruptionSettings;
  readonly now: Instant;
}

/** What to do about a workload now, and why. Pure: the same input gives the same answer. */
export function decide(snapshot: WorkloadSnapshot, options: DecideOptions): Decision {
  const refused = policyGate(snapshot);
  const of = caseOf(snapshot, options);
  if (of === undefined) {
    const census = takeCensus(snapshot.pods);
    return { ...answered("policy", refused!), census, spotTarget: undefined, drift: 0 };
  }
  const tally: Tally = { census: of.census, spotTarget: of.census.spot - of.drift, drift: of.drift };
  const first = firstAnswer(of, GATES);
  const stuck = first?.answer.stuck;
  const held = stuck === undefined ? first : firstAnswer(of, STANDING);
  if (held !== undefined) {
    const { until = Infinity } = held.answer;
    const next = Math.min(until, fallsBackAt(of) ?? Infinity);
    return {
      ...answered(held.gate, { ...held.answer, until: next === Infinity ? undefined : next }),
      ...tally,
    };
  }
  if (stuck !== undefined) {
    return { action: "evict", reason: "fallback", detail: first!.answer.detail, victims: stuck, ...tally };
  }
  const { victims } = of.selection;
  return { action: "evict", reason: "drift", detail: describeMove(of), victims, ...tally };
}

const STANDING = GATES.filter(({ gate }) => STANDING_GATES.has(gate));

function firstAnswer(
  of: Case,
  gates: typeof GATES,
): { readonly gate: Gate; readonly answer: Answer } | undefined {
  for (const { gate, check } of gates) {
    const answer = check(of);
    if (answer !== undefined) return { gate, answer };
  }
  return undefined;
}

/** Every gate with its answer, in order; undefined: it lets the move pass. */
export function explainGates(
  snapshot: WorkloadSnapshot,
  options: DecideOptions,
): readonly { readonly gate: Gate; readonly answer: Answer | undefined }[] {
  const policy = { gate: "policy" as const, answer: policyGate(snapshot) };
  const of = caseOf(snapshot, options);
  return [policy, ...(of === undefined ? [] : GATES.map(({ gate, check }) => ({ gate, answer: check(of) })))];
}

function answered(gate: Gate, { detail, until }: Answer): DecisionBody {
  return NOTHING_TO_DO.has(gate)
    ? { action: "ignore", reason: gate, detail }
    : { action: "hold", reason: gate, detail, until };
}

function caseOf(snapshot: WorkloadSnapshot, { settings, now }: DecideOptions): Case | undefined {
  if (snapshot.policy.kind !== "managed") return undefined;
  const { policy } = snapshot.policy;
  const census = takeCensus(snapshot.pods);
  const drift = census.spot - spotTarget(census.spot + census.onDemand, policy);
  // While spot is tried again, one pod tries for all.
  const isProbe = drift < 0 && snapshot.fallback.state === "open";
  const unavailable = isProbe ? 1 : unavailableLimit(settings.maxUnavailable, snapshot.replicas);
  const selection = chooseVictims({
    pods: snapshot.pods,
    census,
    split: policy,
    from: drift > 0 ? "spot" : "on-demand",
    limit: Math.min(Math.abs(drift), unavailable),
    budgets: snapshot.budgets,
  });
  return { snapshot, policy, settings, now, census, drift, selection };
}

/** A share is rounded down, but one pod may always move: else a small workload would never be mended. */
function unavailableLimit(maxUnavailable: number | string, replicas: number): number {
  if (typeof maxUnavailable === "number") return maxUnavailable;
  return Math.max(1, Math.floor(replicas * Number.parseInt(maxUnavailable, 10) / 100));
}

function describeMove({ census, drift }: Case): string {
  const [from, to] = drift > 0 ? ["spot", "on-demand"] : ["on-demand", "spot"];
  const asked = census.spot - drift;
  return `${census.spot} spot and ${census.onDemand} on-demand, asked are ${asked} and ` +
    `${census.onDemand + drift}: move ${Math.abs(drift)} from ${from} to ${to}`;
}
