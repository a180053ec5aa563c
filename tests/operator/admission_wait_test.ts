import assert from "node:assert/strict";
import { settle } from "../support/fake_clock.ts";
import { admissionScene, OWNER_UID } from "./admission_scene.ts";
import { deploymentObject, newPod, ownedBy, podObject, replicaSetObject, split } from "./objects.ts";

const WAIT_MS = 250;

Deno.test("Admission waits for an owner that the cache does not show yet, and places when it comes", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addDeployment(deploymentObject());
  const asking = await scene.begin();
  await scene.clock.advance(WAIT_MS - 1);
  assert.equal(asking.answer, undefined);
  scene.addReplicaSet(replicaSetObject());
  await asking.done;
  assert.equal(asking.answer!.placed, "on-demand 0");
  assert.deepEqual(scene.reads, []);
});

Deno.test("Admission waits for the Deployment of an owner that is there already", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addReplicaSet(replicaSetObject());
  const asking = await scene.begin();
  await scene.clock.advance(100);
  assert.equal(asking.answer, undefined);
  scene.addDeployment(deploymentObject());
  await asking.done;
  assert.equal(asking.answer!.placed, "on-demand 0");
  assert.deepEqual(scene.reads, []);
});

Deno.test("Admission is not woken by an owner that a pod does not name", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addDeployment(deploymentObject());
  const asking = await scene.begin();
  scene.addReplicaSet(replicaSetObject({ name: "web-2" }));
  await scene.clock.advance(WAIT_MS - 1);
  assert.equal(asking.answer, undefined);
  await scene.clock.advance(1);
  await asking.done;
  assert.equal(asking.answer!.placed, "");
});

Deno.test("Admission reads an owner once from the API server when the wait is over, and places by it", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addDeployment(deploymentObject());
  scene.live.readOwner = () => Promise.resolve(scene.cache.projections.replicaSet(replicaSetObject()));
  const asking = await scene.begin();
  await scene.clock.advance(WAIT_MS - 1);
  assert.deepEqual(scene.reads, []);
  await scene.clock.advance(1);
  await asking.done;
  assert.equal(asking.answer!.placed, "on-demand 0");
  assert.deepEqual(scene.reads, [{ kind: "ReplicaSet", name: "web-1", uid: OWNER_UID }]);
  assert.deepEqual(scene.reserved(), ["on-demand 0"]);
});

Deno.test("Admission allows a pod as it is whose owner cannot be found anywhere, and says so", async () => {
  const scene = admissionScene({ workload: undefined });
  const asking = await scene.begin();
  await scene.clock.advance(WAIT_MS);
  await asking.done;
  assert.equal(asking.answer!.status, 200);
  assert.deepEqual(asking.answer!.patch, []);
  assert.equal(scene.reads.length, 1);
  assert.deepEqual(scene.results(), ["no_owner"]);
  assert.deepEqual(scene.log.messages, ["warn pod allowed as it is: its owner cannot be found"]);
});

Deno.test("fault 48: Admission does not take an owner that the API server shows under another UID", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addDeployment(deploymentObject());
  scene.live.readOwner = () =>
    Promise.resolve(scene.cache.projections.replicaSet(replicaSetObject({ uid: "made-again" })));
  const asking = await scene.begin();
  await scene.clock.advance(WAIT_MS);
  await asking.done;
  assert.deepEqual([asking.answer!.patch, scene.results()], [[], ["no_owner"]]);
});

Deno.test("fault 48: Admission follows the UID, not the name, of an owner that was made again", async () => {
  const scene = admissionScene({ workload: { annotations: split(100) } });
  const owner = ownedBy("ReplicaSet", "web-1", { uid: "made-again" });
  const asking = await scene.begin(newPod({ owner }));
  await scene.clock.advance(100);
  assert.equal(asking.answer, undefined, "the old owner's UID does not match");
  scene.addReplicaSet(replicaSetObject({ uid: "made-again" }));
  await asking.done;
  assert.equal(asking.answer!.placed, "spot 0");
  assert.deepEqual(scene.reserved("made-again"), ["spot 0"]);
  assert.deepEqual(scene.reserved(), []);
});

Deno.test("Admission allows a pod as it is when the live read fails, and counts and logs the error", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.live.readOwner = () => Promise.reject(new Error("no route to host"));
  const asking = await scene.begin();
  await scene.clock.advance(WAIT_MS);
  await asking.done;
  assert.equal(asking.answer!.status, 200);
  assert.equal(asking.answer!.body.response.allowed, true);
  assert.deepEqual(asking.answer!.patch, []);
  assert.deepEqual(scene.results(), ["error"]);
  assert.deepEqual(scene.log.messages, ["error pod allowed as it is: admission failed"]);
  assert.match(String(scene.log.lines[0]!.fields["error"]), /no route to host/);
});

