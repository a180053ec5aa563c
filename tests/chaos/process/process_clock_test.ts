import assert from "node:assert/strict";
import { FakeClock } from "../../support/fake_clock.ts";
import { ProcessClock } from "./process_clock.ts";

Deno.test("ProcessClock keeps what is due while it is frozen until it is thawed, in order", async () => {
  const clock = new FakeClock();
  const own = new ProcessClock(clock);
  const fired: string[] = [];
  own.after(10, () => fired.push("first"));
  own.after(20, () => fired.push("second"));
  const cancel = own.after(30, () => fired.push("never"));
  own.freeze();
  await clock.advance(100);
  assert.deepEqual(fired, []);
  cancel();
  own.thaw();
  await clock.advance(0);
  assert.deepEqual(fired, ["first", "second"]);
});

Deno.test("ProcessClock wakes who waits when it is thawed", async () => {
  const own = new ProcessClock(new FakeClock());
  assert.equal(own.wake(), undefined);
  own.freeze();
  const waking = own.wake();
  assert(waking !== undefined);
  own.thaw();
  await waking;
});

Deno.test("ProcessClock fires nothing any more once it is dead, also when it is thawed", async () => {
  const clock = new FakeClock();
  const own = new ProcessClock(clock);
  own.after(10, () => assert.fail("a dead process does nothing"));
  own.freeze();
  await clock.advance(20);
  own.after(20, () => assert.fail("a dead process does nothing"));
  own.kill();
  own.thaw();
  await clock.advance(100);
  assert.equal(own.state, "dead");
});
