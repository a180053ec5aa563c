import assert from "node:assert/strict";
import { admissionScene } from "./admission_scene.ts";
import { newPod, ownedBy, podObject, split, statefulSetObject, type WorkloadFields } from "./objects.ts";

const OWNER = ownedBy("StatefulSet", "db");
const COST = "controller.kubernetes.io/pod-deletion-cost";

function podOf(ordinal: number) {
  const pod = newPod({ owner: OWNER });
  const { generateName: _, ...metadata } = pod.metadata;
  return { ...pod, metadata: { ...metadata, name: `db-${ordinal}` } };
}

function statefulScene(fields: WorkloadFields = {}) {
  const scene = admissionScene({ workload: undefined });
  scene.addStatefulSet(statefulSetObject({ name: "db", ...fields }));
  return scene;
}

Deno.test("Admission places the pods of a StatefulSet by their ordinal, in whatever order they come", async () => {
  const scene = statefulScene({ replicas: 4 });
  const placed = [];
  for (const ordinal of [3, 0, 2, 1]) placed.push((await scene.ask(podOf(ordinal))).placed);
  assert.deepEqual(placed, ["spot 3", "on-demand 0", "on-demand 2", "spot 1"]);
});

Deno.test("Admission counts the ordinals of a StatefulSet from spec.ordinals.start", async () => {
  const scene = statefulScene({ replicas: 2, spec: { ordinals: { start: 5 } } });
  assert.equal((await scene.ask(podOf(6))).placed, "spot 1");
  assert.equal((await scene.ask(podOf(5))).placed, "on-demand 0");
});

Deno.test("Admission gives a StatefulSet pod no deletion cost", async () => {
  const { pod } = await statefulScene().ask(podOf(1));
  assert.deepEqual(pod.metadata.annotations, { "spotalis.io/slot": "1" });
  assert.equal(Object.hasOwn(pod.metadata.annotations, COST), false);
});

Deno.test("Admission waits while the cache still shows the old pod of an ordinal, and takes its slot", async () => {
  const scene = statefulScene({ replicas: 2 });
  scene.addPod(podObject("db-1", { owner: OWNER, slot: 1, placed: "spot", nodeName: "spot-1" }));
  const asking = await scene.begin(podOf(1));
  await scene.clock.advance(100);
  assert.equal(asking.answer, undefined);
  scene.removePod("db-1");
  await asking.done;
  assert.equal(asking.answer!.placed, "spot 1");
});

Deno.test("Admission gives a StatefulSet pod its own slot also when the old pod never goes", async () => {
  const scene = statefulScene({ replicas: 2, annotations: split(100) });
  scene.addPod(podObject("db-1", { owner: OWNER, slot: 1, placed: "spot", nodeName: "spot-1" }));
  const asking = await scene.begin(podOf(1));
  await scene.clock.advance(250);
  await asking.done;
  assert.equal(asking.answer!.placed, "spot 1");
});

Deno.test("Admission settles the reservation of a StatefulSet pod that is made again under the same name", async () => {
  const scene = statefulScene({ replicas: 2, annotations: split(100) });
  const old = podObject("db-1", { owner: OWNER, slot: 1, placed: "spot", nodeName: "spot-1", uid: "old" });
  scene.addPod({ ...old, metadata: { ...old.metadata, deletionTimestamp: "2025-01-01T00:00:00Z" } });
  assert.equal((await scene.ask(podOf(1))).placed, "spot 1");
  assert.deepEqual(scene.reserved(OWNER.uid), ["spot 1"]);
  // The watch missed that the old one went: the new one comes as a change of the same key.
  scene.addPod({ ...old, metadata: { ...old.metadata, uid: "new" } });
  assert.deepEqual(scene.reserved(OWNER.uid), []);
});

Deno.test("Admission waits for a StatefulSet that the cache does not show yet", async () => {
  const scene = admissionScene({ workload: undefined });
  const asking = await scene.begin(podOf(0));
  await scene.clock.advance(100);
  scene.addStatefulSet(statefulSetObject({ name: "db", annotations: split(100) }));
  await asking.done;
  assert.equal(asking.answer!.placed, "spot 0");
  assert.deepEqual(scene.reads, []);
});
