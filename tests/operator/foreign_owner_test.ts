import assert from "node:assert/strict";
import { NO_MOVES } from "../../src/domain/moves.ts";
import { GOOD_STANDING, NO_FALLBACK } from "../support/builders.ts";
import { admissionScene, OWNER_UID } from "./admission_scene.ts";
import {
  type ApiObject,
  ENABLED,
  namespaceObject,
  newPod,
  podObject,
  replicaSetObject,
  split,
} from "./objects.ts";

/** What a tenant makes in a namespace of its own, with the UIDs of somebody else's objects written down as owners. */
const THEIRS = "theirs";

function scene() {
  const made = admissionScene({ workload: { replicas: 4, annotations: split(50) } });
  made.addNamespace(namespaceObject(THEIRS, { labels: ENABLED }));
  return made;
}

const foreign = (name: string, slot: number): ApiObject => {
  const pod = podObject(name, { nodeName: "spot-1", placed: "spot", slot });
  return { ...pod, metadata: { ...pod.metadata, namespace: THEIRS } };
};

Deno.test("a pod of another namespace that names a ReplicaSet as its owner is none of its pods", () => {
  const { view, cache, addPod } = scene();
  for (let i = 0; i < 4; i++) addPod(foreign(`theirs-${i}`, i));
  const [set] = cache.replicaSets.by("byUid", OWNER_UID);
  const workload = cache.workload("Deployment", { namespace: "shop", name: "web" })!;
  assert.equal(cache.pods.size, 4);
  assert.deepEqual(view.heldBy(set!), []);
  assert.deepEqual(view.podsOf(workload), []);
  const snapshot = view.snapshot(workload, {
    moves: NO_MOVES,
    standing: GOOD_STANDING,
    fallback: () => NO_FALLBACK,
  });
  assert.deepEqual(snapshot.pods, []);
});

Deno.test("a ReplicaSet of another namespace that names a Deployment as its owner is none of its own", () => {
  const { view, cache, addReplicaSet, addPod } = scene();
  const set = replicaSetObject({ name: "web-2", uid: "theirs", replicas: 9 });
  addReplicaSet({ ...set, metadata: { ...set.metadata, namespace: THEIRS } });
  const workload = cache.workload("Deployment", { namespace: "shop", name: "web" })!;
  assert.deepEqual([...view.ownersOf(workload)].map(({ namespace }) => namespace), ["shop"]);
  const owned = foreign("theirs-0", 0);
  const [reference] = owned.metadata["ownerReferences"];
  addPod({ ...owned, metadata: { ...owned.metadata, ownerReferences: [{ ...reference, uid: "theirs" }] } });
  assert.deepEqual(view.podsOf(workload), []);
});

Deno.test("Admission places no pod of a namespace for an owner of another, and takes none of its slots", async () => {
  const made = scene();
  const { begin, clock, reserved, results, ask } = made;
  const asking = await begin(newPod(), { namespace: THEIRS });
  await clock.advance(1_000);
  await asking.done;
  assert.deepEqual(asking.answer!.patch, []);
  assert.deepEqual([results(), reserved()], [["no_owner"], []]);
  assert.equal((await ask()).placed, "on-demand 0", "its own pod gets the first");
});

Deno.test("a pod of another namespace ends no reservation", async () => {
  const { ask, reserved, addPod } = scene();
  await ask();
  await ask();
  for (let i = 0; i < 4; i++) addPod(foreign(`theirs-${i}`, i));
  assert.equal(reserved().length, 2);
});
