import assert from "node:assert/strict";
import { deployment } from "../scenarios/support/workloads.ts";
import type { RequestPattern } from "../support/fault_table.ts";
import { type FaultStage, faultTest } from "./support/fault_stage.ts";

const FIRST = "operator-0";
const SECOND = "operator-1";
const RENEW_DEADLINE_MS = 10_000;
const LEASE_DURATION_MS = 15_000;
/** Moves without a pause, so that there is an eviction under way at any moment. */
const EAGER = { controllers: { workloadTiming: { cooldownPeriod: "100ms" } } };

const PARTITIONS: readonly [title: string, pattern: RequestPattern][] = [
  ["from everything", { client: FIRST }],
  ["only from the Lease, so that its evictions get through", { client: FIRST, path: /\/leases\// }],
];

/** Has a workload with far more to move than there is time for. */
async function startMoving(stage: FaultStage): Promise<void> {
  for (const name of ["a", "b", "c"]) {
    await stage.create(deployment({ name, replicas: 40, percentage: 100 }));
  }
  for (const name of ["a", "b", "c"]) await stage.settled(name, { replicas: 40, spot: 40, ms: 120_000 });
  for (const name of ["a", "b", "c"]) await stage.setPercentage(name, 0);
  await stage.until("it evicts", () => stage.evictions.length >= 3);
}

for (const [title, pattern] of PARTITIONS) {
  faultTest(
    `fault 19: the leader is cut off ${title}: it stops within 10 s, another leads no sooner than after 15 s, ` +
      "and no two evict at the same time",
    { operators: 2, config: EAGER },
    async (stage) => {
      const [first, second] = stage.operators as [typeof stage.operator, typeof stage.operator];
      await startMoving(stage);
      assert.ok(first.isLeader && !second.isLeader);
      const healed = stage.faults.add({ ...pattern, fault: { kind: "silence" } });
      const cutMs = stage.clock.now();
      await stage.until("the other leads", () => second.isLeader, 40_000);
      const renewals = stage.faults.requests({ client: FIRST, method: "PUT", path: /\/leases\// });
      const renewedMs = renewals.filter(({ code }) => code === 200).at(-1)!.atMs;
      assert.ok(cutMs - renewedMs <= 2_500);
      assert.ok(stage.clock.now() - renewedMs >= LEASE_DURATION_MS, "not before the Lease has ended");
      assert.ok(!first.isLeader);
      await stage.until("the other evicts", () => evictionsOf(stage, SECOND).length > 0);
      await stage.pass(5_000);
      const own = evictionsOf(stage, FIRST).filter((atMs) => atMs > cutMs);
      const last = Math.max(cutMs, ...own);
      assert.ok(last - renewedMs <= RENEW_DEADLINE_MS, `the last one ${last - renewedMs} ms after a renewal`);
      assert.ok(Math.min(...evictionsOf(stage, SECOND)) - renewedMs >= LEASE_DURATION_MS);
      if (pattern.path !== undefined) assert.ok(own.length > 0, "it went on as long as it was sure");

      healed();
      const healedMs = stage.clock.now();
      await stage.pass(30_000);
      assert.deepEqual(evictionsOf(stage, FIRST).filter((atMs) => atMs > healedMs), []);
      assert.ok(!first.isLeader && second.isLeader);
      assert.equal(new Set(stage.evictions.map(({ uid }) => uid)).size, stage.evictions.length);
    },
  );
}

/** When an operator asked for evictions. */
function evictionsOf({ faults }: FaultStage, client: string): number[] {
  return faults.requests({ client, method: "POST", path: /\/eviction$/ }).map(({ atMs }) => atMs);
}
