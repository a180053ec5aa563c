import assert from "node:assert/strict";
import type { Answer, Api, Behaviour, Json, Query } from "../api.ts";
import { notFound, ok, refused } from "../expect.ts";
import { bareNode, pod } from "../objects.ts";
import { resource } from "../resource.ts";

interface BindOptions {
  readonly node: string;
  readonly metadata?: Json;
  readonly query?: Query;
}

function bind(api: Api, name: string, { node, metadata = {}, query }: BindOptions): Promise<Answer> {
  const body = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, ...metadata },
    target: { apiVersion: "v1", kind: "Node", name: node },
  };
  return api.request("POST", resource(api, "pods").path(name, "binding"), { body, query });
}

export const BINDING: readonly Behaviour[] = [
  {
    name: "a binding sets the node and the condition PodScheduled, and adds its annotations to the pod",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      ok(await pods.create(pod("a", { metadata: { annotations: { own: "1" } } })), 201);
      const metadata = { annotations: { by: "scheduler" } };
      assert.deepEqual(ok(await bind(api, "a", { node: node.name, metadata }), 201), {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        code: 201,
      });
      const bound = ok(await pods.get("a"));
      assert.equal(bound.spec.nodeName, node.name);
      assert.deepEqual(bound.metadata.annotations, { own: "1", by: "scheduler" });
      assert.equal(bound.status.phase, "Pending");
      const [{ type, status, lastTransitionTime }, ...others] = bound.status.conditions;
      assert.deepEqual([type, status, others], ["PodScheduled", "True", []]);
      assert.ok(lastTransitionTime);
    },
  },
  {
    name: "a binding of a pod that is bound: 409, to the same node and to another",
    async run(api) {
      await using node = await bareNode(api);
      ok(await resource(api, "pods").create(pod("a")), 201);
      ok(await bind(api, "a", { node: node.name }), 201);
      for (const other of [node.name, "elsewhere"]) {
        refused(await bind(api, "a", { node: other }), {
          code: 409,
          reason: "Conflict",
          message: `Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node ` +
            `"${node.name}"`,
          details: { name: "a", kind: "pods/binding" },
        });
      }
    },
  },
  {
    name: "a binding of a pod that is not there: 404; of another by that name: 409",
    async run(api) {
      await using node = await bareNode(api);
      notFound(await bind(api, "a", { node: node.name }), "pods", "a");
      ok(await resource(api, "pods").create(pod("a")), 201);
      refused(await bind(api, "a", { node: node.name, metadata: { uid: "other" } }), {
        code: 409,
        reason: "Conflict",
        message:
          /^Operation cannot be fulfilled on pods "a": .*Precondition failed: UID in precondition: other, /,
        details: { name: "a", kind: "pods" },
      });
    },
  },
  {
    name: "a dry binding binds nothing",
    async run(api) {
      await using node = await bareNode(api);
      const made = ok(await resource(api, "pods").create(pod("a")), 201);
      ok(await bind(api, "a", { node: node.name, query: { dryRun: "All" } }), 201);
      assert.deepEqual(ok(await resource(api, "pods").get("a")), made);
    },
  },
  {
    name: "a binding without a target: 500; of a pod that is going: 409",
    async run(api) {
      await using node = await bareNode(api);
      const pods = resource(api, "pods");
      ok(await pods.create(pod("a", { metadata: { finalizers: ["example.io/a"] } })), 201);
      refused(await bind(api, "a", { node: "" }), {
        code: 500,
        reason: undefined,
        message: "target.name: Required value",
      });
      ok(await pods.delete("a"));
      const going = await bind(api, "a", { node: node.name });
      assert.deepEqual([going.status, going.body.reason], [409, "Conflict"]);
      assert.match(going.body.message, /pod a is being deleted, cannot be assigned to a host$/);
      ok(await pods.patch("a", { metadata: { finalizers: null } }));
    },
  },
];