Deno.test("Admission waits while all slots are taken, and takes the one that becomes free", async () => {
  const scene = admissionScene({ workload: { replicas: 2, annotations: split(100) } });
  for (const slot of [0, 1]) {
    scene.addPod(podObject(`web-1-${slot}`, { slot, placed: "spot", nodeName: "spot-1" }));
  }
  const asking = await scene.begin();
  await scene.clock.advance(100);
  assert.equal(asking.answer, undefined);
  scene.removePod("web-1-0");
  await asking.done;
  assert.equal(asking.answer!.placed, "spot 0");
});

Deno.test("Admission gives one freed place to one of those that wait, and the next to the next", async () => {
  const scene = admissionScene({ workload: { replicas: 10, annotations: split(70) } });
  const kinds = [
    "on-demand",
    "spot",
    "spot",
    "on-demand",
    "spot",
    "spot",
    "on-demand",
    "spot",
    "spot",
    "spot",
  ] as const;
  for (const [slot, placed] of kinds.entries()) {
    scene.addPod(podObject(`web-1-${slot}`, { slot, placed, nodeName: `${placed}-1` }));
  }
  const asking = [await scene.begin(), await scene.begin()];
  scene.removePod("web-1-4");
  await settle();
  assert.deepEqual(asking.map(({ answer }) => answer?.placed), ["spot 4", undefined]);
  scene.removePod("web-1-7");
  await settle();
  assert.deepEqual(asking.map(({ answer }) => answer?.placed), ["spot 4", "spot 7"]);
});

Deno.test("Admission allows a pod as it is while the caches are not synced", async () => {
  const scene = admissionScene();
  Object.defineProperty(scene.cache, "hasSynced", { value: false });
  assert.deepEqual((await scene.ask()).patch, []);
  assert.deepEqual(scene.results(), ["not_synced"]);
});

Deno.test("Admission waits for a scale-up that the cache does not show yet", async () => {
  const scene = admissionScene({ workload: { replicas: 1, annotations: split(100) } });
  scene.addPod(podObject("web-1-0", { slot: 0, placed: "spot", nodeName: "spot-1" }));
  const asking = await scene.begin();
  await scene.clock.advance(100);
  assert.equal(asking.answer, undefined);
  scene.addReplicaSet(replicaSetObject({ replicas: 2 }));
  await asking.done;
  assert.equal(asking.answer!.placed, "spot 1");
});

Deno.test("Admission goes on with what is known when the caches stay behind for 250 ms", async () => {
  const scene = admissionScene({ workload: { replicas: 1, annotations: split(100) } });
  scene.addPod(podObject("web-1-0", { slot: 0, placed: "spot", nodeName: "spot-1" }));
  const asking = await scene.begin();
  await scene.clock.advance(WAIT_MS - 1);
  assert.equal(asking.answer, undefined);
  await scene.clock.advance(1);
  await asking.done;
  assert.equal(asking.answer!.placed, "spot 1");
  assert.deepEqual(scene.reads, [], "only an owner is ever read");
});

Deno.test("Admission has one timer however many reviews wait, and none when they are done", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addDeployment(deploymentObject({ replicas: 50 }));
  const before = scene.clock.created;
  const reviews = Array.from(
    { length: 50 },
    (_, i) => scene.admission.review({ uid: `r${i}`, namespace: "shop", isDryRun: false, pod: newPod() }),
  );
  await scene.clock.advance(10);
  assert.equal(scene.waiters.size, 50);
  assert.equal(scene.clock.timers, 1);
  assert.equal(scene.clock.created - before, 1);
  scene.addReplicaSet(replicaSetObject({ replicas: 50 }));
  const answers = await Promise.all(reviews);
  assert.equal(new Set(scene.reserved()).size, 50, "each has a slot of its own");
  assert.equal(answers.filter(({ capacity }) => capacity === "spot").length, 25);
  await scene.clock.advance(WAIT_MS);
  assert.equal(scene.clock.timers, 0);
});

Deno.test("Admission gives those that waited in vain different slots when they go on at the same moment", async () => {
  const scene = admissionScene({ workload: { replicas: 1, annotations: split(100) } });
  scene.addPod(podObject("web-1-0", { slot: 0, placed: "spot", nodeName: "spot-1" }));
  const askings = [await scene.begin(), await scene.begin(), await scene.begin()];
  await scene.clock.advance(WAIT_MS);
  await Promise.all(askings.map(({ done }) => done));
  assert.deepEqual(askings.map(({ answer }) => answer!.placed), ["spot 1", "spot 2", "spot 3"]);
});

Deno.test("Admission does not wait for another owner's pods", async () => {
  const scene = admissionScene({ workload: { replicas: 1 } });
  const other = ownedBy("ReplicaSet", "web-2");
  scene.addPod(podObject("web-2-0", { slot: 0, placed: "spot", owner: other, nodeName: "spot-1" }));
  const { placed } = await scene.ask();
  assert.equal(placed, "on-demand 0");
});
