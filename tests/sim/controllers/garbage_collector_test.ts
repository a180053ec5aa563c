import assert from "node:assert/strict";
import { GarbageCollector } from "../../../src/sim/controllers/garbage_collector.ts";
import type { ApiObject, OwnerReference } from "../../../src/sim/objects.ts";
import { CONFIG_MAPS, DEPLOYMENTS, PODS, REPLICA_SETS } from "../../../src/sim/resources.ts";
import { SELECTOR, SmallCluster, SPEC, TEMPLATE } from "../support/small_cluster.ts";

const workload = { spec: { selector: SELECTOR, template: TEMPLATE } };

function ownedBy(...owners: readonly ApiObject[]): OwnerReference[] {
  return owners.map(({ apiVersion, kind, metadata: { name, uid } }, i) => ({
    apiVersion,
    kind,
    name,
    uid,
    controller: i === 0,
    blockOwnerDeletion: true,
  }));
}

/** A Deployment, its ReplicaSet, and a pod of that on a node. */
async function family(cluster: SmallCluster) {
  const deployment = await cluster.create(DEPLOYMENTS, { metadata: { name: "d" }, ...workload });
  const replicaSet = await cluster.create(REPLICA_SETS, {
    metadata: { name: "r", ownerReferences: ownedBy(deployment) },
    ...workload,
  });
  const pod = await cluster.create(PODS, {
    metadata: { name: "p", ownerReferences: ownedBy(replicaSet) },
    spec: SPEC,
  });
  cluster.report(pod, "Running");
  return { deployment, replicaSet, pod };
}

const seen = (cluster: SmallCluster) =>
  [DEPLOYMENTS, REPLICA_SETS, PODS].map((type) => cluster.names(type).join());

Deno.test("what an object owned goes after it, down to pods with their grace period", async () => {
  await using cluster = await SmallCluster.with(GarbageCollector);
  const { deployment } = await family(cluster);
  await cluster.pass();
  assert.deepEqual(seen(cluster), ["d", "r", "p"]);
  cluster.api.delete(DEPLOYMENTS, deployment.metadata, { propagationPolicy: "Background" });
  assert.deepEqual(seen(cluster), ["", "r", "p"]);
  await cluster.pass();
  assert.deepEqual(seen(cluster), ["", "", "p"]);
  assert.equal(cluster.get(PODS, "p").metadata.deletionGracePeriodSeconds, 30);
});

Deno.test("in the foreground an owner stays until all that it owns has gone", async () => {
  await using cluster = await SmallCluster.with(GarbageCollector);
  const { deployment } = await family(cluster);
  cluster.api.delete(DEPLOYMENTS, deployment.metadata, { propagationPolicy: "Foreground" });
  await cluster.pass();
  assert.deepEqual(seen(cluster), ["d", "r", "p"]);
  assert.deepEqual(cluster.get(REPLICA_SETS, "r").metadata.finalizers, ["foregroundDeletion"]);
  cluster.endPods();
  await cluster.pass();
  assert.deepEqual(seen(cluster), ["", "", ""]);
});

Deno.test("in the foreground an owner does not wait for what does not block it", async () => {
  await using cluster = await SmallCluster.with(GarbageCollector);
  const owner = await cluster.create(REPLICA_SETS, { metadata: { name: "r" }, ...workload });
  const [reference] = ownedBy(owner);
  const pod = await cluster.create(PODS, {
    metadata: { name: "p", ownerReferences: [{ ...reference, blockOwnerDeletion: false }] },
    spec: SPEC,
  });
  cluster.report(pod, "Running");
  cluster.api.delete(REPLICA_SETS, owner.metadata, { propagationPolicy: "Foreground" });
  await cluster.pass();
  assert.deepEqual(seen(cluster), ["", "", "p"]);
  assert.ok(cluster.get(PODS, "p").metadata.deletionTimestamp);
});

Deno.test("in the foreground an owner goes when what it waits for is not its own any more", async () => {
  await using cluster = await SmallCluster.with(GarbageCollector);
  const { replicaSet } = await family(cluster);
  cluster.api.delete(REPLICA_SETS, replicaSet.metadata, { propagationPolicy: "Foreground" });
  await cluster.pass();
  const { ownerReferences: _, ...metadata } = cluster.get(PODS, "p").metadata;
  cluster.api.update(PODS, { ...cluster.get(PODS, "p"), metadata });
  await cluster.pass();
  assert.deepEqual(seen(cluster), ["d", "", "p"]);
});

Deno.test("orphans stay, and forget their owner", async () => {
  await using cluster = await SmallCluster.with(GarbageCollector);
  const { deployment } = await family(cluster);
  cluster.api.delete(DEPLOYMENTS, deployment.metadata, { propagationPolicy: "Orphan" });
  await cluster.pass();
  assert.deepEqual(seen(cluster), ["", "r", "p"]);
  assert.equal(cluster.get(REPLICA_SETS, "r").metadata.ownerReferences, undefined);
  assert.equal(cluster.get(PODS, "p").metadata.ownerReferences.length, 1);
});

Deno.test("what is created for an owner that is not there is deleted, also of the same name with another UID", async () => {
  await using cluster = await SmallCluster.with(GarbageCollector);
  const owner = await cluster.create(REPLICA_SETS, { metadata: { name: "r" }, ...workload });
  const metadata = { name: "m", ownerReferences: [{ ...ownedBy(owner)[0], uid: "another" }] };
  await cluster.create(CONFIG_MAPS, { metadata });
  await cluster.pass();
  assert.deepEqual(cluster.names(CONFIG_MAPS), []);
  assert.deepEqual(cluster.names(REPLICA_SETS), ["r"]);
});

Deno.test("what was there before, without its owner, is deleted as well", async () => {
  await using cluster = await SmallCluster.with();
  await cluster.create(CONFIG_MAPS, {
    metadata: { name: "m", ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "gone" }] },
  });
  cluster.start(GarbageCollector);
  await cluster.pass();
  assert.deepEqual(cluster.names(CONFIG_MAPS), []);
});

Deno.test("an owner of a kind that is not served may be there: what it owns stays", async () => {
  await using cluster = await SmallCluster.with(GarbageCollector);
  await cluster.create(CONFIG_MAPS, {
    metadata: {
      name: "m",
      ownerReferences: [{ apiVersion: "argoproj.io/v1", kind: "Rollout", name: "x", uid: "u" }],
    },
  });
  await cluster.pass();
  assert.deepEqual(cluster.names(CONFIG_MAPS), ["m"]);
});

Deno.test("of two owners, one that has gone is forgotten, and the other keeps what it owns", async () => {
  await using cluster = await SmallCluster.with(GarbageCollector);
  const [one, other] = await Promise.all(
    ["x", "y"].map((name) => cluster.create(CONFIG_MAPS, { metadata: { name } })),
  );
  await cluster.create(CONFIG_MAPS, { metadata: { name: "m", ownerReferences: ownedBy(one, other) } });
  cluster.api.delete(CONFIG_MAPS, one.metadata);
  await cluster.pass();
  assert.deepEqual(
    cluster.get(CONFIG_MAPS, "m").metadata.ownerReferences.map(({ name }: OwnerReference) => name),
    ["y"],
  );
  cluster.api.delete(CONFIG_MAPS, other.metadata);
  await cluster.pass();
  assert.deepEqual(cluster.names(CONFIG_MAPS), []);
});
