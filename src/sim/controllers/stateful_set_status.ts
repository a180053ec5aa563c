import { isTerminating, type Pod, type StatefulSet } from "../objects.ts";
import { isAvailable } from "./pod_states.ts";
import type { Known } from "./stateful_set_plan.ts";
import { isRunningAndReady, ordinalsOf, revisionOfPod } from "./stateful_set_pods.ts";
import { withoutZeros } from "./without_zeros.ts";

export type StatefulSetStatus = NonNullable<StatefulSet["status"]>;

interface Reported extends Known {
  readonly collisionCount: number;
  /** Of what was asked for when the StatefulSet was looked at. */
  readonly observedGeneration: number | undefined;
}

export function statefulSetStatus(
  set: StatefulSet,
  { pods, currentRevision, updateRevision, collisionCount, observedGeneration, wallMs }: Reported,
): StatefulSetStatus {
  const count = (isCounted: (pod: Pod) => boolean) => pods.filter(isCounted).length;
  const ofRevision = (revision: string) =>
    count((pod) => !isTerminating(pod) && revisionOfPod(pod) === revision);
  const { minReadySeconds, updateStrategy } = set.spec;
  const { replicas } = ordinalsOf(set);
  const readyReplicas = count(isRunningAndReady);
  const updatedReplicas = ofRevision(updateRevision);
  // A rollout is complete when all that is asked for is updated and ready, and nothing else is there.
  const isComplete = updateStrategy?.type !== "OnDelete" &&
    [updatedReplicas, readyReplicas, pods.length].every((each) => each === replicas);
  return {
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    replicas: pods.length,
    ...withoutZeros({
      readyReplicas,
      currentReplicas: isComplete ? updatedReplicas : ofRevision(currentRevision),
      updatedReplicas,
    }),
    currentRevision: isComplete ? updateRevision : currentRevision,
    updateRevision,
    collisionCount,
    availableReplicas: count((pod) => isRunningAndReady(pod) && isAvailable(pod, { minReadySeconds, wallMs })),
  };
}
