import assert from "node:assert/strict";
import type { Capacity } from "../../src/domain/capacity.ts";
import { slotCapacity, type Split, spotTarget } from "../../src/domain/distribution.ts";
import { type HeldSlot, isBehind, place } from "../../src/domain/placement.ts";
import { forAll, type Random } from "../support/random.ts";
import { ReplicaSetModel } from "../support/replica_set.ts";

function anySplit(random: Random): Split {
  return {
    spotPercentage: random.integer(0, 100),
    minOnDemand: random.chance(0.4) ? 0 : random.integer(0, 12),
  };
}

function loseSome(set: ReplicaSetModel, random: Random): void {
  const share = random.next();
  set.lose(new Set(random.some(set.pods, share).map((pod) => pod.serial)));
}

function changeSomething(set: ReplicaSetModel, random: Random): void {
  if (random.chance(0.5)) loseSome(set, random);
  else set.scale(random.integer(0, 40));
}

function assertExact(set: ReplicaSetModel, when: string): void {
  const { spotPercentage, minOnDemand } = set.split;
  const what = `${when}: ${set.pods.length} pods at ${spotPercentage} %, floor ${minOnDemand}`;
  assert.equal(set.spot, spotTarget(set.pods.length, set.split), what);
  assert.equal(new Set(set.pods.map((pod) => pod.slot)).size, set.pods.length, `${what}: no slot twice`);
}

forAll(
  "place() keeps the split exact through any losses, scale-ups and scale-downs",
  { runs: 1_500 },
  (random) => {
    const set = new ReplicaSetModel(anySplit(random));
    set.scale(random.integer(1, 40));
    assertExact(set, "created");
    for (let step = 1; step <= 8; step++) {
      changeSomething(set, random);
      assertExact(set, `step ${step}`);
      const slots = set.pods.map((pod) => pod.slot).toSorted((a, b) => a - b);
      assert.deepEqual(slots, slots.map((_, index) => index), "an unchanged policy leaves no hole");
    }
  },
);

forAll(
  "place() keeps the split exact when a scale-up arrives late",
  { runs: 1_000 },
  (random) => {
    const set = new ReplicaSetModel(anySplit(random));
    set.scale(random.integer(0, 20));
    const known = set.replicas;
    set.replicas += random.integer(1, 20);
    set.fill(known);
    assertExact(set, `replicas was still ${known}`);
  },
);

forAll(
  "chooseVictims() and place() mend a changed policy with as many moves as it drifts, and no more",
  { runs: 1_500 },
  (random) => {
    const set = new ReplicaSetModel(anySplit(random));
    set.scale(random.integer(1, 30));
    for (let change = 1; change <= 3; change++) {
      changeSomething(set, random);
      set.split = anySplit(random);
      const needed = Math.abs(set.drift);
      for (let move = 0; move < needed; move++) {
        assert.notEqual(set.drift, 0, `change ${change}: exact after ${move} of ${needed} moves`);
        assert.equal(set.move(random, 1), 1, `change ${change}: move ${move + 1} of ${needed} finds a victim`);
        assert.equal(set.pods.length, set.replicas);
      }
      assert.equal(set.drift, 0, `change ${change}: exact after ${needed} moves`);
    }
  },
);

forAll(
  "chooseVictims() and place() take no more moves where several go at once",
  { runs: 1_000 },
  (random) => {
    const set = new ReplicaSetModel(anySplit(random));
    set.scale(random.integer(1, 30));
    set.split = anySplit(random);
    const needed = Math.abs(set.drift);
    const limit = random.integer(2, 10);
    let moved = 0;
    while (set.drift !== 0 && moved < needed) moved += set.move(random, limit);
    assert.deepEqual({ moved, drift: set.drift }, { moved: needed, drift: 0 });
  },
);

forAll(
  "place() keeps losses and scale-ups exact after a policy change was mended",
  { runs: 1_000 },
  (random) => {
    const set = new ReplicaSetModel(anySplit(random));
    set.scale(random.integer(1, 30));
    set.split = anySplit(random);
    while (set.drift !== 0) assert.equal(set.move(random, 1), 1);
    for (let step = 1; step <= 5; step++) {
      if (random.chance(0.5)) loseSome(set, random);
      else set.scale(set.replicas + random.integer(0, 10));
      assertExact(set, `step ${step}`);
    }
  },
);

