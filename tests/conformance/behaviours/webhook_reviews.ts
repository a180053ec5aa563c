import assert from "node:assert/strict";
import type { Behaviour, Json } from "../api.ts";
import { ok, plain } from "../expect.ts";
import { resource } from "../resource.ts";
import { allow, labelled, webhook } from "../webhooks.ts";

const POD = { group: "", version: "v1", kind: "Pod" };
const PODS = { group: "", version: "v1", resource: "pods" };

function rules(...operations: string[]): Json {
  return { rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations }] };
}

export const WEBHOOK_REVIEWS: readonly Behaviour[] = [
  {
    name:
      "the review of a create: who, what, where, the object with its defaults and without what storing gives it",
    async run(api) {
      await using hook = await webhook(api, { handler: allow });
      const made = ok(await resource(api, "pods").create(labelled("a"), { fieldManager: "me" }), 201);
      const [{ kind, apiVersion, request }, ...others] = hook.reviews;
      assert.deepEqual([kind, apiVersion, others], ["AdmissionReview", "admission.k8s.io/v1", []]);
      const { uid, userInfo, object, ...rest } = request;
      assert.match(uid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      assert.ok(userInfo.username && userInfo.groups.includes("system:authenticated"));
      assert.deepEqual(rest, {
        kind: POD,
        resource: PODS,
        requestKind: POD,
        requestResource: PODS,
        name: "a",
        namespace: api.namespace,
        operation: "CREATE",
        oldObject: null,
        dryRun: false,
        options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", fieldManager: "me" },
      });
      assert.deepEqual({ ...plain(object), spec: undefined }, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a", namespace: api.namespace, labels: { app: "web" } },
        spec: undefined,
        status: {},
      });
      assert.deepEqual(object.spec, made.spec);
    },
  },
  {
    name: "the review of a create with generateName has no name yet",
    async run(api) {
      await using hook = await webhook(api, { handler: allow });
      const { name: _, ...metadata } = labelled("a", { generateName: "gen-" }).metadata;
      const made = ok(await resource(api, "pods").create({ ...labelled("a"), metadata }), 201);
      assert.match(made.metadata.name, /^gen-.{5}$/);
      const [{ request }] = hook.reviews;
      assert.ok(!("name" in request));
      assert.deepEqual(plain(request.object).metadata, {
        generateName: "gen-",
        namespace: api.namespace,
        labels: { app: "web" },
      });
    },
  },
  {
    name: "the review of a dry run says so",
    async run(api) {
      await using hook = await webhook(api, { handler: allow });
      ok(await resource(api, "pods").create(labelled("a"), { dryRun: "All" }), 201);
      const [{ request: { dryRun, options } }] = hook.reviews;
      assert.equal(dryRun, true);
      assert.deepEqual(options, { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1", dryRun: ["All"] });
    },
  },
  {
    name: "the review of an update has the old object and the new one",
    async run(api) {
      await using hook = await webhook(api, { handler: allow, fields: rules("CREATE", "UPDATE") });
      const pods = resource(api, "pods");
      const made = ok(await pods.create(labelled("a")), 201);
      ok(await pods.patch("a", { metadata: { labels: { app: "api" } } }));
      const { request } = hook.reviews[1];
      assert.deepEqual([request.operation, request.name, request.options.kind], [
        "UPDATE",
        "a",
        "UpdateOptions",
      ]);
      assert.deepEqual(request.oldObject, made);
      assert.deepEqual(
        plain(request.object),
        plain({ ...made, metadata: { ...made.metadata, labels: { app: "api" } } }),
      );
    },
  },
  {
    name: "the review of a delete has the old object only, and the options",
    async run(api) {
      await using hook = await webhook(api, { handler: allow, fields: rules("CREATE", "DELETE") });
      const pods = resource(api, "pods");
      const made = ok(await pods.create(labelled("a")), 201);
      ok(await pods.delete("a", { body: { gracePeriodSeconds: 0 } }));
      const { request } = hook.reviews[1];
      assert.deepEqual([request.operation, request.name, request.object], ["DELETE", "a", null]);
      assert.deepEqual(request.oldObject, made);
      const { kind, gracePeriodSeconds } = request.options;
      assert.deepEqual([kind, gracePeriodSeconds], ["DeleteOptions", 0]);
    },
  },
  {
    name: "a rule of pods is not one of their subresources: status, binding and eviction ask nobody",
    async run(api) {
      await using hook = await webhook(api, { handler: allow, fields: rules("*") });
      const pods = resource(api, "pods");
      const made = ok(await pods.create(labelled("a")), 201);
      ok(await pods.patch("a", { status: { message: "hm" } }, { subresource: "status" }));
      const target = { kind: "Node", name: "somewhere" };
      ok(
        await api.request("POST", pods.path("a", "binding"), { body: { metadata: { name: "a" }, target } }),
        201,
      );
      ok(await api.request("POST", pods.path("a", "eviction"), { body: { metadata: { name: "a" } } }), 201);
      assert.deepEqual(hook.reviews.map(({ request }) => request.operation), ["CREATE"]);
      assert.ok(made.metadata.uid);
    },
  },
  {
    name: "a rule of pods/eviction is asked about the Eviction",
    async run(api) {
      const resources = ["pods", "pods/eviction"];
      const fields = { rules: [{ apiGroups: [""], apiVersions: ["v1"], resources, operations: ["CREATE"] }] };
      await using hook = await webhook(api, { handler: allow, fields });
      const pods = resource(api, "pods");
      ok(await pods.create(labelled("a")), 201);
      ok(await api.request("POST", pods.path("a", "eviction"), { body: { metadata: { name: "a" } } }), 201);
      const { kind, resource: of, subResource, operation, name, object } = hook.reviews[1].request;
      assert.deepEqual([kind, of], [{ group: "policy", version: "v1", kind: "Eviction" }, PODS]);
      assert.deepEqual([subResource, operation, name, object.kind], ["eviction", "CREATE", "a", "Eviction"]);
    },
  },
];
