import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { notFound, ok, plain, refused } from "../expect.ts";
import { configMap, pod, workload } from "../objects.ts";
import { resource, resourceAt } from "../resource.ts";

export const CREATE: readonly Behaviour[] = [
  {
    name: "create answers 201 with the stored object, and get answers the same",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a", { key: "value" }, { labels: { app: "x" } })), 201);
      const { uid, resourceVersion, creationTimestamp, ...given } = plain(made).metadata;
      assert.deepEqual(given, { name: "a", namespace: api.namespace, labels: { app: "x" } });
      assert.match(uid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.match(resourceVersion, /^[1-9][0-9]*$/);
      assert.match(creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual([made.apiVersion, made.kind, made.data], ["v1", "ConfigMap", { key: "value" }]);
      assert.deepEqual(ok(await maps.get("a")), made);
    },
  },
  {
    name: "create takes uid and creationTimestamp from nobody",
    async run(api) {
      const theirs = { uid: "mine", creationTimestamp: "2020-01-01T00:00:00Z" };
      const made = ok(await resource(api, "configmaps").create(configMap("a", {}, theirs)), 201);
      assert.notEqual(made.metadata.uid, theirs.uid);
      assert.notEqual(made.metadata.creationTimestamp, theirs.creationTimestamp);
    },
  },
  {
    name: "create takes an object without apiVersion and kind for what the path says",
    async run(api) {
      const made = ok(await resource(api, "configmaps").create({ metadata: { name: "a" } }), 201);
      assert.deepEqual([made.apiVersion, made.kind], ["v1", "ConfigMap"]);
    },
  },
  {
    name: "create takes no status",
    async run(api) {
      const running = { ...pod("a"), status: { phase: "Running", podIP: "10.9.9.9" } };
      const made = ok(await resource(api, "pods").create(running), 201);
      assert.deepEqual(made.status, { phase: "Pending", qosClass: "BestEffort" });
      const scaled = { ...workload("Deployment", "a", { paused: true }), status: { replicas: 4 } };
      assert.deepEqual(ok(await resource(api, "deployments").create(scaled), 201).status, {});
    },
  },
  {
    name: "generateName gives each object a name of its own with five more characters",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = [];
      for (let i = 0; i < 5; i++) made.push(ok(await maps.create({ metadata: { generateName: "gen-" } }), 201));
      for (const { metadata } of made) {
        assert.match(metadata.name, /^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
        assert.equal(metadata.generateName, "gen-");
      }
      assert.equal(new Set(made.map(({ metadata }) => metadata.name)).size, 5);
    },
  },
  {
    name: "create of a name that is taken: 409 AlreadyExists",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      refused(await maps.create(configMap("a", { other: "data" })), {
        code: 409,
        reason: "AlreadyExists",
        message: 'configmaps "a" already exists',
        details: { name: "a", kind: "configmaps" },
      });
      const deployments = resource(api, "deployments");
      ok(await deployments.create(workload("Deployment", "a")), 201);
      refused(await deployments.create(workload("Deployment", "a")), {
        code: 409,
        reason: "AlreadyExists",
        message: 'deployments.apps "a" already exists',
        details: { name: "a", group: "apps", kind: "deployments" },
      });
    },
  },
  {
    name: "create in a namespace that is not there: 404",
    async run(api) {
      const missing = resourceAt(api, `/api/v1/namespaces/${api.namespace}-not/configmaps`);
      notFound(await missing.create(configMap("a")), "namespaces", `${api.namespace}-not`);
    },
  },
  {
    name: "create with another namespace than the path's: 400",
    async run(api) {
      refused(await resource(api, "configmaps").create(configMap("a", {}, { namespace: "other" })), {
        code: 400,
        reason: "BadRequest",
        message: "the namespace of the provided object does not match the namespace sent on the request",
      });
    },
  },
  {
    name: "create with a resourceVersion: 500",
    async run(api) {
      refused(await resource(api, "configmaps").create(configMap("a", {}, { resourceVersion: "5" })), {
        code: 500,
        reason: undefined,
        message: "resourceVersion should not be set on objects to be created",
      });
    },
  },
  {
    name: "create of another kind or version than the path's: 400",
    async run(api) {
      const maps = resource(api, "configmaps");
      const bad = (message: RegExp) => ({ code: 400, reason: "BadRequest", message });
      refused(
        await maps.create({ ...configMap("a"), kind: "Secret" }),
        bad(/^Secret in version "v1" cannot be handled as a ConfigMap: /),
      );
      refused(
        await maps.create({ ...configMap("a"), apiVersion: "v2" }),
        bad(
          /^ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2"/,
        ),
      );
    },
  },
  {
    name: "create with a body that is no JSON, or no body: 400",
    async run(api) {
      const maps = resource(api, "configmaps");
      const message = /^the object provided is unrecognized \(must be of type ConfigMap\): /;
      refused(await maps.create('{"metadata"'), { code: 400, reason: "BadRequest", message });
      refused(await maps.create(""), { code: 400, reason: "BadRequest", message });
    },
  },
  {
    name: "create with a content type that is not known: 415",
    async run(api) {
      const path = resource(api, "configmaps").path();
      refused(await api.request("POST", path, { body: configMap("a"), contentType: "text/plain" }), {
        code: 415,
        reason: "UnsupportedMediaType",
        message:
          /^the body of the request was in an unknown format - accepted media types include: application\/json/,
      });
    },
  },
  {
    name: "a field of another type than it should be: 400",
    async run(api) {
      refused(await resource(api, "deployments").create(workload("Deployment", "a", { replicas: "three" })), {
        code: 400,
        reason: "BadRequest",
        message: /^Deployment in version "v1" cannot be handled as a Deployment: .*spec\.replicas/,
      });
    },
  },
  {
    name: "a field that is not known is dropped, warned of, or refused, as fieldValidation says",
    async run(api) {
      const maps = resource(api, "configmaps");
      const odd = (name: string) => ({ ...configMap(name), colour: "red" });
      const ignored = await maps.create(odd("a"), { fieldValidation: "Ignore" });
      assert.ok(!("colour" in ok(ignored, 201)));
      assert.equal(ignored.headers.get("warning"), null);
      const warned = await maps.create(odd("b"), { fieldValidation: "Warn" });
      assert.ok(!("colour" in ok(warned, 201)));
      assert.equal(warned.headers.get("warning"), '299 - "unknown field \\"colour\\""');
      refused(await maps.create(odd("c"), { fieldValidation: "Strict" }), {
        code: 400,
        reason: "BadRequest",
        message:
          'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "colour"',
      });
    },
  },
];
