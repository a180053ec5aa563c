import type { Capacity } from "./capacity.ts";
import type { UnseenPods } from "./snapshot.ts";

/** A placement that admission has given and the cache has not shown yet. */
export interface Reservation {
  readonly slot: number;
  readonly capacity: Capacity;
}

/** A later admission step or a quota may have rejected the pod: then it never appears. */
export const RESERVATION_MS = 30_000;

/** Of one owner: more than it could have asked for in that time. Reviews that are made up end here. */
const MOST_OF_AN_OWNER = 10_000;

/** The live reservations of every owner. `nowMs` is monotonic. */
export class Reservations {
  readonly #byOwner = new Map<string, Map<number, Reservation & { readonly expiresMs: number }>>();

  reserve(ownerUid: string, reservation: Reservation, nowMs: number): void {
    const slots = this.#byOwner.get(ownerUid) ?? new Map();
    if (slots.size >= MOST_OF_AN_OWNER && !slots.has(reservation.slot)) {
      for (const [slot, held] of slots) if (held.expiresMs <= nowMs) slots.delete(slot);
      if (slots.size >= MOST_OF_AN_OWNER) return;
    }
    slots.set(reservation.slot, { ...reservation, expiresMs: nowMs + RESERVATION_MS });
    this.#byOwner.set(ownerUid, slots);
  }

  /** Ends the reservation of a slot: its pod is seen, and counts by itself from now on. */
  settle(ownerUid: string, slot: number): void {
    const slots = this.#byOwner.get(ownerUid);
    if (slots?.delete(slot) && slots.size === 0) this.#byOwner.delete(ownerUid);
  }

  of(ownerUid: string, nowMs: number): readonly Reservation[] {
    const slots = this.#byOwner.get(ownerUid);
    return slots === undefined ? [] : [...slots.values()].filter((held) => held.expiresMs > nowMs);
  }

  /** What is reserved for any of these owners together; undefined where nothing is. */
  unseen(ownerUids: readonly string[], nowMs: number): UnseenPods | undefined {
    const ends = ownerUids.flatMap((uid) => [...this.#byOwner.get(uid)?.values() ?? []])
      .map(({ expiresMs }) => expiresMs).filter((expiresMs) => expiresMs > nowMs);
    return ends.length === 0 ? undefined : { pods: ends.length, untilMs: Math.max(...ends) };
  }

  /** Forgets what has expired. */
  sweep(nowMs: number): void {
    for (const [ownerUid, slots] of this.#byOwner) {
      for (const [slot, held] of slots) if (held.expiresMs <= nowMs) slots.delete(slot);
      if (slots.size === 0) this.#byOwner.delete(ownerUid);
    }
  }
}
