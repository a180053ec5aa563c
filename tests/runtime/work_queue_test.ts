import assert from "node:assert/strict";
import { WorkQueue } from "../../src/runtime/work_queue.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

function queued() {
  const clock = new FakeClock();
  const queue = new WorkQueue(clock);
  const taken: (string | undefined)[] = [];
  return { clock, queue, taken, take: () => void queue.take().then((key) => taken.push(key)) };
}

Deno.test("WorkQueue hands out keys in order of arrival", async () => {
  const { queue } = queued();
  for (const key of ["b", "a", "c"]) queue.add(key);
  assert.equal(queue.size, 3);
  assert.deepEqual([await queue.take(), await queue.take(), await queue.take()], ["b", "a", "c"]);
  assert.equal(queue.size, 0);
});

Deno.test("WorkQueue takes many adds of a key before it is taken for one, at its first place", async () => {
  const { queue } = queued();
  for (const key of ["a", "b", "a", "a"]) queue.add(key);
  assert.equal(queue.size, 2);
  assert.equal(await queue.take(), "a");
  assert.equal(await queue.take(), "b");
});

Deno.test("WorkQueue.take waits for a key, and waiters are served in order", async () => {
  const t = queued();
  t.take();
  t.take();
  await settle();
  assert.deepEqual(t.taken, []);
  t.queue.add("a");
  await settle();
  assert.deepEqual(t.taken, ["a"]);
  assert.equal(t.queue.size, 0);
  t.queue.add("b");
  await settle();
  assert.deepEqual(t.taken, ["a", "b"]);
});

Deno.test("WorkQueue does not hand out a key again while it is worked on, and once after that", async () => {
  const t = queued();
  t.queue.add("a");
  t.take();
  await settle();
  t.queue.add("a");
  t.queue.add("a");
  assert.equal(t.queue.size, 0);
  t.take();
  await settle();
  assert.deepEqual(t.taken, ["a"]);
  t.queue.done("a");
  await settle();
  assert.deepEqual(t.taken, ["a", "a"]);
  t.queue.done("a");
  assert.equal(t.queue.size, 0, "the adds meanwhile were one");
});

Deno.test("WorkQueue counts a key that went straight to a waiter as worked on", async () => {
  const t = queued();
  t.take();
  t.queue.add("a");
  t.take();
  t.queue.add("a");
  await settle();
  assert.deepEqual(t.taken, ["a"]);
  t.queue.done("a");
  await settle();
  assert.deepEqual(t.taken, ["a", "a"]);
});

Deno.test("WorkQueue does not bring a key back that is done and was not added", async () => {
  const t = queued();
  t.queue.add("a");
  await t.queue.take();
  t.queue.done("a");
  t.queue.done("never taken");
  assert.equal(t.queue.size, 0);
  t.queue.add("a");
  assert.equal(await t.queue.take(), "a");
});

Deno.test("WorkQueue hands out other keys while one is worked on", async () => {
  const { queue } = queued();
  queue.add("a");
  queue.add("b");
  await queue.take();
  queue.add("a");
  queue.add("c");
  assert.deepEqual([await queue.take(), await queue.take()], ["b", "c"]);
});

Deno.test("WorkQueue.addAfter adds a key after its time", async () => {
  const t = queued();
  t.queue.addAfter("a", 1_000);
  t.take();
  await t.clock.advance(999);
  assert.deepEqual(t.taken, []);
  await t.clock.advance(1);
  assert.deepEqual(t.taken, ["a"]);
});

Deno.test("WorkQueue.addAfter lets the earliest of several win, and brings the key once", async () => {
  for (const order of [[5_000, 1_000, 3_000], [1_000, 5_000, 3_000], [3_000, 1_000, 1_000]]) {
    const t = queued();
    for (const ms of order) t.queue.addAfter("a", ms);
    assert.equal(t.clock.timers, 1);
    await t.clock.advance(1_000);
    assert.equal(await t.queue.take(), "a");
    t.queue.done("a");
    await t.clock.advance(10_000);
    assert.equal(t.queue.size, 0, `again after ${order}`);
  }
});

Deno.test("WorkQueue.addAfter compares moments, not delays", async () => {
  const t = queued();
  t.queue.addAfter("a", 5_000);
  await t.clock.advance(4_000);
  t.queue.addAfter("a", 2_000);
  await t.clock.advance(1_000);
  assert.equal(t.queue.size, 1);
  assert.equal(t.clock.timers, 0);
});

Deno.test("WorkQueue.addAfter can be used again for a key whose time has come", async () => {
  const t = queued();
  t.queue.addAfter("a", 1_000);
  await t.clock.advance(1_000);
  await t.queue.take();
  t.queue.addAfter("a", 1_000);
  await t.clock.advance(1_000);
  assert.equal(t.queue.size, 0, "it is worked on");
  t.queue.done("a");
  assert.equal(t.queue.size, 1);
});

Deno.test("WorkQueue.close lets all waiters go, and forgets what waited", async () => {
  const t = queued();
  t.take();
  t.take();
  t.queue.addAfter("later", 1_000);
  t.queue.close();
  await settle();
  assert.deepEqual(t.taken, [undefined, undefined]);
  assert.equal(t.clock.timers, 0, "timers left behind");

  t.queue.add("a");
  t.queue.addAfter("b", 1);
  assert.equal(t.queue.size, 0);
  assert.equal(t.clock.timers, 0);
  assert.equal(await t.queue.take(), undefined);
});

Deno.test("WorkQueue.close drops keys that were not taken, and those that were to come again", async () => {
  const { queue } = queued();
  queue.add("a");
  queue.add("b");
  await queue.take();
  queue.add("a");
  queue.close();
  queue.done("a");
  assert.equal(queue.size, 0);
  assert.equal(await queue.take(), undefined);
});
