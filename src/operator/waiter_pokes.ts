import type { Reservations } from "../domain/reservations.ts";
import type { Waiters } from "../runtime/waiters.ts";
import type { ClusterCache } from "./cluster_cache.ts";

export interface WaiterPokesDeps {
  readonly cache: ClusterCache;
  readonly waiters: Waiters;
  readonly reservations: Reservations;
}

/** Tells admission of what it waits for, and ends a reservation when its pod is first seen. */
export function connectWaiters({ cache, waiters, reservations }: WaiterPokesDeps): void {
  cache.pods.onChange(({ before, after }) => {
    if (before === undefined && after.slot !== undefined) reservations.settle(after.ownerUid, after.slot);
    waiters.poke((after ?? before).ownerUid);
  });
  cache.replicaSets.onChange(({ before, after }) => waiters.poke((after ?? before).uid));
  cache.statefulSets.onChange(({ before, after }) => waiters.poke((after ?? before).uid));
  cache.deployments.onChange(({ before, after }) => {
    for (const { uid } of cache.replicaSets.by("byWorkload", (after ?? before).uid)) waiters.poke(uid);
  });
}
