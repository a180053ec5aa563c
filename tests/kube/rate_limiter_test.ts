import assert from "node:assert/strict";
import { RateLimiter } from "../../src/kube/rate_limiter.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";

const never = new AbortController().signal;

function limited(limit = { qps: 10, burst: 3 }) {
  const clock = new FakeClock();
  const delays: number[] = [];
  const limiter = new RateLimiter(clock, limit, (ms) => delays.push(ms));
  const passed: string[] = [];
  return {
    clock,
    delays,
    passed,
    limiter,
    ask: (name: string, signal = never) => void limiter.wait(signal).then(() => passed.push(name)),
  };
}

Deno.test("RateLimiter lets a burst through at once, and the rest at the rate, in order", async () => {
  const t = limited();
  for (const name of ["a", "b", "c", "d", "e", "f"]) t.ask(name);
  await settle();
  assert.deepEqual(t.passed, ["a", "b", "c"]);
  await t.clock.advance(99);
  assert.deepEqual(t.passed, ["a", "b", "c"]);
  await t.clock.advance(1);
  assert.deepEqual(t.passed, ["a", "b", "c", "d"]);
  await t.clock.advance(100);
  assert.deepEqual(t.passed, ["a", "b", "c", "d", "e"]);
  await t.clock.advance(100);
  assert.deepEqual(t.passed, ["a", "b", "c", "d", "e", "f"]);
  assert.equal(t.clock.timers, 0);
});

Deno.test("RateLimiter reports each delay, and only delays", async () => {
  const t = limited();
  for (const name of ["a", "b", "c", "d", "e"]) t.ask(name);
  await t.clock.advance(1_000);
  assert.deepEqual(t.delays, [100, 200]);
});

Deno.test("RateLimiter lets no newcomer pass those that wait", async () => {
  const t = limited({ qps: 1, burst: 1 });
  t.ask("a");
  t.ask("b");
  await t.clock.advance(500);
  t.ask("c");
  await t.clock.advance(500);
  assert.deepEqual(t.passed, ["a", "b"]);
  await t.clock.advance(1_000);
  assert.deepEqual(t.passed, ["a", "b", "c"]);
});

Deno.test("RateLimiter saves up no more than a burst", async () => {
  const t = limited();
  await t.clock.advance(3_600_000);
  for (const name of ["a", "b", "c", "d"]) t.ask(name);
  await settle();
  assert.deepEqual(t.passed, ["a", "b", "c"]);
  await t.clock.advance(100);
  assert.equal(t.passed.length, 4);
});

Deno.test("RateLimiter gives a token back when a caller goes", async () => {
  const t = limited({ qps: 1, burst: 1 });
  const controller = new AbortController();
  t.ask("a");
  t.ask("gone", controller.signal);
  t.ask("gone too", controller.signal);
  await settle();
  controller.abort();
  await settle();
  assert.deepEqual(t.passed, ["a", "gone", "gone too"], "they go on, and look at their signal");
  assert.equal(t.clock.timers, 0);
  t.ask("b");
  await t.clock.advance(1_000);
  assert.deepEqual(t.passed.at(-1), "b", "it does not wait for the tokens of those that went");
});

Deno.test("RateLimiter keeps its rate over many requests", async () => {
  const t = limited({ qps: 20, burst: 30 });
  for (let i = 0; i < 230; i++) t.ask(String(i));
  await t.clock.advance(5_000);
  assert.equal(t.passed.length, 130);
  await t.clock.advance(5_000);
  assert.deepEqual(t.passed, [...Array(230).keys()].map(String));
});
