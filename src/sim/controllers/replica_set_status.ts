import { matchesSelector } from "../../domain/label_selector.ts";
import type { ApiFailure } from "../api/failure.ts";
import {
  type Condition,
  conditionOf,
  isFinished,
  isPodReady,
  isTerminating,
  type Pod,
  type ReplicaSet,
  timestamp,
} from "../objects.ts";
import { isActive, isAvailable } from "./pod_states.ts";
import { withoutZeros } from "./without_zeros.ts";

export type ReplicaSetStatus = NonNullable<ReplicaSet["status"]> & {
  readonly conditions?: readonly Condition[];
};

interface Seen {
  readonly pods: readonly Pod[];
  /** What the API server has refused of what was tried just now. */
  readonly failure: ApiFailure | undefined;
  /** Of what was asked for when that was tried. */
  readonly observedGeneration: number | undefined;
  readonly wallMs: number;
}

export function replicaSetStatus(
  replicaSet: ReplicaSet,
  { pods, failure, observedGeneration, wallMs }: Seen,
): ReplicaSetStatus {
  const { template, minReadySeconds, replicas = 1 } = replicaSet.spec;
  const active = pods.filter(isActive);
  const count = (isCounted: (pod: Pod) => boolean) => active.filter(isCounted).length;
  const templateLabels = { matchLabels: template.metadata?.labels };
  const condition = failure &&
    (conditionOf(replicaSet, "ReplicaFailure") ??
      failureCondition(failure, { isShort: active.length < replicas, wallMs }));
  return {
    replicas: active.length,
    ...withoutZeros({
      fullyLabeledReplicas: count(({ metadata }) => matchesSelector(metadata.labels ?? {}, templateLabels)),
      readyReplicas: count(isPodReady),
      availableReplicas: count((pod) => isAvailable(pod, { minReadySeconds, wallMs })),
    }),
    terminatingReplicas: pods.filter((pod) => isTerminating(pod) && !isFinished(pod)).length,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(condition === undefined ? {} : { conditions: [condition] }),
  };
}

function failureCondition(
  { message }: ApiFailure,
  { isShort, wallMs }: { isShort: boolean; wallMs: number },
): Condition {
  const reason = isShort ? "FailedCreate" : "FailedDelete";
  return { type: "ReplicaFailure", status: "True", lastTransitionTime: timestamp(wallMs), reason, message };
}
