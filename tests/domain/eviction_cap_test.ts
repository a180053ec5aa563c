import assert from "node:assert/strict";
import { EvictionCap } from "../../src/domain/eviction_cap.ts";
import { forAll } from "../support/random.ts";

const MINUTE = 60_000;

Deno.test("EvictionCap lets as many go at once as it is for, and each token comes back a minute later", () => {
  const cap = new EvictionCap(2);
  assert.equal(cap.waitsUntil("a", 0), undefined);
  cap.take("a", 0);
  assert.equal(cap.left(10_000), 1);
  cap.take("b", 10_000);
  assert.equal(cap.waitsUntil("c", 20_000), MINUTE);
  assert.equal(cap.waitsUntil("c", MINUTE - 1), MINUTE);
  assert.equal(cap.waitsUntil("c", MINUTE), undefined);
  assert.deepEqual([cap.left(MINUTE), cap.left(MINUTE + 10_000)], [1, 2]);
});

Deno.test("EvictionCap tells each in line a time of its own, and nobody overtakes", () => {
  const cap = new EvictionCap(2);
  cap.take("x", 0);
  cap.take("y", 30_000);
  const waiters = ["a", "b", "c", "d", "e"];
  for (const who of waiters) cap.join(who);
  const times = waiters.map((who) => cap.waitsUntil(who, 40_000));
  assert.deepEqual(times, [60_000, 90_000, 120_000, 150_000, 180_000]);
  assert.equal(cap.waitsUntil("new", 40_000), 210_000);
  assert.equal(cap.next(59_999), undefined);
  assert.equal(cap.next(60_000), "a");
  assert.equal(cap.waitsUntil("a", 60_000), undefined);
  assert.notEqual(cap.waitsUntil("new", 60_000), undefined, "the token is for the first in line");
});

Deno.test("EvictionCap closes ranks when one leaves, and when one has its turn", () => {
  const cap = new EvictionCap(1);
  cap.take("x", 0);
  for (const who of ["a", "b", "c"]) cap.join(who);
  cap.leave("a");
  assert.deepEqual([cap.before("b"), cap.before("c")], [0, 1]);
  cap.take("b", MINUTE);
  assert.deepEqual([cap.before("c"), cap.waitsUntil("c", MINUTE)], [0, 2 * MINUTE]);
  cap.join("b");
  cap.join("c");
  assert.equal(cap.before("b"), 1, "who has had its turn is last, and who stands in line keeps its place");
});

Deno.test("EvictionCap gives a token back that was taken for nothing", () => {
  const cap = new EvictionCap(1);
  const token = cap.take("a", 5);
  cap.giveBack(token);
  assert.equal(cap.left(5), 1);
  cap.giveBack(token);
  assert.equal(cap.left(5), 1, "once");
});

Deno.test("EvictionCap counts a minute from the answer: until then the eviction may be carried out", () => {
  const cap = new EvictionCap(1);
  const token = cap.take("a", 0);
  cap.spend(token, 400);
  assert.deepEqual([cap.left(MINUTE), cap.left(MINUTE + 399), cap.left(MINUTE + 400)], [0, 0, 1]);
});

Deno.test("EvictionCap of a new leader begins as if the one before had used up its own, evenly", () => {
  const cap = new EvictionCap(30);
  cap.join("of the time before");
  cap.takeOver(1_000);
  assert.equal(cap.left(1_000), 0);
  assert.equal(cap.waitsUntil("a", 1_000), 3_000);
  assert.deepEqual([cap.left(2_999), cap.left(3_000), cap.left(31_000), cap.left(61_000)], [0, 1, 15, 30]);
});

Deno.test("EvictionCap of one that leads again has not forgotten what it took itself", () => {
  const cap = new EvictionCap(2);
  cap.take("a", 50_000);
  cap.take("b", 50_000);
  cap.takeOver(60_000);
  assert.equal(cap.waitsUntil("c", 60_000), 110_000);
});

forAll(
  "EvictionCap allows no more in any minute, and wastes nothing that is asked for",
  { runs: 300 },
  (random) => {
    const perMinute = random.integer(1, 8);
    const cap = new EvictionCap(perMinute);
    const taken: number[] = [];
    const names = random.list(random.integer(1, 12), (i) => `w${i}`);
    for (let nowMs = 0; nowMs < 10 * MINUTE; nowMs += random.integer(0, 4_000)) {
      const who = random.pick(names);
      const untilMs = cap.waitsUntil(who, nowMs);
      const recent = taken.filter((atMs) => atMs > nowMs - MINUTE).length;
      assert.equal(cap.left(nowMs), perMinute - recent);
      if (untilMs === undefined) {
        assert.ok(recent < perMinute, `${recent} in the minute up to ${nowMs}, the most are ${perMinute}`);
        const token = cap.take(who, nowMs);
        if (random.chance(0.8)) taken.push(nowMs);
        else cap.giveBack(token);
      } else {
        assert.ok(untilMs > nowMs);
        if (random.chance(0.7)) cap.join(who);
        else cap.leave(who);
        const next = cap.next(nowMs);
        assert.equal(
          next !== undefined,
          recent < perMinute && names.some((name) => cap.before(name) > 0 || name === next),
        );
      }
    }
  },
);

forAll("EvictionCap keeps its rate over any number of restarts", { runs: 100 }, (random) => {
  const perMinute = random.integer(2, 60);
  const taken: number[] = [];
  let cap = new EvictionCap(perMinute);
  cap.takeOver(0);
  for (let nowMs = 0; nowMs < 10 * MINUTE; nowMs += random.integer(50, 1_500)) {
    if (random.chance(0.1)) {
      cap = new EvictionCap(perMinute);
      cap.takeOver(nowMs);
    }
    if (cap.waitsUntil("a", nowMs) !== undefined) continue;
    cap.take("a", nowMs);
    taken.push(nowMs);
    assert.ok(taken.length <= perMinute * nowMs / MINUTE, `${taken.length} after ${nowMs} ms`);
  }
});
