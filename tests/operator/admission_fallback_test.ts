import assert from "node:assert/strict";
import { FALLBACK_RETRY_AFTER, FALLBACK_RETRY_AT, POD_DELETION_COST, SLOT } from "../../src/domain/keys.ts";
import { FALLBACK_SETTINGS } from "../support/builders.ts";
import { admissionScene, type SceneOptions } from "./admission_scene.ts";
import { placedPod, stuckPod, textOf } from "./fallback_objects.ts";
import { newPod, ownedBy, podObject, split, statefulSetObject } from "./objects.ts";

const { afterMs, retryAfterMs } = FALLBACK_SETTINGS;
const ALL_SPOT = { replicas: 4, annotations: split(100) };

type Scene = ReturnType<typeof admissionScene>;

/** Of `web`, one spot pod has been unschedulable for `after`. */
function scene(options: SceneOptions = {}): Scene {
  const made = admissionScene({ workload: ALL_SPOT, ...options });
  made.addPod(stuckPod("web-1-stuck", { sinceMs: made.clock.wall() - afterMs!, slot: 0 }));
  return made;
}

/** The leader has looked, and its fallback is open. */
function look({ cache, view, fallback }: Scene): void {
  const workload = cache.workloadByUid("Deployment-web")!;
  fallback.look(workload, view.podsOf(workload));
}

Deno.test("Admission places on on-demand while there is no spot, beyond all usual slots, with marks", async () => {
  const open = scene();
  look(open);
  const retryAtMs = open.clock.wall() + retryAfterMs;
  const { pod, placed } = await open.ask();
  assert.equal(placed, "on-demand 4");
  assert.deepEqual(pod.metadata.annotations, {
    [SLOT]: "4",
    [POD_DELETION_COST]: "-4",
    [FALLBACK_RETRY_AT]: textOf(retryAtMs),
    [FALLBACK_RETRY_AFTER]: "10m0s",
  });
  assert.deepEqual(open.log.of("pod placed").map(({ reason }) => reason), ["fallback"]);
  assert.equal((await open.ask()).placed, "on-demand 5");
});

Deno.test("Admission marks no pod that belongs on on-demand anyway", async () => {
  const open = scene({ workload: { replicas: 4, annotations: split(0) } });
  look(open);
  const { pod } = await open.ask();
  assert.equal(FALLBACK_RETRY_AT in pod.metadata.annotations, false);
});

Deno.test("Admission of a burst sends exactly one pod to try spot when it is time", async () => {
  const open = scene({ workload: { ...ALL_SPOT, replicas: 8 } });
  look(open);
  open.removePod("web-1-stuck");
  await open.clock.advance(retryAfterMs);
  const placed = [];
  for (let pod = 0; pod < 4; pod++) placed.push((await open.ask()).placed);
  assert.deepEqual(placed, ["spot 0", "on-demand 8", "on-demand 9", "on-demand 10"]);
});

Deno.test("Admission that is only tried marks the same, and tries no spot", async () => {
  const open = scene({ workload: { ...ALL_SPOT, replicas: 8 } });
  look(open);
  open.removePod("web-1-stuck");
  const dry = await open.ask(newPod(), { dryRun: true });
  assert.equal(dry.placed, "on-demand 8");
  await open.clock.advance(retryAfterMs);
  assert.equal((await open.ask(newPod(), { dryRun: true })).placed, "spot 0");
  assert.equal((await open.ask(newPod(), { dryRun: true })).placed, "spot 0", "nobody has tried yet");
  assert.equal((await open.ask()).placed, "spot 0");
  assert.equal((await open.ask(newPod(), { dryRun: true })).placed, "on-demand 8");
});

Deno.test("Admission with readOnlyMode tries no spot either", async () => {
  const open = scene({ isReadOnly: true, workload: { ...ALL_SPOT, replicas: 8 } });
  look(open);
  open.removePod("web-1-stuck");
  await open.clock.advance(retryAfterMs);
  for (let pod = 0; pod < 2; pod++) {
    const { body } = await open.ask();
    assert.equal(body.response.patch, undefined);
  }
  const places = open.log.of("pod would be placed").map(({ capacity }) => capacity);
  assert.deepEqual(places, ["spot", "spot"]);
});

Deno.test("Admission keeps a StatefulSet pod's ordinal for its slot while there is no spot", async () => {
  const owner = ownedBy("StatefulSet", "db");
  const open = admissionScene({ workload: undefined });
  open.addStatefulSet(statefulSetObject({ name: "db", replicas: 4 }));
  open.addPod(stuckPod("db-1", { owner, sinceMs: open.clock.wall() - afterMs!, slot: 1 }));
  const pod = newPod({ owner });
  const { generateName: _, ...metadata } = pod.metadata;
  const asked = await open.ask({ ...pod, metadata: { ...metadata, name: "db-3" } });
  assert.equal(asked.placed, "on-demand 3");
  assert.equal(asked.pod.metadata.annotations[FALLBACK_RETRY_AFTER], "10m0s");
});

Deno.test("Admission answers a reinvocation in a fallback with nothing", async () => {
  const open = scene();
  look(open);
  const first = await open.ask();
  assert.deepEqual((await open.ask(first.pod)).patch, []);
});

const READERS: readonly [who: string, isLeading: boolean][] = [
  ["of a process that does not lead", false],
  ["of a leader that has not looked yet", true],
];

for (const [who, isLeading] of READERS) {
  Deno.test(`Admission ${who} reads an open fallback from the pods`, async () => {
    const open = admissionScene({ workload: ALL_SPOT });
    open.state.isLeading = isLeading;
    const [atMs, retryAtMs] = [open.clock.wall() - 60_000, open.clock.wall() + 240_000];
    open.addPod(placedPod("web-1-a", { slot: 4, atMs, retryAtMs, retryAfter: "20m0s" }));
    const { pod, placed } = await open.ask();
    assert.equal(placed, "on-demand 5");
    assert.equal(pod.metadata.annotations[FALLBACK_RETRY_AT], textOf(retryAtMs));
    assert.equal(pod.metadata.annotations[FALLBACK_RETRY_AFTER], "20m0s");
  });

  Deno.test(`Admission ${who} reads from a spot pod that has got its node since that it is over`, async () => {
    const open = admissionScene({ workload: ALL_SPOT });
    open.state.isLeading = isLeading;
    const atMs = open.clock.wall() - 60_000;
    open.addPod(placedPod("web-1-a", { slot: 4, atMs, retryAtMs: open.clock.wall() + 240_000 }));
    open.addPod(placedPod("web-1-b", { slot: 0, atMs: atMs + 30_000, placed: "spot" }));
    assert.equal((await open.ask()).placed, "spot 1");
  });
}

Deno.test("Admission of a process that does not lead reads the pods anew each time", async () => {
  const open = scene();
  open.state.isLeading = false;
  assert.equal((await open.ask()).placed, "on-demand 4");
  open.removePod("web-1-stuck");
  assert.equal((await open.ask()).placed, "spot 0");
});

Deno.test("Admission believes no pod that is not of the workload", async () => {
  const open = admissionScene({ workload: ALL_SPOT });
  const sinceMs = open.clock.wall() - afterMs!;
  open.addPod(stuckPod("other-1", { owner: ownedBy("ReplicaSet", "other"), sinceMs, slot: 0 }));
  open.addPod(podObject("web-1-a", { slot: 1, annotations: { [FALLBACK_RETRY_AT]: "soon" } }));
  assert.equal((await open.ask()).placed, "spot 0");
});
