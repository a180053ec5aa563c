import { type Condition, conditionOf, type Deployment, type ReplicaSet, timestamp } from "../objects.ts";
import { limitsOf, type Revisions, sizeOf, sum } from "./deployment_limits.ts";
import type { ReplicaSetStatus } from "./replica_set_status.ts";
import { withoutZeros } from "./without_zeros.ts";

export type DeploymentStatus = NonNullable<Deployment["status"]>;

type NewCondition = Pick<Condition, "type" | "status" | "reason" | "message">;

/** What the ReplicaSets amount to. The conditions are the old ones, but for the one about availability. */
export function statusOf(
  deployment: Deployment,
  { newest, olds, wallMs }: Revisions & { wallMs: number },
): DeploymentStatus {
  const all = [...olds, ...newest === undefined ? [] : [newest]];
  const total = (count: (status: ReplicaSetStatus) => number | undefined) =>
    sum(all, ({ status = {} }) => count(status) ?? 0);
  const { replicas, maxUnavailable } = limitsOf(deployment);
  const { collisionCount, conditions = [] } = deployment.status ?? {};
  const available = total((status) => status.availableReplicas);
  const isTold = all.every(({ status }) => status?.terminatingReplicas !== undefined);
  return {
    observedGeneration: deployment.metadata.generation,
    ...withoutZeros({
      replicas: total((status) => status.replicas),
      updatedReplicas: newest?.status?.replicas ?? 0,
      readyReplicas: total((status) => status.readyReplicas),
      availableReplicas: available,
      unavailableReplicas: Math.max(sum(all, sizeOf) - available, 0),
    }),
    ...(isTold ? { terminatingReplicas: total((status) => status.terminatingReplicas) } : {}),
    conditions: withCondition(conditions, availability(available >= replicas - maxUnavailable), { wallMs }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}

function availability(isAvailable: boolean): NewCondition {
  return isAvailable
    ? {
      type: "Available",
      status: "True",
      reason: "MinimumReplicasAvailable",
      message: "Deployment has minimum availability.",
    }
    : {
      type: "Available",
      status: "False",
      reason: "MinimumReplicasUnavailable",
      message: "Deployment does not have minimum availability.",
    };
}

/** Where status and reason stay, the condition stays as it is: also its message and its times. */
export function withCondition(
  conditions: readonly Condition[],
  condition: NewCondition,
  { wallMs }: { wallMs: number },
): readonly Condition[] {
  const before = conditions.find(({ type }) => type === condition.type);
  if (before?.status === condition.status && before.reason === condition.reason) return conditions;
  return [...withoutCondition(conditions, condition.type), stamped(condition, { before, wallMs })];
}

export function withoutCondition(conditions: readonly Condition[], type: string): readonly Condition[] {
  return conditions.filter((each) => each.type !== type);
}

/** A condition that is written now. It has changed only where its status has. */
export function stamped(
  condition: NewCondition,
  { before, wallMs }: { before: Condition | undefined; wallMs: number },
): Condition {
  const now = timestamp(wallMs);
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime ?? now : now;
  return { ...condition, lastUpdateTime: now, lastTransitionTime };
}

/** All that is asked for is there, and nothing else. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const { replicas } = limitsOf(deployment);
  return (status.updatedReplicas ?? 0) === replicas && (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
}

/** Why ReplicaSets could not make or delete pods: of the newest, else of any. */
export function replicaFailure({ newest, olds }: Revisions): NewCondition | undefined {
  const failed = [newest, ...olds].find((each): each is ReplicaSet =>
    each !== undefined && conditionOf(each, "ReplicaFailure") !== undefined
  );
  if (failed === undefined) return undefined;
  const { type, status, reason, message } = conditionOf(failed, "ReplicaFailure")!;
  return { type, status, reason, message };
}
