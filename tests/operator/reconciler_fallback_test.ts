import assert from "node:assert/strict";
import { FALLBACK_SETTINGS, GOOD_STANDING } from "../support/builders.ts";
import { failure } from "../support/fake_transport.ts";
import { placedPod, stuckPod } from "./fallback_objects.ts";
import { deploymentObject, split } from "./objects.ts";
import { EVICTED, KEY, pathOf, reconcilerScene, type SceneOptions } from "./reconciler_scene.ts";

const { afterMs, retryAfterMs } = FALLBACK_SETTINGS;
const UID = "Deployment-web";
const TWO_OF_FOUR = ["on-demand-1", "on-demand-1"];

/** Four pods, half of them asked for on spot, of which two have been unschedulable for `forMs`. */
function stuckScene(forMs = afterMs!, options: SceneOptions = {}) {
  const scene = reconcilerScene({ nodes: TWO_OF_FOUR, workload: { replicas: 4 }, ...options });
  for (const [name, slot] of [["web-2", 1], ["web-3", 3]] as const) {
    scene.addPod(stuckPod(name, { sinceMs: scene.clock.wall() - forMs, slot }));
    scene.transport.always("POST", pathOf(name), (request) => {
      scene.asked.push(name);
      return (options.answer ?? EVICTED)(request);
    });
  }
  return scene;
}

/** Four pods on on-demand, of which a fallback has placed two; it is time to try spot in `inMs`. */
function openScene(inMs: number, options: SceneOptions = {}) {
  const scene = reconcilerScene({
    nodes: ["on-demand-1", "on-demand-1", "on-demand-1", "on-demand-1"],
    ...options,
  });
  const nowMs = scene.clock.wall();
  for (const [name, slot] of [["web-2", 5], ["web-3", 7]] as const) {
    scene.addPod(placedPod(name, { slot, atMs: nowMs - 60_000, retryAtMs: nowMs + inMs }));
  }
  return scene;
}

Deno.test("Reconciler evicts stuck pods as they were seen, and says so in one Event and the metric", async () => {
  const scene = stuckScene();
  assert.equal(await scene.reconcile(), 10_000);
  assert.deepEqual(scene.asked, ["web-2", "web-3"]);
  const versions = scene.transport.requests.map(({ body }) =>
    (body as { deleteOptions: { preconditions: object } }).deleteOptions.preconditions
  );
  const of = (name: string) => scene.cache.pods.get(`shop/${name}`)!.resourceVersion;
  assert.deepEqual(versions, [
    { uid: "uid-web-2", resourceVersion: of("web-2") },
    { uid: "uid-web-3", resourceVersion: of("web-3") },
  ]);
  assert.deepEqual(scene.events.reasons, ["SpotUnavailable"]);
  assert.match(scene.events.all[0]!.note, /2 pods unschedulable on spot for 2m0s: to on-demand/);
  assert.deepEqual(scene.log.messages, [
    "info spot fallback open",
    "info evict",
    "info evicted",
    "info evicted",
  ]);
  const series = await scene.series("spot_fallback_active");
  assert.match(series.join(), / 1$/);
});

Deno.test("Reconciler looks again at the moment at which a pod has been stuck for long", async () => {
  const scene = stuckScene(afterMs! - 7_000);
  assert.equal(await scene.reconcile(), 7_000);
  assert.deepEqual(scene.asked, []);
  assert.deepEqual(scene.events.reasons, []);
});

Deno.test("Reconciler takes a stuck pod that has got a node meanwhile for gone", async () => {
  const scene = stuckScene(afterMs, { answer: failure(409) });
  await scene.reconcile();
  assert.deepEqual(scene.asked, ["web-2", "web-3"]);
  assert.deepEqual(scene.log.messages.slice(-2), ["info not evicted", "info not evicted"]);
  const failures = await scene.series("reconciliation_errors_total{");
  assert.deepEqual(failures, []);
});

Deno.test("Reconciler evicts no stuck pod without the Lease", async () => {
  const scene = stuckScene();
  scene.state.standing = { ...GOOD_STANDING, lease: "leadership may have lapsed" };
  assert.equal(await scene.reconcile(), 2_000);
  assert.deepEqual(scene.asked, []);
});

