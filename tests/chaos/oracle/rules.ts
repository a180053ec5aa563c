import type { Reason } from "./truth.ts";

/** Everything that is never to be. */
export const RULES = [
  // An eviction while a reason of the workload's held, for longer than the operator may take to know.
  "policy",
  "deleted",
  "empty",
  "paused",
  "rollout",
  "moving",
  "interrupted",
  "no surplus on spot",
  "no surplus on on-demand",
  "floor",
  "window",
  "cooldown",
  "ineffective",
  "budget",
  "protected",
  "not ours",
  "gone",
  // A pod without a node that still waits for one, or may wait for ever; and tries of spot that come too soon.
  "fallback",
  "probe",
  // More at a time in the whole cluster than is good for it.
  "storm",
  "capped",
  // An eviction by a process that may not, or that cannot know.
  "leader",
  "stale",
  "throttled",
  "precondition",
  "unreasoned",
  // More pods of one workload on the move than are allowed.
  "unavailable",
  // What the operator never does, and what it always does.
  "write",
  "unlogged",
  "uncounted",
  "error",
  "end",
  "drain",
  "busy",
  "unmended",
] as const satisfies readonly (Reason | string)[];
export type Rule = typeof RULES[number];

export interface Violation {
  readonly rule: Rule;
  /** Since the start of the run. */
  readonly atMs: number;
  readonly detail: string;
}

/**
 * From a change in the API server until the operator can act on it: 20 ms until a watch tells of it, 4 ms
 * for a request on its way, 20 ms where a watch has just been opened again, and rounding.
 */
export const LAG_MS = 60;
