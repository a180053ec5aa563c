import type { Deployment, ReplicaSet } from "../objects.ts";
import { byCreation, limitsOf, type Resize, type Revisions, sizeOf, sum } from "./deployment_limits.ts";

/** What a Deployment asked for when a ReplicaSet was resized last. */
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

/** Whether a Deployment has been scaled since its ReplicaSets were sized. */
export function isScaled(deployment: Deployment, { newest, olds }: Revisions): boolean {
  const { replicas } = limitsOf(deployment);
  return [...olds, ...newest === undefined ? [] : [newest]].some((each) =>
    sizeOf(each) > 0 && (annotated(each, DESIRED_REPLICAS) ?? replicas) !== replicas
  );
}

/**
 * Sizes for another number of replicas, outside of a rollout's own steps: in the middle of one, each
 * ReplicaSet grows or shrinks by its share (`pkg/controller/deployment/sync.go`).
 */
export function scaled(deployment: Deployment, { newest, olds }: Revisions): readonly Resize[] {
  const { replicas } = limitsOf(deployment);
  const newestFirst = olds.toSorted(byCreation).reverse();
  const all = [...newestFirst, ...newest === undefined ? [] : [newest]];
  const active = all.filter((each) => sizeOf(each) > 0);
  if (active.length <= 1) {
    const only = active[0] ?? newest ?? newestFirst[0];
    return only === undefined ? [] : [{ replicaSet: only, replicas }];
  }
  if (newest !== undefined && isSaturated(newest, replicas)) {
    return active.filter((each) => each !== newest).map((replicaSet) => ({ replicaSet, replicas: 0 }));
  }
  return deployment.spec.strategy?.type === "Recreate" ? [] : proportional(deployment, active);
}

/** Whether all that is asked for is of the new template already. */
function isSaturated(newest: ReplicaSet, replicas: number): boolean {
  return sizeOf(newest) === replicas && annotated(newest, DESIRED_REPLICAS) === replicas &&
    newest.status?.availableReplicas === replicas;
}

function proportional(deployment: Deployment, active: readonly ReplicaSet[]): Resize[] {
  const { replicas, maxSurge } = limitsOf(deployment);
  const allowed = replicas === 0 ? 0 : replicas + maxSurge;
  const change = allowed - sum(active, sizeOf);
  // The largest first; of equal ones the newer grows, and the older shrinks.
  const age = change > 0 ? -1 : 1;
  const ordered = active.toSorted((a, b) => sizeOf(b) - sizeOf(a) || age * byCreation(a, b));
  let left = change;
  const resizes = ordered.map((replicaSet) => {
    const share = limited(shareOf(replicaSet, { deployment, allowed }), left);
    left -= share;
    return { replicaSet, replicas: sizeOf(replicaSet) + share };
  });
  // What rounding leaves over is the largest's.
  return resizes.map((each, i) => i === 0 ? { ...each, replicas: Math.max(each.replicas + left, 0) } : each);
}

function limited(share: number, left: number): number {
  if (left === 0) return 0;
  return left > 0 ? Math.min(share, left) : Math.max(share, left);
}

/** By how much a ReplicaSet grows when all grow alike. */
function shareOf(
  replicaSet: ReplicaSet,
  { deployment, allowed }: { deployment: Deployment; allowed: number },
): number {
  const size = sizeOf(replicaSet);
  if (allowed === 0) return -size;
  const before = annotated(replicaSet, MAX_REPLICAS) || (deployment.status?.replicas ?? 0);
  return before === 0 ? 0 : Math.round(size * allowed / before) - size;
}

function annotated({ metadata }: ReplicaSet, key: string): number | undefined {
  const text = metadata.annotations?.[key];
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
