import assert from "node:assert/strict";
import { Sparing } from "../../src/runtime/sparing.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("Sparing lets one of a kind through in each period, and tells how many it left out", async () => {
  const clock = new FakeClock();
  const sparing = new Sparing(clock, { everyMs: 1_000 });
  assert.deepEqual(["a", "a", "b", "a"].map((kind) => sparing.pass(kind)), [0, undefined, 0, undefined]);
  await clock.advance(999);
  assert.equal(sparing.pass("a"), undefined);
  await clock.advance(1);
  assert.deepEqual(["a", "b", "a"].map((kind) => sparing.pass(kind)), [3, 0, undefined]);
});

Deno.test("Sparing remembers 100 kinds, and takes all further ones for one", async () => {
  const clock = new FakeClock();
  const sparing = new Sparing(clock, { everyMs: 1_000 });
  const through = Array.from({ length: 10_000 }, (_, i) => sparing.pass(`kind ${i}`));
  assert.equal(through.filter((leftOut) => leftOut !== undefined).length, 101);
  await clock.advance(1_000);
  assert.equal(sparing.pass("kind 5000"), 9_899);
});
