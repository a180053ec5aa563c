import assert from "node:assert/strict";
import { CALM_MS, MEMORY_MS, StormWatch } from "../../src/domain/storm.ts";
import { forAll, type Random } from "../support/random.ts";

const SECOND = 1_000;
const SPOT = { capacity: "spot", departing: undefined } as const;
const COMES = { name: "node", before: undefined, after: SPOT, isEmpty: false } as const;
const GOES = { name: "node", before: SPOT, after: undefined, isEmpty: false } as const;
const NONE = { departing: 0, told: 0 };

/** How many spot nodes there are in each second: one comes, goes, or is relabelled, in bursts and alone. */
function anyHistory(random: Random): { counts: number[]; relabelled: Set<number> } {
  const counts = [random.integer(3, 12)];
  const relabelled = new Set<number>();
  let bias = 0;
  for (let second = 1; second <= 1_500; second++) {
    if (random.chance(0.01)) bias = random.pick([-1, 0, 0, 0, 1]);
    const step = random.chance(0.01) ? random.pick([-1, 1]) : random.chance(0.2) ? bias : 0;
    const count = Math.min(14, Math.max(3, counts.at(-1)! + step));
    if (count < counts.at(-1)! && random.chance(0.3)) relabelled.add(second);
    counts.push(count);
  }
  return { counts, relabelled };
}

/** The rule without its economy: more than a third of the highest count in memory is missing. */
function shortIn(counts: readonly number[], second: number): boolean {
  const known = counts.slice(Math.max(0, second - MEMORY_MS / SECOND), second + 1);
  return (Math.max(...known) - counts[second]!) * 3 > Math.max(...known);
}

forAll("StormWatch keeps to its rule, however nodes come and go", { runs: 40 }, (random) => {
  const { counts, relabelled } = anyHistory(random);
  const asksAlways = new StormWatch();
  const asksSeldom = new StormWatch();
  const both = (change: Parameters<StormWatch["change"]>[0], second: number) => {
    for (const watch of [asksAlways, asksSeldom]) watch.change(change, second * SECOND);
  };
  for (let i = 0; i < counts[0]!; i++) both(COMES, 0);
  for (const watch of [asksAlways, asksSeldom]) watch.begin({ "spot": NONE, "on-demand": NONE }, 0);
  let lastShort = -Infinity;
  for (let second = 1; second < counts.length; second++) {
    const step = counts[second]! - counts[second - 1]!;
    if (step > 0) both(COMES, second);
    if (step < 0) {
      const after = relabelled.has(second)
        ? { capacity: "on-demand", departing: undefined } as const
        : undefined;
      both({ ...GOES, after }, second);
    }
    if (shortIn(counts, second)) lastShort = second;
    // What is short in one second is so up to the next.
    const isStorm = second * SECOND < (lastShort + 1) * SECOND + CALM_MS;
    const at = `second ${second} of ${counts.length}`;
    assert.equal(asksAlways.stormy(second * SECOND).includes("spot"), isStorm, at);
    if (second % 97 === 0) assert.equal(asksSeldom.stormy(second * SECOND).includes("spot"), isStorm, at);
  }
});

forAll("StormWatch is right about when a storm ends if nothing changes", { runs: 40 }, (random) => {
  const { counts } = anyHistory(random);
  const watch = new StormWatch();
  for (let i = 0; i < counts[0]!; i++) watch.change(COMES, 0);
  const last = random.integer(1, counts.length - 1);
  for (let second = 1; second <= last; second++) {
    const step = counts[second]! - counts[second - 1]!;
    if (step > 0) watch.change(COMES, second * SECOND);
    if (step < 0) watch.change(GOES, second * SECOND);
  }
  const hold = watch.hold(last * SECOND);
  if (hold === undefined) return;
  assert.ok(hold.untilMs <= last * SECOND + MEMORY_MS + CALM_MS);
  assert.equal(watch.hold(hold.untilMs - 1)?.untilMs, hold.untilMs);
  assert.equal(watch.hold(hold.untilMs), undefined);
});
