import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { invalid, ok, versionOf } from "../expect.ts";
import { configMap, workload } from "../objects.ts";
import { resource } from "../resource.ts";

export const PATCH_MERGE: readonly Behaviour[] = [
  {
    name: "a merge patch sets, keeps what it does not name, and removes what it sets to null",
    async run(api) {
      const maps = resource(api, "configmaps");
      const metadata = { labels: { a: "1", b: "2" }, annotations: { c: "3" } };
      ok(await maps.create(configMap("a", { x: "1", y: "2" }, metadata)), 201);
      const patch = { metadata: { labels: { a: null, d: "4" }, annotations: null }, data: { x: null, z: "3" } };
      const patched = ok(await maps.patch("a", patch));
      assert.deepEqual(patched.data, { y: "2", z: "3" });
      assert.deepEqual(patched.metadata.labels, { b: "2", d: "4" });
      assert.ok(!("annotations" in patched.metadata));
    },
  },
  {
    name: "a merge patch removes what is not there without a word, and a map that has become empty",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a", { x: "1" })), 201);
      const none = { metadata: { labels: { no: null } }, data: { no: null } };
      assert.equal(versionOf(ok(await maps.patch("a", none))), versionOf(made));
      assert.ok(!("data" in ok(await maps.patch("a", { data: { x: null } }))));
    },
  },
  {
    name: "a merge patch replaces a list as a whole",
    async run(api) {
      const deployments = resource(api, "deployments");
      ok(await deployments.create(workload("Deployment", "a", { paused: true })), 201);
      const containers = [{ name: "other", image: "example.io/other:1" }];
      const { spec } = ok(await deployments.patch("a", { spec: { template: { spec: { containers } } } }));
      assert.deepEqual(spec.template.spec.containers.map(({ name }: { name: string }) => name), ["other"]);
    },
  },
  {
    name: "a merge patch that is no object: 400",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      for (const bad of ['{"data', "[]", '"text"']) {
        const { status, body } = await maps.patch("a", bad);
        assert.deepEqual([bad, status, body.reason], [bad, 400, "BadRequest"]);
        assert.match(body.message, /^error decoding patch: /);
      }
    },
  },
  {
    name: "a merge patch that leaves an invalid object: 422 with the cause",
    async run(api) {
      const deployments = resource(api, "deployments");
      ok(await deployments.create(workload("Deployment", "a")), 201);
      invalid(await deployments.patch("a", { spec: { replicas: -1 } }), ["FieldValueInvalid spec.replicas"]);
      invalid(await deployments.patch("a", { spec: { template: { metadata: { labels: { app: "b" } } } } }), [
        "FieldValueInvalid spec.template.metadata.labels",
      ]);
    },
  },
];
