import type { Deployment, ReplicaSet } from "../objects.ts";
import {
  byCreation,
  type Limits,
  limitsOf,
  type Resize,
  type Revisions,
  sizeOf,
  sum,
} from "./deployment_limits.ts";

/** The size of a new ReplicaSet: all that fits beside the old ones. */
export function newestSize(deployment: Deployment, { newest, olds }: Revisions): number {
  const { replicas, maxSurge } = limitsOf(deployment);
  if (deployment.spec.strategy?.type === "Recreate") return replicas;
  const size = newest === undefined ? 0 : sizeOf(newest);
  const room = replicas + maxSurge - size - sum(olds, sizeOf);
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

/**
 * The next step of a rolling update: more new pods where there is room for them, else as many old ones
 * fewer as the ready ones allow (`pkg/controller/deployment/rolling.go`).
 */
export function rollingStep(
  deployment: Deployment,
  { newest, olds }: Revisions & { readonly newest: ReplicaSet },
): readonly Resize[] {
  const limits = limitsOf(deployment);
  const replicas = sizeOf(newest) > limits.replicas
    ? limits.replicas
    : newestSize(deployment, { newest, olds });
  if (replicas !== sizeOf(newest)) return [{ replicaSet: newest, replicas }];
  return shrunkOlds(limits, { newest, olds: olds.filter((each) => sizeOf(each) > 0).sort(byCreation) });
}

/** An old ReplicaSet in the middle of a step. */
interface Old {
  readonly replicaSet: ReplicaSet;
  readonly available: number;
  size: number;
}

function shrunkOlds(
  { replicas, maxUnavailable }: Limits,
  { newest, olds }: Revisions & { readonly newest: ReplicaSet },
): Resize[] {
  const minAvailable = replicas - maxUnavailable;
  const most = sum(olds, sizeOf) - minAvailable + availableOf(newest);
  if (most <= 0) return [];
  const steps = olds.map((each): Old => ({
    replicaSet: each,
    available: availableOf(each),
    size: sizeOf(each),
  }));
  // What is not available goes first: nobody misses it.
  const unavailable = shrink(steps, { most, share: ({ size, available }) => size - available });
  // One that has not reported its last step yet would be counted on for pods that are going.
  if (steps.some(({ size, available }) => available > size)) return unavailable;
  const spare = availableOf(newest) + sum(olds, availableOf) - minAvailable;
  return [...unavailable, ...shrink(steps, { most: spare, share: ({ size }) => size })];
}

/** Takes away `most` pods, of each at most its share, the oldest first. */
function shrink(
  olds: readonly Old[],
  { most, share }: { most: number; share: (old: Old) => number },
): Resize[] {
  const resizes: Resize[] = [];
  let left = most;
  for (const old of olds) {
    const fewer = Math.min(left, share(old));
    if (fewer <= 0) continue;
    left -= fewer;
    old.size -= fewer;
    resizes.push({ replicaSet: old.replicaSet, replicas: old.size });
  }
  return resizes;
}

function availableOf({ status }: ReplicaSet): number {
  return status?.availableReplicas ?? 0;
}
