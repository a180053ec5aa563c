import assert from "node:assert/strict";
import { type Api, type Behaviour, type Json, until } from "../api.ts";
import { ok } from "../expect.ts";
import { configMap, ownedBy, workload } from "../objects.ts";
import { type Resource, resource } from "../resource.ts";

/** More than the collector takes to see what has just been made: only then does it hold dependents. */
const SEEN_MS = 1_000;

async function gone(api: Api, from: Resource, name: string): Promise<void> {
  const check = async () => (await from.get(name)).status === 404;
  await until(api, { what: `${from.path(name)} is gone`, check });
}

/** A ConfigMap with these owners. */
async function owned(
  maps: Resource,
  name: string,
  owners: readonly Json[],
  metadata: Json = {},
): Promise<Json> {
  return ok(await maps.create(configMap(name, {}, { ownerReferences: owners, ...metadata })), 201);
}

/** A Deployment with two pods, once they are there. */
async function deploymentWithPods(api: Api) {
  const [deployments, sets, pods] = (["deployments", "replicasets", "pods"] as const).map((name) =>
    resource(api, name)
  );
  ok(await deployments!.create(workload("Deployment", "web", { replicas: 2 })), 201);
  const count = async () => ok(await pods!.list()).items.length === 2;
  await until(api, { what: "two pods", check: count });
  await api.sleep(SEEN_MS);
  return { deployments: deployments!, sets: sets!, pods: pods! };
}

export const GARBAGE: readonly Behaviour[] = [
  {
    name: "background: the owner is gone at once, what it owned soon after",
    async run(api) {
      const maps = resource(api, "configmaps");
      const owner = ok(await maps.create(configMap("owner")), 201);
      await owned(maps, "owned", [ownedBy(owner)]);
      assert.equal(
        ok(await maps.delete("owner", { body: { propagationPolicy: "Background" } })).status,
        "Success",
      );
      assert.equal((await maps.get("owner")).status, 404);
      await gone(api, maps, "owned");
    },
  },
  {
    name: "an object whose owner is not there, or is another by that name, is collected",
    async run(api) {
      const maps = resource(api, "configmaps");
      const other = ok(await maps.create(configMap("other")), 201);
      const reference = ownedBy(other);
      await owned(maps, "of-nobody", [{ ...reference, name: "nobody", uid: "uid-of-nobody" }]);
      await owned(maps, "of-former", [{ ...reference, uid: "uid-of-the-one-before" }]);
      await gone(api, maps, "of-nobody");
      await gone(api, maps, "of-former");
      ok(await maps.get("other"));
    },
  },
  {
    name: "an object goes with the last of its owners",
    async run(api) {
      const maps = resource(api, "configmaps");
      const owners = [];
      for (const name of ["one", "two"]) owners.push(ok(await maps.create(configMap(name)), 201));
      await owned(maps, "owned", owners.map((owner) => ownedBy(owner)));
      ok(await maps.delete("one"));
      const check = async () => {
        const { ownerReferences } = ok(await maps.get("owned")).metadata;
        return ownerReferences.length === 1 && ownerReferences;
      };
      const [left] = await until(api, { what: "the reference to the first owner is gone", check });
      assert.equal(left.name, "two");
      ok(await maps.delete("two"));
      await gone(api, maps, "owned");
    },
  },
  {
    name: "orphan: the owner goes, what it owned stays, without the reference",
    async run(api) {
      const maps = resource(api, "configmaps");
      const owner = ok(await maps.create(configMap("owner")), 201);
      await owned(maps, "owned", [ownedBy(owner)]);
      await api.sleep(SEEN_MS);
      const deleted = ok(await maps.delete("owner", { body: { propagationPolicy: "Orphan" } }));
      assert.deepEqual([deleted.kind, deleted.metadata.finalizers], ["ConfigMap", ["orphan"]]);
      assert.ok(deleted.metadata.deletionTimestamp);
      await gone(api, maps, "owner");
      assert.ok(!("ownerReferences" in ok(await maps.get("owned")).metadata));
    },
  },
  {
    name: "foreground: the owner stays until what blocks it is gone, and no longer",
    async run(api) {
      const maps = resource(api, "configmaps");
      const owner = ok(await maps.create(configMap("owner")), 201);
      const held = { finalizers: ["example.io/hold"] };
      await owned(maps, "blocking", [ownedBy(owner, { blockOwnerDeletion: true })], held);
      await owned(maps, "other", [ownedBy(owner, { blockOwnerDeletion: false })], held);
      await api.sleep(SEEN_MS);
      const deleted = ok(await maps.delete("owner", { query: { propagationPolicy: "Foreground" } }));
      assert.deepEqual(deleted.metadata.finalizers, ["foregroundDeletion"]);
      for (const name of ["blocking", "other"]) {
        const check = async () => ok(await maps.get(name)).metadata.deletionTimestamp;
        await until(api, { what: `${name} is being deleted`, check });
      }
      ok(await maps.get("owner"));
      ok(await maps.patch("blocking", { metadata: { finalizers: null } }));
      await gone(api, maps, "owner");
      ok(await maps.patch("other", { metadata: { finalizers: null } }));
      await gone(api, maps, "other");
    },
  },
  {
    name: "background deletion of a Deployment takes its ReplicaSet and its pods",
    async run(api) {
      const { deployments, sets, pods } = await deploymentWithPods(api);
      assert.equal(ok(await deployments.delete("web")).kind, "Status");
      const check = async () => ok(await sets.list()).items.length + ok(await pods.list()).items.length === 0;
      await until(api, { what: "ReplicaSet and pods are gone", check });
    },
  },
  {
    name: "foreground deletion of a Deployment: it goes last",
    async run(api) {
      const { deployments, sets, pods } = await deploymentWithPods(api);
      const deleted = ok(await deployments.delete("web", { body: { propagationPolicy: "Foreground" } }));
      assert.deepEqual([deleted.kind, deleted.metadata.finalizers, deleted.metadata.generation], [
        "Deployment",
        ["foregroundDeletion"],
        2,
      ]);
      await gone(api, deployments, "web");
      assert.deepEqual(ok(await sets.list()).items, []);
      assert.deepEqual(ok(await pods.list()).items, []);
    },
  },
  {
    name: "orphaning deletion of a Deployment leaves its ReplicaSet, which owns its pods as before",
    async run(api) {
      const { deployments, sets, pods } = await deploymentWithPods(api);
      ok(await deployments.delete("web", { body: { propagationPolicy: "Orphan" } }));
      await gone(api, deployments, "web");
      const { items: [set] } = ok(await sets.list());
      assert.ok(!("ownerReferences" in set.metadata));
      const { items } = ok(await pods.list());
      assert.equal(items.length, 2);
      for (const { metadata: { ownerReferences: [reference] } } of items) {
        assert.deepEqual(reference, {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: set.metadata.name,
          uid: set.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        });
      }
    },
  },
];
