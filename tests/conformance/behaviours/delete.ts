import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { invalid, names, notFound, ok, plain, refused } from "../expect.ts";
import { configMap, workload } from "../objects.ts";
import { resource } from "../resource.ts";

export const DELETE: readonly Behaviour[] = [
  {
    name: "delete answers with a Status that names what is gone; a second one: 404",
    async run(api) {
      const maps = resource(api, "configmaps");
      const { metadata: { uid } } = ok(await maps.create(configMap("a")), 201);
      assert.deepEqual(ok(await maps.delete("a")), {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name: "a", kind: "configmaps", uid },
      });
      notFound(await maps.get("a"), "configmaps", "a");
      notFound(await maps.delete("a"), "configmaps", "a");
      const deployments = resource(api, "deployments");
      const deployment = ok(await deployments.create(workload("Deployment", "a")), 201);
      assert.deepEqual(ok(await deployments.delete("a")).details, {
        name: "a",
        group: "apps",
        kind: "deployments",
        uid: deployment.metadata.uid,
      });
    },
  },
  {
    name: "delete under a precondition that does not hold: 409; under those that do: gone",
    async run(api) {
      const maps = resource(api, "configmaps");
      const { metadata: { uid, resourceVersion } } = ok(await maps.create(configMap("a")), 201);
      const details = { name: "a", kind: "ConfigMap" };
      refused(await maps.delete("a", { body: { preconditions: { uid: "other" } } }), {
        code: 409,
        reason: "Conflict",
        message:
          'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match ' +
          `the UID in record (${uid}). The object might have been deleted and then recreated`,
        details,
      });
      refused(await maps.delete("a", { body: { preconditions: { uid, resourceVersion: "1" } } }), {
        code: 409,
        reason: "Conflict",
        message:
          'Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (1) does ' +
          `not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
        details,
      });
      ok(await maps.delete("a", { body: { preconditions: { uid, resourceVersion } } }));
      assert.equal((await maps.get("a")).status, 404);
    },
  },
  {
    name: "a finalizer holds a deleted object, which can be changed, until it is taken away",
    async run(api) {
      const maps = resource(api, "configmaps");
      const finalizers = ["example.io/a", "example.io/b"];
      const made = ok(await maps.create(configMap("a", {}, { finalizers })), 201);
      const deleted = ok(await maps.delete("a"));
      const { deletionTimestamp, deletionGracePeriodSeconds, uid } = deleted.metadata;
      assert.equal(deleted.kind, "ConfigMap");
      assert.match(deletionTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual([deletionGracePeriodSeconds, uid], [0, made.metadata.uid]);
      assert.deepEqual(ok(await maps.delete("a")), deleted);
      const changed = ok(await maps.patch("a", { data: { x: "1" }, metadata: { deletionTimestamp: null } }));
      assert.deepEqual([changed.data, changed.metadata.deletionTimestamp], [{ x: "1" }, deletionTimestamp]);
      const remaining = ok(await maps.patch("a", { metadata: { finalizers: ["example.io/b"] } }));
      assert.deepEqual(remaining.metadata.finalizers, ["example.io/b"]);
      ok(await maps.get("a"));
      const last = ok(await maps.patch("a", { metadata: { finalizers: null } }));
      assert.ok(!("finalizers" in last.metadata) && last.metadata.deletionTimestamp);
      notFound(await maps.get("a"), "configmaps", "a");
    },
  },
  {
    name: "while an object is being deleted it takes no new finalizers, and its name is taken",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a", {}, { finalizers: ["example.io/a"] })), 201);
      ok(await maps.delete("a"));
      invalid(await maps.patch("a", { metadata: { finalizers: ["example.io/a", "example.io/b"] } }), [
        "FieldValueForbidden metadata.finalizers",
      ]);
      refused(await maps.create(configMap("a")), {
        code: 409,
        reason: "AlreadyExists",
        message: 'object is being deleted: configmaps "a" already exists',
        details: { name: "a", kind: "configmaps" },
      });
      ok(await maps.patch("a", { metadata: { finalizers: null } }));
    },
  },
  {
    name: "delete of a collection deletes what is selected, and answers with it",
    async run(api) {
      const maps = resource(api, "configmaps");
      for (const [name, team] of [["a", "red"], ["b", "blue"], ["c", "red"]] as const) {
        ok(await maps.create(configMap(name, {}, { labels: { team } })), 201);
      }
      const list = ok(await maps.deleteAll({ labelSelector: "team=red" }));
      assert.deepEqual([list.kind, names(list)], ["ConfigMapList", ["a", "c"]]);
      assert.deepEqual(names(ok(await maps.list({ labelSelector: "team" }))), ["b"]);
      assert.deepEqual(names(ok(await maps.deleteAll({ fieldSelector: "metadata.name=none" }))), []);
      assert.deepEqual(names(ok(await maps.deleteAll({ fieldSelector: "metadata.name=b" }))), ["b"]);
    },
  },
  {
    name: "options of a delete that say nothing that is known: 422; of another kind: 400",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a")), 201);
      const bad = ["FieldValueNotSupported propagationPolicy"];
      invalid(await maps.delete("a", { body: { propagationPolicy: "Sideways" } }), bad);
      invalid(await maps.delete("a", { query: { propagationPolicy: "Sideways" } }), bad);
      invalid(await maps.delete("a", { body: { propagationPolicy: "Orphan", orphanDependents: true } }), [
        "FieldValueInvalid propagationPolicy",
      ]);
      const other = await maps.delete("a", { body: { apiVersion: "v1", kind: "Options" } });
      assert.deepEqual([other.status, other.body.reason], [400, "BadRequest"]);
      assert.deepEqual(plain(ok(await maps.get("a"))), plain(made));
    },
  },
];
