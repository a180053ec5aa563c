import assert from "node:assert/strict";
import { FakeClock } from "../support/fake_clock.ts";
import { candidate, cutOff, LeaseServer, TIMING } from "../support/leases.ts";

const STEP_MS = 100;

/** A leader, and a candidate whose clock is `ratio` times as fast. Time is the leader's. */
async function pair(ratio: number) {
  const server = new LeaseServer();
  const leader = candidate({ identity: "leader", server, clock: new FakeClock() });
  await leader.start();
  const other = candidate({ identity: "other", server, clock: new FakeClock() });
  await other.start();
  /** How long both may evict at once, of the next `ms`. */
  async function overlap(ms: number): Promise<number> {
    let bothMs = 0;
    for (let passedMs = 0; passedMs < ms; passedMs += STEP_MS) {
      await leader.clock.advance(STEP_MS);
      await other.clock.advance(STEP_MS * ratio);
      if (leader.isValid() && other.isValid()) bothMs += STEP_MS;
    }
    return bothMs;
  }
  const stop = async () => {
    await leader.stop();
    await other.stop();
  };
  return { leader, other, overlap, stop };
}

const SAFE_RATIO = TIMING.leaseDurationMs / TIMING.renewDeadlineMs;

Deno.test("fault 24: a candidate whose clock is twice as fast takes nothing from a leader that renews", async () => {
  const { leader, other, overlap, stop } = await pair(2);
  assert.equal(await overlap(600_000), 0);
  assert.equal(leader.elector.isLeader, true);
  assert.deepEqual(other.states, []);
  await stop();
});

Deno.test("fault 24: up to lease / renew deadline = 1.5 times as fast, a cut-off leader ends before the next begins", async () => {
  assert.equal(SAFE_RATIO, 1.5);
  for (const ratio of [1, 1.25, SAFE_RATIO]) {
    const { leader, other, overlap, stop } = await pair(ratio);
    await overlap(7_000);
    cutOff(leader.transport);
    assert.equal(await overlap(60_000), 0, `${ratio}`);
    assert.equal(other.isValid(), true, "it has taken over");
    await stop();
  }
});

Deno.test("fault 24: beyond that ratio the two overlap for a moment: this is the documented limit", async () => {
  const { leader, overlap, stop } = await pair(2);
  await overlap(7_000);
  cutOff(leader.transport);
  const bothMs = await overlap(60_000);
  assert.ok(bothMs > 0 && bothMs <= TIMING.renewDeadlineMs - TIMING.leaseDurationMs / 2, `${bothMs} ms`);
  await stop();
});
