import assert from "node:assert/strict";
import { disruptionWindow } from "../../src/domain/window.ts";
import { disruptionSettings } from "../support/builders.ts";
import { settle } from "../support/fake_clock.ts";
import { failure } from "../support/fake_transport.ts";
import { deploymentObject, namespaceObject, split } from "./objects.ts";
import { FIRST_BACKOFF_MS, KEY, reconcilerScene } from "./reconciler_scene.ts";

const WEB = 'namespace="shop",workload="web",workload_type="Deployment"';
const BALANCED = ["on-demand-1", "spot-1", "on-demand-1", "spot-1"];
const HOUR_MS = 3_600_000;

Deno.test("Reconciler shows the split that is there, and the one that is asked", async () => {
  const scene = reconcilerScene();
  await scene.reconcile();
  assert.deepEqual(await scene.series("_replicas{"), [
    `spotalis_workload_replicas{${WEB},replica_type="on-demand"} 0`,
    `spotalis_workload_replicas{${WEB},replica_type="spot"} 4`,
    `spotalis_workload_target_replicas{${WEB},replica_type="on-demand"} 2`,
    `spotalis_workload_target_replicas{${WEB},replica_type="spot"} 2`,
  ]);
  assert.deepEqual(await scene.series("workload_invalid"), [`spotalis_workload_invalid{${WEB}} 0`]);
});

Deno.test("Reconciler starts each outcome of a workload's evictions at 0", async () => {
  const scene = reconcilerScene({ nodes: BALANCED });
  await scene.reconcile();
  const outcomes = ["blocked", "evicted", "failed", "forbidden", "gone", "misconfigured", "throttled"];
  assert.deepEqual(
    await scene.series("spotalis_evictions_total"),
    outcomes.map((outcome) => `spotalis_evictions_total{${WEB},outcome="${outcome}"} 0`),
  );
});

Deno.test("Reconciler logs a decision when its action or reason changes, and not at each look", async () => {
  const scene = reconcilerScene({ nodes: BALANCED });
  for (let i = 0; i < 3; i++) await scene.reconcile();
  assert.deepEqual(scene.log.messages, ["info ignore"]);
  const { namespace, workload, action, reason, spot, onDemand, target } = scene.log.lines[0]!.fields;
  assert.deepEqual({ namespace, workload, action, reason, spot, onDemand, target }, {
    namespace: "shop",
    workload: "Deployment/web",
    action: "ignore",
    reason: "balanced",
    spot: 2,
    onDemand: 2,
    target: 2,
  });
  scene.addDeployment(deploymentObject({ spec: { paused: true } }));
  for (let i = 0; i < 3; i++) await scene.reconcile();
  scene.addDeployment(deploymentObject());
  await scene.reconcile();
  assert.deepEqual(scene.log.lines.map(({ fields }) => fields["reason"]), ["balanced", "paused", "balanced"]);
});

Deno.test("Reconciler moves the held gauge with the reason, and takes it away with the last", async () => {
  const scene = reconcilerScene({ nodes: BALANCED });
  const held = async () => {
    await scene.reconcile();
    return (await scene.series("workload_held{")).map((each) => each.replace(/.*reason="(.*)"} /, "$1 "));
  };
  scene.addDeployment(deploymentObject({ spec: { paused: true } }));
  assert.deepEqual(await held(), ["paused 1"]);
  scene.addDeployment(deploymentObject({ status: { readyReplicas: 3 } }));
  assert.deepEqual(await held(), ["rollout 1"]);
  scene.addDeployment(deploymentObject());
  assert.deepEqual(await held(), []);
});

Deno.test("fault 51: Reconciler ends all series of a workload that is gone", async () => {
  const scene = reconcilerScene({ answer: failure(500) });
  scene.addBudget(1);
  await scene.reconcile();
  assert.ok((await scene.series('workload="web"')).length > 10);
  scene.cache.deployments.delete("shop/web");
  assert.equal(await scene.reconcile(), undefined);
  assert.deepEqual(await scene.series('workload="web"'), []);
});

Deno.test("Reconciler ends all series of a workload that is managed no longer, and asks for nothing", async () => {
  const scene = reconcilerScene();
  await scene.reconcile();
  scene.addDeployment(deploymentObject({ labels: { "spotalis.io/enabled": "false" } }));
  assert.equal(await scene.reconcile(), undefined);
  assert.deepEqual(await scene.series('workload="web"'), []);
  assert.equal(scene.asked.length, 1);
});

