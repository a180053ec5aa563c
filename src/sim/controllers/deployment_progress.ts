import { type Condition, conditionOf, type Deployment } from "../objects.ts";
import type { Revisions } from "./deployment_limits.ts";
import {
  type DeploymentStatus,
  isComplete,
  replicaFailure,
  stamped,
  statusOf,
  withCondition,
  withoutCondition,
} from "./deployment_status.ts";

const PROGRESSING = "Progressing";
export const COMPLETE = "NewReplicaSetAvailable";
export const TIMED_OUT = "ProgressDeadlineExceeded";
const PAUSED = "DeploymentPaused";
const RESUMED = "DeploymentResumed";

interface At extends Revisions {
  readonly wallMs: number;
}

/** The status during a rollout, which says whether it gets on (`pkg/controller/deployment/progress.go`). */
export function rolloutStatus(deployment: Deployment, at: At): DeploymentStatus {
  const status = statusOf(deployment, at);
  const failure = replicaFailure(at);
  const conditions = progress(deployment, { ...at, status });
  return {
    ...status,
    conditions: failure === undefined
      ? withoutCondition(conditions, "ReplicaFailure")
      : withCondition(conditions, failure, at),
  };
}

function progress(
  deployment: Deployment,
  { newest, wallMs, status }: At & { status: DeploymentStatus },
): readonly Condition[] {
  const { conditions = [] } = status;
  const before = conditionOf(deployment, PROGRESSING);
  const isOld = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === COMPLETE;
  if (isOld) return conditions;
  const subject = newest === undefined
    ? `Deployment "${deployment.metadata.name}"`
    : `ReplicaSet "${newest.metadata.name}"`;
  const says = (status: "True" | "False", reason: string, what: string) => ({
    type: PROGRESSING,
    status,
    reason,
    message: `${subject} ${what}.`,
  });
  if (isComplete(deployment, status)) {
    return withCondition(conditions, says("True", COMPLETE, "has successfully progressed"), { wallMs });
  }
  if (isProgress(deployment.status ?? {}, status)) {
    // Each step counts, so its time is written also where the reason stays.
    const condition = says("True", "ReplicaSetUpdated", "is progressing");
    return [...withoutCondition(conditions, PROGRESSING), stamped(condition, { before, wallMs })];
  }
  if (!isTimedOut(deployment, wallMs)) return conditions;
  return withCondition(conditions, says("False", TIMED_OUT, "has timed out progressing"), { wallMs });
}

/** More new pods, fewer old ones, or more that are ready or available. */
function isProgress(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas;
  return (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) || old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0);
}

function isTimedOut(deployment: Deployment, wallMs: number): boolean {
  const condition = conditionOf(deployment, PROGRESSING);
  if (condition === undefined || condition.reason === COMPLETE) return false;
  return condition.reason === TIMED_OUT || deadlineMs(deployment, condition) < wallMs;
}

function deadlineMs({ spec }: Deployment, { lastUpdateTime = "" }: Condition): number {
  return Date.parse(lastUpdateTime) + (spec.progressDeadlineSeconds ?? 600) * 1_000;
}

/** How long until it is to be asked whether a rollout still gets on; undefined: there is nothing to ask. */
export function progressCheckInMs(deployment: Deployment, wallMs: number): number | undefined {
  const condition = conditionOf(deployment, PROGRESSING);
  if (condition === undefined || condition.reason === TIMED_OUT || condition.reason === COMPLETE) {
    return undefined;
  }
  if (deployment.spec.paused || isComplete(deployment, deployment.status ?? {})) return undefined;
  // Past the deadline, which is in whole seconds.
  return Math.max(deadlineMs(deployment, condition) - wallMs, 0) + 1_000;
}

/** What the conditions say of a pause: while there is one, no progress is expected. */
export function pauseNoted(deployment: Deployment, wallMs: number): readonly Condition[] {
  const { conditions = [] } = deployment.status ?? {};
  const reason = conditionOf(deployment, PROGRESSING)?.reason;
  const { paused = false } = deployment.spec;
  if (reason === TIMED_OUT || paused === (reason === PAUSED)) return conditions;
  return withCondition(conditions, {
    type: PROGRESSING,
    status: "Unknown",
    reason: paused ? PAUSED : RESUMED,
    message: paused ? "Deployment is paused" : "Deployment is resumed",
  }, { wallMs });
}
