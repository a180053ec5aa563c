import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { invalid, ok, versionOf } from "../expect.ts";
import { bareNode, configMap, runningPod, workload } from "../objects.ts";
import { resource } from "../resource.ts";

const query = { dryRun: "All" };

export const DRY_RUN: readonly Behaviour[] = [
  {
    name: "a dry create answers as a real one, with a uid and no version, and makes nothing",
    async run(api) {
      const maps = resource(api, "configmaps");
      const { metadata } = ok(await maps.create(configMap("a", { x: "1" }), query), 201);
      assert.ok(metadata.uid && metadata.creationTimestamp);
      assert.ok(!("resourceVersion" in metadata));
      assert.equal((await maps.get("a")).status, 404);
      const generated = ok(await maps.create({ metadata: { generateName: "gen-" } }, query), 201).metadata.name;
      assert.match(generated, /^gen-.{5}$/);
      assert.equal((await maps.get(generated)).status, 404);
    },
  },
  {
    name: "a dry write is refused as a real one would be",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      assert.equal((await maps.create(configMap("a"), query)).body.reason, "AlreadyExists");
      assert.equal(
        (await maps.put(configMap("a", {}, { resourceVersion: "1" }), { query })).body.reason,
        "Conflict",
      );
      assert.equal((await maps.patch("b", {}, { query })).body.reason, "NotFound");
      assert.equal((await maps.delete("b", { query })).body.reason, "NotFound");
      const bad = workload("Deployment", "a", { replicas: -1 });
      assert.equal((await resource(api, "deployments").create(bad, query)).body.reason, "Invalid");
    },
  },
  {
    name: "a dry update or patch answers with the change and the old version, and changes nothing",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a", { x: "1" })), 201);
      const updated = ok(await maps.put(configMap("a", { x: "2" }), { query }));
      assert.deepEqual([updated.data, versionOf(updated)], [{ x: "2" }, versionOf(made)]);
      const patched = ok(await maps.patch("a", { data: { y: "3" } }, { query }));
      assert.deepEqual([patched.data, versionOf(patched)], [{ x: "1", y: "3" }, versionOf(made)]);
      assert.deepEqual(ok(await maps.get("a")), made);
      const deployments = resource(api, "deployments");
      ok(await deployments.create(workload("Deployment", "a", { paused: true })), 201);
      const scaled = ok(await deployments.patch("a", { spec: { replicas: 3 } }, { query }));
      assert.deepEqual([scaled.spec.replicas, scaled.metadata.generation], [3, 2]);
      assert.equal(ok(await deployments.get("a")).spec.replicas, 0);
    },
  },
  {
    name: "a dry delete answers as a real one and deletes nothing, asked in the query or in the body",
    async run(api) {
      await using node = await bareNode(api);
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a")), 201);
      const { uid } = made.metadata;
      for (const options of [{ query }, { body: { dryRun: ["All"] } }]) {
        const { status, details } = ok(await maps.delete("a", options));
        assert.deepEqual([status, details], ["Success", { name: "a", kind: "configmaps", uid }]);
        assert.deepEqual(ok(await maps.get("a")), made);
      }
      const running = await runningPod(api, "p", { node });
      const pods = resource(api, "pods");
      const { metadata } = ok(await pods.delete("p", { query }));
      assert.equal(metadata.deletionGracePeriodSeconds, 30);
      assert.equal(metadata.resourceVersion, running.metadata.resourceVersion);
      assert.deepEqual(ok(await pods.get("p")), running);
      assert.equal(ok(await maps.deleteAll({ ...query, fieldSelector: "metadata.name=a" })).items.length, 1);
      ok(await maps.get("a"));
    },
  },
  {
    name: "a dry run of anything but All: 422",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      const some = { dryRun: "Some" };
      for (
        const answer of [
          await maps.create(configMap("b"), some),
          await maps.put(configMap("a"), { query: some }),
          await maps.patch("a", {}, { query: some }),
          await maps.delete("a", { query: some }),
        ]
      ) {
        invalid(answer, ["FieldValueNotSupported dryRun"]);
      }
      ok(await maps.get("a"));
    },
  },
];
