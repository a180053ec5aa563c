import assert from "node:assert/strict";
import { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import { Lifecycle } from "../../../src/runtime/lifecycle.ts";
import { NAMESPACES } from "../../../src/sim/resources.ts";
import { EvictionJudge } from "../oracle/eviction_judge.ts";
import { Oracle } from "../oracle/oracle.ts";
import { OperatorProcess } from "../process/operator_process.ts";
import { SETTINGS } from "../oracle/support/rogue_scene.ts";
import { Fleet } from "./fleet.ts";
import { Journal } from "./journal.ts";
import { configOf, nodeGroup } from "./run.ts";

/** Two processes of the operator on an empty cluster, of which one leads. */
async function withFleet(
  act: (stage: { fleet: Fleet; clock: VirtualClock; journal: Journal }) => Promise<void>,
): Promise<Journal> {
  const clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5) });
  const journal = new Journal(clock);
  const cluster = new EmbeddedCluster({
    clock,
    seed: 1,
    kubelets: { startupMs: 1_000, startupJitterMs: 0, shutdownMs: 1_000 },
    nodeGroups: [nodeGroup("spot", 0)],
    autoscaler: undefined,
    recordsEvents: false,
  });
  const { storage } = cluster;
  const oracle = new Oracle({ storage, clock });
  const judge = new EvictionJudge({ storage, clock, oracle, settings: SETTINGS, report: () => {} });
  const config = configOf({ maxUnavailable: 1, maxEvictionsPerMinute: 30 });
  const fleet = new Fleet({ cluster, clock, config, seed: 1, judge, journal, oracle, replicas: 2 });
  const lifecycle = new Lifecycle();
  const begin = async () => {
    lifecycle.start("the embedded cluster", (signal) => cluster.run(signal));
    await cluster.start();
    await cluster.api.create(NAMESPACES, { metadata: { name: "spotalis-system" } });
  };
  await clock.complete(begin());
  fleet.startAll();
  await clock.run(clock.now() + 10_000);
  await act({ fleet, clock, journal });
  lifecycle.stop();
  await lifecycle.join();
  return journal;
}

Deno.test('Fleet catches "end": a process that ends by itself', async () => {
  const { start } = OperatorProcess.prototype;
  const failing = () => Promise.reject(new Error("undefined is not a function"));
  try {
    const { violations } = await withFleet(async ({ fleet, clock }) => {
      OperatorProcess.prototype.start = function () {
        Object.assign(this.app.reconciler, { run: failing });
        start.call(this);
      };
      fleet.replace("standby", { forMs: 0, isKilled: true });
      await clock.run(clock.now() + 30_000);
    });
    assert.deepEqual(violations.map(({ rule }) => rule), ["end"]);
    assert.match(violations[0]!.detail, /reconciling failed/);
  } finally {
    OperatorProcess.prototype.start = start;
  }
});

Deno.test("Fleet starts another process in the place of one that was killed, and another leads in time", async () => {
  const { violations } = await withFleet(async ({ fleet, clock }) => {
    const first = fleet.leader!.process.identity;
    fleet.replace("leader", { forMs: 5_000, isKilled: true });
    assert.equal(fleet.members.length, 1);
    await clock.run(clock.now() + 6_000);
    assert.equal(fleet.members.length, 2);
    await clock.run(clock.now() + 15 * 60_000);
    assert.notEqual(fleet.leader!.process.identity, first);
  });
  assert.deepEqual(violations, []);
});

Deno.test("Fleet hands the lead over at once where a process is asked to stop", async () => {
  const { violations } = await withFleet(async ({ fleet, clock }) => {
    const first = fleet.leader!.process.identity;
    fleet.replace("leader", { forMs: 5_000, isKilled: false });
    await clock.run(clock.now() + 3 * 60_000);
    assert.notEqual(fleet.leader!.process.identity, first);
  });
  assert.deepEqual(violations, []);
});

Deno.test("Fleet is calm once a leader has waited for its predecessor, and not while it is in trouble", async () => {
  await withFleet(async ({ fleet, clock }) => {
    fleet.tick();
    assert.equal(fleet.calmSinceMs(), undefined, "leadership was won only now");
    await clock.run(clock.now() + 3 * 60_000);
    fleet.tick();
    assert.equal(fleet.calmSinceMs(), clock.now());
    fleet.leader!.process.trouble.part("all");
    fleet.tick();
    assert.equal(fleet.calmSinceMs(), undefined);
  });
});
