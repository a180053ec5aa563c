import {
  type Condition,
  isPodReady,
  isTerminating,
  type Pod,
  type PodDisruptionBudget,
  timestamp,
} from "../objects.ts";
import type { Expectation } from "./budget_scale.ts";

/** A pod whose eviction was granted counts as gone for so long, unless it is (`DeletionTimeout`). */
const DELETION_MS = 120_000;

type Status = NonNullable<PodDisruptionBudget["status"]>;

const NOTHING: Status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

export interface Facts {
  readonly pods: readonly Pod[];
  readonly wallMs: number;
}

/** What a budget allows now, and how long until that changes by itself (`updatePdbStatus`). */
export function budgetStatus(
  { status: before = NOTHING, metadata: { generation } }: PodDisruptionBudget,
  { expectedPods, desiredHealthy, pods, wallMs }: Omit<Expectation, "isIncomplete"> & Facts,
): { readonly status: Status; readonly againInMs: number | undefined } {
  const disrupted = stillDisrupted(before.disruptedPods, { pods, wallMs });
  const currentHealthy =
    pods.filter((pod) =>
      !isTerminating(pod) && disrupted.get(pod.metadata.name) === undefined && isPodReady(pod)
    ).length;
  // With none expected nothing is allowed: the first pods may be there before this is told again.
  const allowed = expectedPods <= 0 ? 0 : Math.max(currentHealthy - desiredHealthy, 0);
  const status: Status = {
    disruptionsAllowed: allowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    ...(disrupted.size === 0 ? {} : { disruptedPods: Object.fromEntries(disrupted) }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: withCondition(before.conditions, {
      status: allowed > 0 ? "True" : "False",
      reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
      message: "",
      observedGeneration: generation,
      lastTransitionTime: timestamp(wallMs),
    }),
  };
  const ends = [...disrupted.values()].map((since) => Date.parse(since) + DELETION_MS - wallMs);
  return { status, againInMs: ends.length === 0 ? undefined : Math.min(...ends) };
}

/** Where the count is not known, nothing is allowed (`failSafe`). */
export function failedStatus(
  { status: before = NOTHING }: PodDisruptionBudget,
  { message, wallMs }: { message: string; wallMs: number },
): Status {
  return {
    ...before,
    disruptionsAllowed: 0,
    conditions: withCondition(before.conditions, {
      status: "False",
      reason: "SyncFailed",
      message,
      observedGeneration: before.observedGeneration,
      lastTransitionTime: timestamp(wallMs),
    }),
  };
}

/** Those that are neither gone nor going, and whose time has not passed. */
function stillDisrupted(
  disruptedPods: Readonly<Record<string, string>> = {},
  { pods, wallMs }: Facts,
): Map<string, string> {
  const still = new Map<string, string>();
  for (const pod of pods) {
    const since = disruptedPods[pod.metadata.name];
    if (since === undefined || isTerminating(pod)) continue;
    if (Date.parse(since) + DELETION_MS >= wallMs) still.set(pod.metadata.name, since);
  }
  return still;
}

type NewCondition = Omit<Condition, "type"> & { readonly observedGeneration: number | undefined };

/** The time of a condition is that of its last change of status. */
function withCondition(conditions: readonly Condition[] = [], given: NewCondition): Condition[] {
  const { observedGeneration, lastTransitionTime, ...rest } = given;
  const before = conditions.find(({ type }) => type === "DisruptionAllowed");
  const condition = {
    type: "DisruptionAllowed",
    ...rest,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    lastTransitionTime: before?.status === given.status ? before.lastTransitionTime : lastTransitionTime,
  };
  return [...conditions.filter(({ type }) => type !== condition.type), condition];
}
