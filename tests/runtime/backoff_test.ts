import assert from "node:assert/strict";
import { Backoff } from "../../src/runtime/backoff.ts";
import { FakeClock } from "../support/fake_clock.ts";

function delays(backoff: Backoff, count: number): number[] {
  return Array.from({ length: count }, () => backoff.nextMs());
}

Deno.test("Backoff doubles from 0.8 s to 30 s", () => {
  const backoff = new Backoff({ clock: new FakeClock(), random: () => 0 });
  assert.deepEqual(delays(backoff, 8), [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
});

Deno.test("Backoff spreads each delay between once and twice its base", () => {
  const numbers = [0, 0.5, 0.999];
  const backoff = new Backoff({ clock: new FakeClock(), random: () => numbers.shift()! });
  assert.deepEqual(delays(backoff, 3), [800, 1_600 * 1.5, 3_200 * 1.999]);
});

Deno.test("Backoff takes its own first and longest delay", () => {
  const backoff = new Backoff({ clock: new FakeClock(), random: () => 0 }, { firstMs: 5, longestMs: 12 });
  assert.deepEqual(delays(backoff, 4), [5, 10, 12, 12]);
});

Deno.test("Backoff starts over after a success that lasted two minutes, counted from the end of its wait", async () => {
  const clock = new FakeClock();
  const backoff = new Backoff({ clock, random: () => 0 });
  delays(backoff, 3);
  await clock.advance(3_200 + 120_000);
  assert.equal(backoff.nextMs(), 6_400, "not longer than two minutes");
  await clock.advance(6_400 + 120_001);
  assert.equal(backoff.nextMs(), 800);
});

Deno.test("Backoff.reset starts over", () => {
  const backoff = new Backoff({ clock: new FakeClock(), random: () => 0 });
  delays(backoff, 5);
  backoff.reset();
  assert.deepEqual(delays(backoff, 2), [800, 1_600]);
});

Deno.test("Backoff stays at its longest delay for as long as it takes", () => {
  const backoff = new Backoff({ clock: new FakeClock(), random: () => 0 });
  assert.ok(delays(backoff, 2_000).slice(6).every((ms) => ms === 30_000));
});
