import assert from "node:assert/strict";
import { RESERVATION_MS, Reservations } from "../../src/domain/reservations.ts";

function slotsOf(reservations: Reservations, owner: string, nowMs: number): number[] {
  return reservations.of(owner, nowMs).map((held) => held.slot).toSorted((a, b) => a - b);
}

Deno.test("of() gives an owner's reservations, and no other's", () => {
  const reservations = new Reservations();
  reservations.reserve("a", { slot: 0, capacity: "on-demand" }, 0);
  reservations.reserve("a", { slot: 1, capacity: "spot" }, 0);
  reservations.reserve("b", { slot: 7, capacity: "spot" }, 0);
  assert.deepEqual(slotsOf(reservations, "a", 1), [0, 1]);
  assert.deepEqual(slotsOf(reservations, "b", 1), [7]);
  assert.deepEqual(slotsOf(reservations, "c", 1), []);
});

for (
  const [what, nowMs, slots] of [
    ["until just before its end", RESERVATION_MS - 1, [0]],
    ["no more at its end", RESERVATION_MS, []],
  ] as const
) {
  Deno.test(`of() gives a reservation ${what}`, () => {
    const reservations = new Reservations();
    reservations.reserve("a", { slot: 0, capacity: "spot" }, 0);
    assert.deepEqual(slotsOf(reservations, "a", nowMs), slots);
  });
}

Deno.test("a reservation lives for the 30 s of the design", () => assert.equal(RESERVATION_MS, 30_000));

Deno.test("reserve() again for a slot takes the new kind, and starts its time anew", () => {
  const reservations = new Reservations();
  reservations.reserve("a", { slot: 0, capacity: "spot" }, 0);
  reservations.reserve("a", { slot: 0, capacity: "on-demand" }, 10_000);
  const [held, ...others] = reservations.of("a", 35_000);
  assert.deepEqual([held?.slot, held?.capacity, others.length], [0, "on-demand", 0]);
});

Deno.test("settle() ends one slot's reservation of one owner", () => {
  const reservations = new Reservations();
  for (const owner of ["a", "b"]) {
    for (const slot of [0, 1]) reservations.reserve(owner, { slot, capacity: "spot" }, 0);
  }
  reservations.settle("a", 0);
  reservations.settle("a", 9);
  reservations.settle("nobody", 0);
  assert.deepEqual(slotsOf(reservations, "a", 1), [1]);
  assert.deepEqual(slotsOf(reservations, "b", 1), [0, 1]);
  reservations.settle("a", 1);
  assert.deepEqual(slotsOf(reservations, "a", 1), []);
});

Deno.test("sweep() forgets what has expired, and only that", () => {
  const reservations = new Reservations();
  reservations.reserve("a", { slot: 0, capacity: "spot" }, 0);
  reservations.reserve("a", { slot: 1, capacity: "spot" }, 1);
  reservations.reserve("b", { slot: 2, capacity: "spot" }, 0);
  reservations.sweep(RESERVATION_MS);
  // Looked at from before their end: what is gone was forgotten, not only hidden.
  assert.deepEqual(slotsOf(reservations, "a", 2), [1]);
  assert.deepEqual(slotsOf(reservations, "b", 2), []);
});

Deno.test("unseen() counts what is reserved for several owners, and tells when the last of it ends", () => {
  const reservations = new Reservations();
  reservations.reserve("a", { slot: 0, capacity: "spot" }, 0);
  reservations.reserve("b", { slot: 0, capacity: "spot" }, 10_000);
  reservations.reserve("c", { slot: 0, capacity: "spot" }, 20_000);
  assert.deepEqual(reservations.unseen(["a", "b", "x"], 20_000), { pods: 2, untilMs: 40_000 });
  assert.deepEqual(reservations.unseen(["a", "b"], RESERVATION_MS), { pods: 1, untilMs: 40_000 });
  assert.equal(reservations.unseen(["a", "b"], 40_000), undefined);
});

Deno.test("reserve() takes at most 10,000 of an owner, and more as soon as those have expired", () => {
  const reservations = new Reservations();
  for (let slot = 0; slot < 10_005; slot++) reservations.reserve("a", { slot, capacity: "spot" }, 0);
  reservations.reserve("b", { slot: 0, capacity: "spot" }, 0);
  assert.deepEqual([reservations.of("a", 1).length, reservations.of("b", 1).length], [10_000, 1]);
  reservations.reserve("a", { slot: 9, capacity: "on-demand" }, 1);
  assert.equal(
    reservations.of("a", 1).find(({ slot }) => slot === 9)?.capacity,
    "on-demand",
    "of a slot it holds",
  );
  reservations.reserve("a", { slot: 10_001, capacity: "spot" }, RESERVATION_MS);
  assert.deepEqual(slotsOf(reservations, "a", RESERVATION_MS), [9, 10_001]);
});
