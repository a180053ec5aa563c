import type { Reservations } from "../domain/reservations.ts";
import type { Waiters } from "../runtime/waiters.ts";
import type { CachedPod } from "./cached.ts";
import { claim, type ClusterCache } from "./cluster_cache.ts";

export interface WaiterPokesDeps {
  readonly cache: ClusterCache;
  readonly waiters: Waiters;
  readonly reservations: Reservations;
}

/** Tells admission of what it waits for, and ends a reservation when its pod is first seen. */
export function connectWaiters({ cache, waiters, reservations }: WaiterPokesDeps): void {
  cache.pods.onChange(({ before, after }) => {
    if (before === undefined && after.slot !== undefined && isOwnersNamespace(cache, after)) {
      reservations.settle(after.ownerUid, after.slot);
    }
    waiters.poke((after ?? before).ownerUid);
  });
  cache.replicaSets.onChange(({ before, after }) => waiters.poke((after ?? before).uid));
  cache.statefulSets.onChange(({ before, after }) => waiters.poke((after ?? before).uid));
  cache.deployments.onChange(({ before, after }) => {
    for (const { uid } of cache.replicaSets.by("byWorkload", claim(after ?? before, (after ?? before).uid))) {
      waiters.poke(uid);
    }
  });
}

/** A pod that names an owner of another namespace is none of its pods. An owner may come after its pod. */
function isOwnersNamespace(cache: ClusterCache, { namespace, ownerUid }: CachedPod): boolean {
  const [owner] = [...cache.replicaSets.by("byUid", ownerUid), ...cache.statefulSets.by("byUid", ownerUid)];
  return owner === undefined || owner.namespace === namespace;
}