Deno.test("Reconciler shows nothing of a workload that was never managed", async () => {
  const scene = reconcilerScene({ workload: { labels: {} } });
  assert.equal(await scene.reconcile(), undefined);
  assert.deepEqual([await scene.series('workload="web"'), scene.log.lines, scene.events.all], [[], [], []]);
});

const invalid = (percentage: string) =>
  deploymentObject({ annotations: { "spotalis.io/spot-percentage": percentage } });

Deno.test("Reconciler writes an InvalidPolicy Event once per change, and again after it was mended", async () => {
  const scene = reconcilerScene();
  scene.addDeployment(invalid("many"));
  for (let i = 0; i < 3; i++) assert.equal(await scene.reconcile(), undefined);
  assert.deepEqual(scene.events.reasons, ["InvalidPolicy"]);
  scene.addDeployment(invalid("more"));
  await scene.reconcile();
  assert.deepEqual(scene.events.reasons, ["InvalidPolicy", "InvalidPolicy"]);
  scene.addDeployment(deploymentObject({ annotations: split(100) }));
  await scene.reconcile();
  scene.addDeployment(invalid("more"));
  await scene.reconcile();
  assert.equal(scene.events.all.length, 3);
  assert.deepEqual(scene.asked, []);
});

Deno.test("Reconciler names key, value and what is allowed of an invalid policy", async () => {
  const scene = reconcilerScene({
    workload: { annotations: split(50, { "spotalis.io/min-on-demand": "-1\n" }) },
  });
  await scene.reconcile();
  const [event] = scene.events.all;
  assert.equal(event!.type, "Warning");
  assert.deepEqual(event!.regarding, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: "shop",
    name: "web",
    uid: "Deployment-web",
  });
  assert.match(event!.note, /spotalis\.io\/min-on-demand on the workload is "-1\\n", allowed is an integer/);
  assert.deepEqual(scene.log.lines.map(({ fields }) => fields["reason"]), ["policy"]);
  assert.deepEqual(await scene.series("workload_invalid"), [`spotalis_workload_invalid{${WEB}} 1`]);
  assert.deepEqual(await scene.series("target_replicas"), []);
});

Deno.test("Reconciler says that its moves are in vain when a replacement did not get its placement", async () => {
  const scene = reconcilerScene();
  await scene.reconcile();
  scene.replace("web-2", "spot-1");
  const old = scene.cache.pods.get("shop/web-2-b")!;
  scene.cache.pods.set({ ...old, placed: undefined, slot: undefined, resourceVersion: "unplaced" });
  await scene.clock.advance(10_000);
  assert.equal(await scene.reconcile(), 60_000);
  assert.deepEqual(scene.events.reasons, ["Rebalancing", "PlacementIneffective"]);
  assert.equal(scene.asked.length, 1);
  await scene.reconcile();
  assert.equal(scene.events.all.length, 2);
});

Deno.test("Reconciler looks again when a window opens, or after the poll interval where that is sooner", async () => {
  for (const [windowPollMs, expected] of [[600_000, 600_000], [24 * HOUR_MS, 2 * HOUR_MS]] as const) {
    const scene = reconcilerScene({
      // The fake clock starts at midnight.
      options: {
        windowPollMs,
        settings: disruptionSettings({ window: disruptionWindow("0 2 * * *", HOUR_MS) }),
      },
    });
    assert.equal(await scene.reconcile(), expected);
    assert.deepEqual(scene.asked, []);
    await scene.clock.advance(2 * HOUR_MS);
    await scene.reconcile();
    assert.deepEqual(scene.asked, ["web-2"]);
  }
});

Deno.test("Reconciler looks again after the retry interval where nothing says until when", async () => {
  const scene = reconcilerScene({ options: { retryMs: 12_345 } });
  scene.addDeployment(deploymentObject({ spec: { paused: true } }));
  assert.equal(await scene.reconcile(), 12_345);
});