Deno.test("Reconciler with the fallback off says once that pods wait", async () => {
  const annotations = split(50, { "spotalis.io/spot-fallback": "off" });
  const scene = stuckScene(afterMs, { workload: { replicas: 4, annotations } });
  for (let look = 0; look < 3; look++) assert.equal(await scene.reconcile(), 60_000);
  assert.deepEqual(scene.asked, []);
  assert.deepEqual(scene.events.reasons, ["SpotUnavailable"]);
  assert.match(scene.events.all[0]!.note, /the fallback is off, they wait/);
  assert.match((await scene.series("spot_fallback_active")).join(), / 0$/);
  for (const [name, slot] of [["web-2", 1], ["web-3", 3]] as const) {
    scene.addPod(placedPod(name, { slot, atMs: scene.clock.wall(), placed: "spot" }));
  }
  await scene.reconcile();
  assert.deepEqual(scene.events.all.slice(1).map(({ reason, note }) => [reason, note]), [
    ["SpotRestored", "no pod waits for a spot node any more"],
  ]);
});

Deno.test("Reconciler does not tell again of a fallback that an earlier leader has opened", async () => {
  const scene = openScene(30_000);
  assert.equal(await scene.reconcile(), 30_000, "looks again when it is time to try");
  assert.deepEqual(scene.events.reasons, []);
  assert.deepEqual(scene.asked, []);
  assert.match((await scene.series("spot_fallback_active")).join(), / 1$/);
});

Deno.test("Reconciler tells of a fallback that opens at its first look", async () => {
  const scene = stuckScene(3 * afterMs!);
  await scene.reconcile();
  assert.deepEqual(scene.events.reasons, ["SpotUnavailable"]);
});

Deno.test("Reconciler evicts one pod to try spot when it is time, and tells of its return", async () => {
  const scene = openScene(0);
  await scene.reconcile();
  assert.deepEqual(scene.asked, ["web-3"]);
  scene.removePod("web-3");
  scene.addPod(placedPod("web-4", { slot: 1, atMs: scene.clock.wall() + 1_000, placed: "spot" }));
  await scene.clock.advance(10_000);
  await scene.reconcile();
  assert.deepEqual(scene.asked, ["web-3", "web-2"], "the others follow as usual");
  assert.deepEqual(scene.events.reasons, ["Rebalancing", "SpotRestored", "Rebalancing"]);
});

Deno.test("Reconciler says nothing of spot where the fallback is turned off while it is open", async () => {
  const scene = openScene(30_000);
  await scene.reconcile();
  const annotations = split(50, { "spotalis.io/spot-fallback": "off" });
  scene.addDeployment(deploymentObject({ replicas: 4, annotations }));
  await scene.reconcile();
  assert.equal(scene.events.reasons.includes("SpotRestored"), false);
});

Deno.test("Reconciler keeps the try for itself while its eviction is under way, and gives it back if that fails", async () => {
  const answers: (() => void)[] = [];
  const answer = () =>
    new Promise<Response>((resolve) => answers.push(() => resolve(new Response("", { status: 404 }))));
  const scene = openScene(0, { answer: answer as never });
  const workload = scene.cache.workloadByUid(UID)!;
  const mayProbe = () => scene.fallback.look(workload, scene.view.podsOf(workload)).mayProbe;
  assert.equal(mayProbe(), true);
  const reconciling = scene.reconcile();
  assert.equal(mayProbe(), false);
  await scene.clock.advance(0);
  answers[0]!();
  await reconciling;
  assert.equal(mayProbe(), true);
});

Deno.test("Reconciler forgets the fallback of a workload that is gone", async () => {
  const scene = stuckScene();
  await scene.reconcile();
  const workload = scene.cache.workloadByUid(UID)!;
  assert.notEqual(scene.fallback.markOf(workload), undefined);
  for (const name of ["web-2", "web-3"]) scene.removePod(name);
  scene.cache.deployments.delete("shop/web");
  await scene.reconcile();
  assert.equal(scene.fallback.markOf(workload), undefined);
  assert.deepEqual(await scene.series("spot_fallback_active{"), []);
});

Deno.test("Reconciler queues no workload but those that another's success has closed", async () => {
  const scene = openScene(retryAfterMs);
  await scene.reconcile();
  const [web] = [scene.cache.workloadByUid(UID)!];
  const other = { ...web, uid: "other", name: "other" };
  scene.fallback.look(other, []);
  scene.fallback.look(other, [{
    ...scene.view.podsOf(web)[0]!,
    where: "spot",
    scheduledMs: scene.clock.wall(),
  }]);
  assert.deepEqual(scene.closed, [UID]);
  assert.equal(KEY, "Deployment/shop/web");
});
