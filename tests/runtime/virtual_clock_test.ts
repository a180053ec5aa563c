import assert from "node:assert/strict";
import { sleep } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { VirtualClock } from "../../src/runtime/virtual_clock.ts";

const WALL = Date.UTC(2026, 0, 1);
const clockAt = () => new VirtualClock({ wallMs: WALL });
const never = new AbortController().signal;

Deno.test("timers fire in the order of their times, and of their making where these are equal", async () => {
  const clock = clockAt();
  const random = seededRandom(7);
  const fired: number[] = [];
  const made = Array.from({ length: 500 }, (_, i) => ({ i, ms: Math.floor(random() * 50) }));
  for (const { i, ms } of made) clock.after(ms, () => fired.push(i));
  await clock.run(100);
  assert.deepEqual(fired, made.toSorted((a, b) => a.ms - b.ms || a.i - b.i).map(({ i }) => i));
});

Deno.test("time stands where it was told to, and at a timer's own moment while that runs", async () => {
  const clock = clockAt();
  const seen: number[] = [];
  clock.after(10, () => seen.push(clock.now(), clock.wall() - WALL));
  clock.after(30, () => seen.push(clock.now()));
  await clock.run(20);
  assert.deepEqual(seen, [10, 10]);
  assert.equal(clock.now(), 20);
  await clock.run(30);
  assert.deepEqual(seen, [10, 10, 30]);
});

Deno.test("a timer that is taken back does not fire, also by another of the same moment", async () => {
  const clock = clockAt();
  let cancel = () => {};
  let isFired = false;
  clock.after(5, () => cancel());
  cancel = clock.after(5, () => isFired = true);
  await clock.run(10);
  assert.equal(isFired, false);
});

Deno.test("promises run to their end between two timers, however many there are in a chain", async () => {
  const clock = clockAt();
  const order: string[] = [];
  clock.after(1, async () => {
    for (let i = 0; i < 10_000; i++) await undefined;
    order.push("chain");
  });
  clock.after(1, () => order.push("next"));
  await clock.run(1);
  assert.deepEqual(order, ["chain", "next"]);
});

Deno.test("a stream's chunks are read between two timers", async () => {
  const clock = clockAt();
  const order: string[] = [];
  clock.after(1, async () => {
    const response = new Response(JSON.stringify({ a: 1 }));
    order.push(JSON.stringify(await response.json()));
  });
  clock.after(1, () => order.push("next"));
  await clock.run(1);
  assert.deepEqual(order, ['{"a":1}', "next"]);
});

Deno.test("complete() lets just as much time pass as the work needs", async () => {
  const clock = clockAt();
  clock.after(5_000, () => assert.fail("too far"));
  const work = (async () => {
    await sleep(clock, 1_000, never);
    await sleep(clock, 2_000, never);
    return "done";
  })();
  assert.equal(await clock.complete(work), "done");
  assert.equal(clock.now(), 3_000);
});

Deno.test("complete() hands on why work failed, and says when nothing is left that could end it", async () => {
  const clock = clockAt();
  const failing = sleep(clock, 10, never).then(() => Promise.reject(new Error("no")));
  await assert.rejects(clock.complete(failing), /^Error: no$/);
  const forever = new Promise<void>(() => {});
  await assert.rejects(clock.complete(forever), /nothing is left to happen/);
});

Deno.test("an aborted signal stops time at the timer that aborted it", async () => {
  const clock = clockAt();
  const stop = new AbortController();
  clock.after(10, () => stop.abort());
  clock.after(20, () => assert.fail("after the stop"));
  await clock.run(100, stop.signal);
  assert.equal(clock.now(), 10);
});

Deno.test("the same seed gives the same numbers, another part of it others", () => {
  const numbers = (seed: number, part: string) => {
    const random = seededRandom(seed, part);
    return Array.from({ length: 100 }, random);
  };
  assert.deepEqual(numbers(1, "a"), numbers(1, "a"));
  assert.notDeepEqual(numbers(1, "a"), numbers(1, "b"));
  assert.notDeepEqual(numbers(1, "a"), numbers(2, "a"));
  const many = Array.from({ length: 10_000 }, seededRandom(3, "x"));
  const mean = many.reduce((sum, each) => sum + each, 0) / many.length;
  assert.ok(many.every((each) => each >= 0 && each < 1) && Math.abs(mean - 0.5) < 0.02, `mean ${mean}`);
});
