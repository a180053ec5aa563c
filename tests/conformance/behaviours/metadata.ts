import assert from "node:assert/strict";
import { type Behaviour, until } from "../api.ts";
import { invalid, notFound, ok, plain, refused, versionOf } from "../expect.ts";
import { configMap, lease, pod, workload } from "../objects.ts";
import { resource } from "../resource.ts";

export const METADATA: readonly Behaviour[] = [
  {
    name: "one counter gives every write its version, whatever the resource",
    async run(api) {
      const [maps, leases, pods] = (["configmaps", "leases", "pods"] as const).map((name) =>
        resource(api, name)
      );
      const written = [
        await maps!.create(configMap("a")),
        await leases!.create(lease("a")),
        await pods!.create(pod("a")),
        await maps!.patch("a", { data: { n: "1" } }),
        await leases!.patch("a", { spec: { leaseTransitions: 1 } }),
        await pods!.patch("a", { metadata: { labels: { n: "1" } } }),
        await maps!.patch("a", { data: { n: "2" } }),
      ].map(({ body }) => versionOf(body));
      assert.deepEqual(written, [...new Set(written)].sort((a, b) => a - b));
    },
  },
  {
    name: "a write that changes nothing keeps the version",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a", { key: "value" })), 201);
      assert.equal(versionOf(ok(await maps.put(configMap("a", { key: "value" })))), versionOf(made));
      assert.equal(versionOf(ok(await maps.put(made))), versionOf(made));
      assert.equal(versionOf(ok(await maps.patch("a", { data: { key: "value" } }))), versionOf(made));
      assert.ok(versionOf(ok(await maps.put(configMap("a", { key: "other" })))) > versionOf(made));
    },
  },
  {
    name: "generation counts the changes of a spec, not those of metadata or status",
    async run(api) {
      const deployments = resource(api, "deployments");
      const generation = (body: { metadata: { generation: number } }) => body.metadata.generation;
      const made = workload("Deployment", "a", { paused: true });
      made.metadata.generation = 7;
      assert.equal(generation(ok(await deployments.create(made), 201)), 1);
      assert.equal(generation(ok(await deployments.patch("a", { spec: { minReadySeconds: 3 } }))), 2);
      assert.equal(generation(ok(await deployments.patch("a", { spec: { minReadySeconds: 3 } }))), 2);
      assert.equal(generation(ok(await deployments.patch("a", { metadata: { labels: { a: "b" } } }))), 2);
      const status = { status: { collisionCount: 3 } };
      assert.equal(generation(ok(await deployments.patch("a", status, { subresource: "status" }))), 2);
      assert.equal(generation(ok(await deployments.patch("a", { metadata: { generation: 9 } }))), 2);
    },
  },
  {
    name: "pods have a generation, ConfigMaps and Leases have none",
    async run(api) {
      assert.equal(ok(await resource(api, "pods").create(pod("a")), 201).metadata.generation, 1);
      assert.ok(!("generation" in ok(await resource(api, "configmaps").create(configMap("a")), 201).metadata));
      assert.ok(!("generation" in ok(await resource(api, "leases").create(lease("a")), 201).metadata));
    },
  },
  {
    name: "an update without uid and creationTimestamp keeps them; it replaces labels and annotations",
    async run(api) {
      const maps = resource(api, "configmaps");
      const metadata = { labels: { a: "1", b: "2" }, annotations: { a: "1" } };
      const made = ok(await maps.create(configMap("a", {}, metadata)), 201);
      const { uid, creationTimestamp } = made.metadata;
      const updated = ok(await maps.put(configMap("a", {}, { labels: { b: "3" } })));
      const { resourceVersion: _, ...rest } = plain(updated).metadata;
      assert.deepEqual(rest, {
        name: "a",
        namespace: api.namespace,
        uid,
        creationTimestamp,
        labels: { b: "3" },
      });
    },
  },
  {
    name: "the uid of an object cannot be changed: 409 for an update, 422 for a patch",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      refused(await maps.put(configMap("a", {}, { uid: "other" })), {
        code: 409,
        reason: "Conflict",
        message:
          /^Operation cannot be fulfilled on configmaps "a": .*Precondition failed: UID in precondition: other, /,
        details: { name: "a", kind: "configmaps" },
      });
      const patched = await maps.patch("a", { metadata: { uid: "other" } });
      assert.deepEqual([patched.status, patched.body.reason], [422, "Invalid"]);
      assert.match(patched.body.message, /metadata\.uid: Invalid value: "other": field is immutable/);
    },
  },
  {
    name: "an object that is made again under its name is another one",
    async run(api) {
      const maps = resource(api, "configmaps");
      const first = ok(await maps.create(configMap("a")), 201);
      ok(await maps.delete("a"));
      const second = ok(await maps.create(configMap("a")), 201);
      assert.notEqual(second.metadata.uid, first.metadata.uid);
      assert.ok(versionOf(second) > versionOf(first));
    },
  },
  {
    name: "a namespace is active, and has its name as a label",
    async run(api) {
      const { metadata, spec, status } = ok(await api.request("GET", `/api/v1/namespaces/${api.namespace}`));
      assert.equal(metadata.labels["kubernetes.io/metadata.name"], api.namespace);
      assert.deepEqual([spec, status], [{ finalizers: ["kubernetes"] }, { phase: "Active" }]);
    },
  },
  {
    name: "a namespace that is being deleted takes nothing new: 403; what a finalizer holds stays",
    async run(api) {
      const path = `/api/v1/namespaces/${api.namespace}`;
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("held", {}, { finalizers: ["example.io/hold"] })), 201);
      const { metadata, status } = ok(await api.request("DELETE", path));
      assert.ok(metadata.deletionTimestamp);
      assert.equal(status.phase, "Terminating");
      refused(await maps.create(configMap("b")), {
        code: 403,
        reason: "Forbidden",
        message: `configmaps "b" is forbidden: unable to create new content in namespace ${api.namespace} ` +
          "because it is being terminated",
        details: {
          name: "b",
          kind: "configmaps",
          causes: [{
            reason: "NamespaceTerminating",
            message: `namespace ${api.namespace} is being terminated`,
            field: "metadata.namespace",
          }],
        },
      });
      assert.equal(ok(await maps.patch("held", { data: { still: "here" } })).data.still, "here");
      ok(await maps.patch("held", { metadata: { finalizers: null } }));
    },
  },
  {
    name: "a namespace goes with all that is in it",
    async run(api) {
      const path = `/api/v1/namespaces/${api.namespace}`;
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      ok(await api.request("DELETE", path));
      const isGone = async () => (await api.request("GET", path)).status === 404;
      // The real controller looks after 5 s, and later where many namespaces go at once.
      await until(api, { what: "the namespace is gone", check: isGone, withinMs: 60_000 });
      notFound(await maps.get("a"), "configmaps", "a");
    },
  },
  {
    name: "an owner reference that is not whole, or a second controller: 422",
    async run(api) {
      const maps = resource(api, "configmaps");
      const owner = (name: string) => ({
        apiVersion: "v1",
        kind: "Pod",
        name,
        uid: `uid-${name}`,
        controller: true,
      });
      const { apiVersion: _, ...nameless } = owner("x");
      invalid(await maps.create(configMap("a", {}, { ownerReferences: [nameless] })), [
        "FieldValueInvalid metadata.ownerReferences.apiVersion",
      ]);
      invalid(await maps.create(configMap("a", {}, { ownerReferences: [owner("x"), owner("y")] })), [
        "FieldValueInvalid metadata.ownerReferences",
      ]);
    },
  },
];