forAll(
  "place() is exact for the pods that count, beside others that count as neither kind",
  { runs: 500 },
  (random) => {
    const split = anySplit(random);
    const replicas = random.integer(1, 30);
    const held: HeldSlot[] = random.some(Array.from({ length: replicas }, (_, slot) => slot), 0.3)
      .map((slot) => ({ slot, capacity: undefined }));
    const counted = replicas - held.length;
    while (held.length < replicas) {
      const { slot, capacity } = place({ split, replicas, held, ordinal: undefined });
      assert.ok(held.every((other) => other.slot !== slot), `slot ${slot} is taken already`);
      held.push({ slot, capacity });
    }
    assert.equal(held.filter(({ capacity }) => capacity === "spot").length, spotTarget(counted, split));
  },
);

forAll(
  "place() never gives a kind more than its share, whatever is there already",
  { runs: 1_500 },
  (random) => {
    const split = anySplit(random);
    const held: HeldSlot[] = random.list(random.integer(0, 30), () => ({
      slot: random.maybe(0.8, () => random.integer(0, 40)),
      capacity: random.maybe(0.9, () => random.pick<Capacity>(["spot", "on-demand"])),
    }));
    const replicas = random.integer(0, 40);
    const { slot, capacity } = place({ split, replicas, held, ordinal: undefined });
    const counted = held.filter((other) => other.capacity !== undefined);
    const pods = Math.max(replicas, counted.length + 1);
    const share = capacity === "spot" ? spotTarget(pods, split) : pods - spotTarget(pods, split);
    assert.ok(counted.filter((other) => other.capacity === capacity).length < share, `${capacity} is full`);
    assert.ok(Number.isSafeInteger(slot) && slot >= 0);
    assert.ok(held.every((other) => other.slot !== slot), `slot ${slot} is taken already`);
  },
);

forAll(
  "place() gives a StatefulSet the exact split in any order of ordinals, and after re-creations",
  { runs: 1_500 },
  (random) => {
    const split = anySplit(random);
    const replicas = random.integer(1, 30);
    const placed = new Map<number, Capacity>();
    const create = (ordinal: number) => {
      const held = [...placed].map(([slot, capacity]) => ({ slot, capacity }));
      assert.equal(isBehind({ split, replicas, held, ordinal }), false);
      const given = place({ split, replicas, held, ordinal });
      assert.equal(given.slot, ordinal);
      assert.equal(given.capacity, slotCapacity(ordinal, split), `ordinal ${ordinal} of ${replicas}`);
      placed.set(ordinal, given.capacity);
    };
    const ordinals = Array.from({ length: replicas }, (_, ordinal) => ordinal);
    for (const ordinal of random.shuffled(ordinals)) create(ordinal);
    for (let round = 0; round < 3; round++) {
      const lost = random.some(ordinals, random.next());
      for (const ordinal of lost) placed.delete(ordinal);
      for (const ordinal of random.shuffled(lost)) create(ordinal);
      const spot = [...placed.values()].filter((capacity) => capacity === "spot").length;
      assert.equal(spot, spotTarget(replicas, split), `round ${round}`);
    }
  },
);

const NO_SPOT = { retryAtMs: 0, retryAfterMs: 600_000 };

forAll(
  "place() during a fallback gives slots that a scale-down takes first, and that moving back ends exact",
  { runs: 1_500 },
  (random) => {
    const set = new ReplicaSetModel(anySplit(random));
    set.scale(random.integer(1, 30));
    const onSpot = set.pods.filter((pod) => pod.capacity === "spot").map((pod) => pod.serial);
    set.fallback = NO_SPOT;
    set.lose(new Set(random.some(onSpot, random.next())));
    set.scale(set.replicas + random.integer(0, 10));
    const standIns = -set.drift;
    assert.ok(standIns >= 0);
    if (random.chance(0.5)) {
      const { spot } = set;
      set.scale(set.replicas - random.integer(0, standIns));
      assert.equal(set.spot, spot, "no spot pod went");
    }
    set.fallback = undefined;
    const needed = Math.abs(set.drift);
    for (let move = 0; move < needed; move++) assert.equal(set.move(random, 1), 1);
    assertExact(set, `after ${needed} moves`);
  },
);
