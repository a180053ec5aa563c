import assert from "node:assert/strict";
import { RESERVATION_MS } from "../../src/domain/reservations.ts";
import { settle } from "../support/fake_clock.ts";
import { admissionScene, post, reviewOf } from "./admission_scene.ts";
import { CAPACITY_TYPE, deploymentObject, newPod, podObject, replicaSetObject, split } from "./objects.ts";

Deno.test("fault 41: Admission answers the same uid once", async () => {
  const scene = admissionScene();
  const first = await scene.ask(newPod(), { uid: "same" });
  const second = await scene.ask(newPod(), { uid: "same" });
  assert.deepEqual(second.body, first.body);
  assert.deepEqual(scene.reserved(), ["on-demand 0"]);
  assert.equal(scene.reviews.length, 1);
});

Deno.test("fault 41: Admission answers the same uid once when it is asked twice at the same time", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addDeployment(deploymentObject());
  const askings = [await scene.begin(newPod(), { uid: "same" }), await scene.begin(newPod(), { uid: "same" })];
  scene.addReplicaSet(replicaSetObject());
  await Promise.all(askings.map(({ done }) => done));
  assert.deepEqual(askings[1]!.answer!.body, askings[0]!.answer!.body);
  assert.deepEqual(scene.reserved(), ["on-demand 0"]);
});

Deno.test("Admission answers the same uid the same in the version of each review", async () => {
  const scene = admissionScene();
  const beta = { apiVersion: "admission.k8s.io/v1beta1", kind: "AdmissionReview" };
  const first = await scene.ask(newPod(), { uid: "same" });
  const request = post(JSON.stringify({ ...reviewOf(newPod(), { uid: "same" }), ...beta }));
  const body = await (await scene.handler(request)).json();
  assert.deepEqual(body, { ...first.body, ...beta });
});

Deno.test("fault 44: Admission gives a dry run the same patch, and reserves nothing", async () => {
  const scene = admissionScene({ workload: { annotations: split(100) } });
  const dry = await scene.ask(newPod(), { dryRun: true });
  assert.deepEqual(scene.reserved(), []);
  const real = await scene.ask();
  assert.deepEqual(dry.patch, real.patch);
  assert.deepEqual(scene.reserved(), ["spot 0"]);
});

for (const [percentage, kind] of [[100, "spot"], [0, "on-demand"]] as const) {
  Deno.test(`fault 42: Admission answers a reinvocation for its own ${kind} pod with nothing, and counts it once`, async () => {
    const scene = admissionScene({ workload: { replicas: 2, annotations: split(percentage) } });
    const first = await scene.ask();
    const again = await scene.ask(first.pod);
    assert.deepEqual(again.patch, []);
    assert.deepEqual(again.placed, `${kind} 0`);
    assert.deepEqual(scene.reserved(), [`${kind} 0`]);
    assert.deepEqual(scene.results(), ["placed", "placed"]);
    assert.deepEqual(scene.events.all, []);
    assert.equal((await scene.ask()).placed, `${kind} 1`);
  });
}

Deno.test("Admission repairs a pod on reinvocation where another webhook took the placement away", async () => {
  const scene = admissionScene({ workload: { annotations: split(100) } });
  const { pod } = await scene.ask();
  const { nodeSelector: _, ...spec } = pod.spec;
  const again = await scene.ask({ ...pod, spec });
  assert.deepEqual(again.pod, pod);
  assert.deepEqual(scene.reserved(), ["spot 0"]);
});

Deno.test("Admission does not believe a slot that the template itself names", async () => {
  const scene = admissionScene({ workload: { replicas: 3, annotations: split(100) } });
  const metadata = { annotations: { "spotalis.io/slot": "0" }, labels: { "spotalis.io/capacity": "spot" } };
  scene.addReplicaSet(replicaSetObject({ replicas: 3, spec: { template: { metadata } } }));
  const pod = newPod({ metadata });
  const placed = [(await scene.ask(pod)).placed, (await scene.ask(pod)).placed, (await scene.ask(pod)).placed];
  assert.deepEqual(placed, ["spot 0", "spot 1", "spot 2"]);
});

Deno.test("Admission ends a reservation when its pod is first seen", async () => {
  const scene = admissionScene({ workload: { replicas: 2, annotations: split(100) } });
  const first = await scene.ask();
  scene.see(first.pod, "web-1-a");
  assert.deepEqual(scene.reserved(), []);
  assert.equal((await scene.ask()).placed, "spot 1");
});

Deno.test("Admission keeps a reservation while only the old pod of that slot is seen to change", async () => {
  const scene = admissionScene({ workload: { replicas: 1, annotations: split(100) } });
  const old = podObject("web-1-old", { slot: 0, placed: "spot", nodeName: "spot-1" });
  scene.addPod(old);
  const terminating = { ...old, metadata: { ...old.metadata, deletionTimestamp: "2025-01-01T00:00:00Z" } };
  scene.addPod(terminating);
  assert.equal((await scene.ask()).placed, "spot 0");
  scene.addPod({ ...terminating, status: { phase: "Running", conditions: [] } });
  scene.removePod("web-1-old");
  assert.deepEqual(scene.reserved(), ["spot 0"]);
});

Deno.test("fault 45: Admission gives a place away again 30 s after a pod that never came", async () => {
  const scene = admissionScene({ workload: { replicas: 1, annotations: split(100) } });
  await scene.ask();
  await scene.clock.advance(RESERVATION_MS - 1);
  assert.deepEqual(scene.reserved(), ["spot 0"]);
  await scene.clock.advance(1);
  assert.deepEqual(scene.reserved(), []);
  assert.equal((await scene.ask()).placed, "spot 0");
  assert.equal(RESERVATION_MS, 30_000);
});

Deno.test("Admission heals a burst of which the cache shows the pods out of order", async () => {
  const scene = admissionScene({ workload: { replicas: 6 } });
  const answers = [];
  for (let i = 0; i < 6; i++) answers.push(await scene.ask());
  for (const index of [4, 1, 5]) scene.see(answers[index]!.pod, `web-1-${index}`);
  assert.equal(scene.reserved().length, 3);
  // One of those that were seen is lost, and its replacement asked for: the same slot and kind.
  scene.removePod("web-1-1");
  assert.equal((await scene.ask()).placed, answers[1]!.placed);
});

Deno.test("fault 42: Admission takes a user's own capacity label for no earlier answer", async () => {
  const scene = admissionScene({ workload: { annotations: split(100) } });
  const pod = newPod({
    metadata: {
      labels: { "spotalis.io/capacity": "on-demand" },
      annotations: { "spotalis.io/slot": "3" },
    },
  });
  const { placed, pod: patched } = await scene.ask(pod);
  assert.equal(placed, "spot 0");
  assert.deepEqual(patched.spec.nodeSelector, { [CAPACITY_TYPE]: "spot" });
});

Deno.test("Admission forgets the oldest answers, so that its memory does not grow", async () => {
  const scene = admissionScene({ workload: { replicas: 5_000, annotations: split(100) } });
  await scene.ask(newPod(), { uid: "first" });
  for (let i = 0; i < 2_048; i++) await scene.ask({}, { uid: `other-${i}` });
  await settle();
  const { placed } = await scene.ask(newPod(), { uid: "first" });
  assert.equal(placed, "spot 1", "it is a new question by now");
});
