import { type Capacity, otherCapacity } from "./capacity.ts";
import type { FallbackMark } from "./fallback.ts";
import { shareOf, slotCapacity, type Split } from "./distribution.ts";

/** A place among an owner's pods that is taken: by a pod, or by a reservation. */
export interface HeldSlot {
  /** Undefined for a pod from before its workload was managed. */
  readonly slot: number | undefined;
  /** Undefined for a pod that counts as neither kind; it still holds its slot. */
  readonly capacity: Capacity | undefined;
}

export interface PlacementRequest {
  readonly split: Split;
  /** The owner's `spec.replicas`, as far as the cache knows. */
  readonly replicas: number;
  /** The owner's live pods (neither terminating nor finished) and its live reservations. */
  readonly held: readonly HeldSlot[];
  /** A StatefulSet pod's own number; undefined for a pod of a ReplicaSet. */
  readonly ordinal: number | undefined;
  /** While there is no spot capacity for the workload: what its pods on on-demand say of that. */
  readonly fallback?: FallbackMark | undefined;
}

export interface Placement {
  readonly slot: number;
  readonly capacity: Capacity;
  /**
   * `slot`: the slot's own kind. `share`: that kind already held its full share. `fallback`: it belongs on
   * spot, and spot has no capacity.
   */
  readonly reason: "slot" | "share" | "fallback";
  readonly fallback?: FallbackMark;
}

/**
 * Whether the request shows that a cache is behind: the owner creates a pod only for a place that is
 * free, so that the pod it replaces has gone, or the scale-up has not arrived here yet.
 */
export function isBehind({ replicas, held, ordinal }: PlacementRequest): boolean {
  if (ordinal === undefined) return held.length >= replicas;
  return ordinal >= replicas || held.some((place) => place.slot === ordinal);
}

/** Where a new pod of an owner belongs: its slot, and the kind of nodes that it goes to. */
export function place(request: PlacementRequest): Placement {
  const usual = placeAsUsual(request);
  const { fallback, split, held, ordinal, replicas } = request;
  if (fallback === undefined || usual.capacity === "on-demand") return usual;
  const taken = new Set(held.map((place) => place.slot));
  const slot = ordinal ??
    lowestFreeOf("on-demand", { taken, split, pods: Math.max(replicas, held.length + 1) });
  return { slot, capacity: "on-demand", reason: "fallback", fallback };
}

function placeAsUsual({ split, replicas, held, ordinal }: PlacementRequest): Placement {
  const taken = new Set(held.map((place) => place.slot));
  const slot = ordinal ?? lowestFree(taken);
  const capacity = slotCapacity(slot, split);
  const counted = held.filter((place) => place.capacity !== undefined);
  // Pods that count as neither kind are not in n, here as in `decide`: else the two would not agree.
  const wanted = Math.max(replicas, (ordinal ?? 0) + 1) - (held.length - counted.length);
  const pods = Math.max(wanted, counted.length + 1);
  const onIt = counted.filter((place) => place.capacity === capacity).length;
  if (onIt < shareOf(capacity, pods, split)) return { slot, capacity, reason: "slot" };
  const other = otherCapacity(capacity);
  return { slot: ordinal ?? lowestFreeOf(other, { taken, split, pods }), capacity: other, reason: "share" };
}

function lowestFree(taken: ReadonlySet<number | undefined>, from = 0): number {
  let slot = from;
  while (taken.has(slot)) slot++;
  return slot;
}

/**
 * The lowest free slot of a kind. Within every 100 slots beyond the floor each kind that the split
 * asks for comes up; where none does, one beyond all pods has to serve, so that a scale-down takes it first.
 */
function lowestFreeOf(
  capacity: Capacity,
  { taken, split, pods }: { taken: ReadonlySet<number | undefined>; split: Split; pods: number },
): number {
  const end = pods + taken.size + 100;
  for (let slot = 0; slot < end; slot++) {
    if (!taken.has(slot) && slotCapacity(slot, split) === capacity) return slot;
  }
  return lowestFree(taken, pods);
}
