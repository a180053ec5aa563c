import assert from "node:assert/strict";
import { deadline, sleep, systemClock } from "../../src/runtime/clock.ts";
import { countedSignal } from "../support/counted_signal.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

Deno.test("sleep() resolves after its time, and leaves neither timer nor listener behind", async () => {
  const clock = new FakeClock();
  const { signal, listeners } = countedSignal();
  let isAwake = false;
  void sleep(clock, 1_000, signal).then(() => isAwake = true);
  assert.equal(listeners(), 1);
  await clock.advance(999);
  assert.equal(isAwake, false);
  await clock.advance(1);
  assert.equal(isAwake, true);
  assert.deepEqual([clock.timers, listeners()], [0, 0]);
});

Deno.test("sleep() resolves as soon as its signal is aborted, and leaves nothing behind", async () => {
  const clock = new FakeClock();
  const { controller, signal, listeners } = countedSignal();
  const slept = sleep(clock, 1_000, signal);
  controller.abort();
  await slept;
  assert.deepEqual([clock.timers, listeners()], [0, 0]);
});

Deno.test("sleep() does not begin where its signal is aborted already", async () => {
  const clock = new FakeClock();
  await sleep(clock, 1_000, AbortSignal.abort());
  assert.equal(clock.created, 0);
});

Deno.test("deadline() aborts after its time with a TimeoutError that says why", async () => {
  const clock = new FakeClock();
  const { signal } = deadline(clock, { ms: 1_000, reason: "GET /x: no answer" });
  await clock.advance(999);
  assert.equal(signal.aborted, false);
  await clock.advance(1);
  assert.equal(signal.reason.name, "TimeoutError");
  assert.equal(signal.reason.message, "GET /x: no answer");
});

Deno.test("deadline() aborts with its parent, and with its reason", () => {
  const clock = new FakeClock();
  const { controller, signal: parent, listeners } = countedSignal();
  const limit = deadline(clock, { ms: 1_000, parent, reason: "late" });
  const reason = new Error("stopped");
  controller.abort(reason);
  assert.equal(limit.signal.reason, reason);
  limit.release();
  assert.deepEqual([clock.timers, listeners()], [0, 0]);
});

Deno.test("deadline() of a parent that is aborted already is aborted", () => {
  const reason = new Error("gone");
  const limit = deadline(new FakeClock(), { ms: 1_000, parent: AbortSignal.abort(reason), reason: "late" });
  assert.equal(limit.signal.reason, reason);
  limit.release();
});

Deno.test("deadline() that is released aborts no more, and leaves nothing behind", async () => {
  const clock = new FakeClock();
  const { controller, signal: parent, listeners } = countedSignal();
  const limit = deadline(clock, { ms: 1_000, parent, reason: "late" });
  limit.release();
  assert.deepEqual([clock.timers, listeners()], [0, 0]);
  controller.abort();
  await clock.advance(2_000);
  assert.equal(limit.signal.aborted, false);
});

Deno.test("FakeClock fires timers in order, those of one moment as they were made, and lets promises run", async () => {
  const clock = new FakeClock({ now: 0 });
  const fired: string[] = [];
  clock.after(20, () => fired.push("c"));
  clock.after(10, () => {
    fired.push("a");
    void Promise.resolve().then(() => clock.after(5, () => fired.push(`after a at ${clock.now()}`)));
  });
  clock.after(20, () => fired.push("d"));
  clock.after(30, () => fired.push("never"))();
  clock.after(10, () => fired.push("b"));
  await clock.advance(100);
  await settle();
  assert.deepEqual(fired, ["a", "b", "after a at 15", "c", "d"]);
  assert.equal(clock.now(), 100);
  assert.equal(clock.wall() - new FakeClock().wall(), 100);
});

Deno.test("systemClock tells elapsed and wall time", () => {
  const before = systemClock.now();
  assert.ok(systemClock.now() >= before);
  assert.ok(Math.abs(systemClock.wall() - Date.now()) < 60_000);
});

Deno.test("systemClock asks for no delay that a timer cannot hold, and takes its timer back", () => {
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  const asked: unknown[] = [];
  const cleared: unknown[] = [];
  globalThis.setTimeout = ((_run: () => void, ms: number) => asked.push(ms)) as unknown as typeof setTimeout;
  globalThis.clearTimeout = (id) => void cleared.push(id);
  try {
    for (const ms of [-5, 0, 1_000, 2 ** 40]) systemClock.after(ms, () => {});
    systemClock.after(7, () => {})();
  } finally {
    Object.assign(globalThis, { setTimeout: realSet, clearTimeout: realClear });
  }
  assert.deepEqual(asked, [0, 0, 1_000, 2_147_483_647, 7]);
  assert.deepEqual(cleared, [5]);
});
