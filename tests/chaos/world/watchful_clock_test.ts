import assert from "node:assert/strict";
import { WatchfulClock } from "./watchful_clock.ts";

Deno.test("WatchfulClock tells when somebody asks for the same moment again and again", async () => {
  const clock = new WatchfulClock({ wallMs: 0 });
  const stop = new AbortController();
  clock.onStandstill = () => stop.abort();
  const again = () => void clock.after(0, again);
  clock.after(100, again);
  await clock.run(1_000, stop.signal);
  assert.equal(clock.now(), 100);
  assert(stop.signal.aborted);
});

Deno.test("WatchfulClock says nothing of a clock that ticks each millisecond", async () => {
  const clock = new WatchfulClock({ wallMs: 0 });
  clock.onStandstill = () => assert.fail("time goes on");
  const again = () => void clock.after(1, again);
  again();
  await clock.run(4_000);
});