Deno.test("fault 50: Reconciler holds in a namespace that is terminating, without an Event", async () => {
  const scene = reconcilerScene();
  const metadata = { deletionTimestamp: "2025-01-01T00:00:00Z" };
  scene.addNamespace(namespaceObject("shop", { metadata }));
  assert.equal(await scene.reconcile(), undefined);
  assert.deepEqual([scene.asked, scene.events.all], [[], []]);
  assert.deepEqual(scene.log.lines.map(({ fields }) => fields["reason"]), ["deleted"]);
});

Deno.test("Reconciler's loop queues a key again when it is time", async () => {
  const scene = reconcilerScene();
  const stop = await scene.start();
  scene.queue.add(KEY);
  await settle();
  assert.deepEqual(scene.asked, ["web-2"]);
  scene.replace("web-2", "on-demand-1");
  await scene.clock.advance(9_999);
  assert.equal(scene.asked.length, 1);
  await scene.clock.advance(1);
  assert.deepEqual(scene.asked, ["web-2", "web-0"]);
  await stop();
});

Deno.test("Reconciler's loop goes on after an exception, counts it, and tries that key again later", async () => {
  const scene = reconcilerScene();
  const stop = await scene.start();
  const { cache } = scene;
  const workload = cache.workload.bind(cache);
  let failures = 2;
  cache.workload = (kind, key) => {
    if (failures-- > 0) throw new TypeError("out of order");
    return workload(kind, key);
  };
  scene.queue.add(KEY);
  await settle();
  assert.deepEqual(scene.log.messages, ["error reconciliation failed"]);
  assert.deepEqual(scene.log.lines[0]!.fields["workload"], "Deployment/web");
  await scene.clock.advance(FIRST_BACKOFF_MS);
  assert.deepEqual(await scene.series("reconciliation_errors_total{"), [
    `spotalis_reconciliation_errors_total{${WEB},error_type="TypeError"} 2`,
  ]);
  assert.deepEqual(scene.asked, []);
  await scene.clock.advance(FIRST_BACKOFF_MS * 2);
  assert.deepEqual(scene.asked, ["web-2"]);
  await stop();
});

Deno.test("Reconciler's loop does not look at a workload while another leads", async () => {
  const scene = reconcilerScene();
  scene.state.mayReconcile = false;
  const stop = await scene.start();
  scene.queue.add(KEY);
  await scene.clock.advance(HOUR_MS);
  assert.deepEqual([scene.asked, scene.log.lines], [[], []]);
  assert.equal(scene.clock.timers, 0);
  await stop();
});

Deno.test("Reconciler that lost the lead takes back what it shows, and keeps what it counted", async () => {
  const scene = reconcilerScene();
  const stop = await scene.start();
  scene.queue.add(KEY);
  await settle();
  scene.queue.add(KEY);
  await settle();
  assert.equal((await scene.series("workload_held{")).length, 1);
  scene.state.mayReconcile = false;
  scene.queue.add(KEY);
  await settle();
  assert.deepEqual(await scene.series("workload_replicas"), []);
  assert.deepEqual(await scene.series("workload_held{"), []);
  assert.deepEqual(await scene.series('outcome="evicted"'), [
    `spotalis_evictions_total{${WEB},outcome="evicted"} 1`,
  ]);
  scene.state.mayReconcile = true;
  scene.queue.add(KEY);
  await settle();
  assert.equal((await scene.series("workload_replicas")).length, 2);
  assert.deepEqual(await scene.series("workload_held{"), [`spotalis_workload_held{${WEB},reason="moving"} 1`]);
  await stop();
});

Deno.test("Reconciler's loop shows how long it took, and when it last worked", async () => {
  const scene = reconcilerScene({ nodes: BALANCED });
  const stop = await scene.start();
  scene.queue.add(KEY);
  await settle();
  assert.deepEqual(await scene.series("reconcile_duration_seconds_count"), [
    "spotalis_reconcile_duration_seconds_count 1",
  ]);
  assert.deepEqual(await scene.series("last_seen_timestamp"), [
    `spotalis_controller_last_seen_timestamp{controller_name="workload"} ${scene.clock.wall() / 1_000}`,
  ]);
  await stop();
});

Deno.test("Reconciler asks the API server for nothing where nothing is to be done", async () => {
  const scene = reconcilerScene({ nodes: BALANCED });
  const stop = await scene.start();
  for (let i = 0; i < 20; i++) {
    scene.queue.add(KEY);
    await scene.clock.advance(60_000);
  }
  assert.deepEqual(scene.transport.requests, []);
  await stop();
});
