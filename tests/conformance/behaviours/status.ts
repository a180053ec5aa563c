import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { invalid, notFound, ok, versionOf } from "../expect.ts";
import { bareNode, pod, workload } from "../objects.ts";
import { resource, STRATEGIC_PATCH } from "../resource.ts";

const subresource = "status";

export const STATUS: readonly Behaviour[] = [
  {
    name: "a write of a pod's status changes the status and nothing of the spec",
    async run(api) {
      const pods = resource(api, "pods");
      const made = ok(await pods.create(pod("a")), 201);
      const patch = {
        metadata: { annotations: { a: "1" } },
        spec: { containers: [{ ...made.spec.containers[0], image: "example.io/other:1" }] },
        status: { phase: "Running", podIP: "10.9.9.9", podIPs: [{ ip: "10.9.9.9" }] },
      };
      const patched = ok(await pods.patch("a", patch, { subresource }));
      assert.deepEqual([patched.status.phase, patched.status.podIP], ["Running", "10.9.9.9"]);
      assert.deepEqual(patched.spec, made.spec);
      assert.deepEqual(patched.metadata.annotations, { a: "1" });
      assert.ok(versionOf(patched) > versionOf(made));
      assert.deepEqual(ok(await pods.get("a")), patched);
      assert.deepEqual(ok(await pods.get("a", subresource)), patched);
    },
  },
  {
    name: "a write of a pod takes no status",
    async run(api) {
      const pods = resource(api, "pods");
      const made = ok(await pods.create(pod("a")), 201);
      const status = { ...made.status, phase: "Failed", message: "no" };
      assert.deepEqual(ok(await pods.put({ ...made, status })), made);
      assert.deepEqual(ok(await pods.patch("a", { status })), made);
      const labelled = ok(await pods.patch("a", { metadata: { labels: { a: "1" } }, status }));
      assert.deepEqual([labelled.metadata.labels, labelled.status], [{ a: "1" }, made.status]);
    },
  },
  {
    name: "an update of a status replaces it as a whole",
    async run(api) {
      const pods = resource(api, "pods");
      ok(await pods.create(pod("a")), 201);
      const status = { phase: "Running", message: "well", conditions: [{ type: "Ready", status: "True" }] };
      const first = ok(await pods.patch("a", { status }, { subresource }));
      const { message: _, ...rest } = first.status;
      const second = ok(await pods.put({ ...first, status: { ...rest, phase: "Succeeded" } }, { subresource }));
      assert.ok(!("message" in second.status));
      assert.deepEqual([second.status.phase, second.status.conditions], ["Succeeded", rest.conditions]);
    },
  },
  {
    name: "a write of a workload's status changes counts, not replicas and generation, nor the labels",
    async run(api) {
      const deployments = resource(api, "deployments");
      ok(await deployments.create(workload("Deployment", "a", { replicas: 0, paused: true })), 201);
      const patch = { metadata: { labels: { a: "1" } }, spec: { replicas: 5 }, status: { replicas: 3 } };
      const patched = ok(await deployments.patch("a", patch, { subresource }));
      assert.deepEqual([patched.status.replicas, patched.spec.replicas, patched.metadata.generation], [
        3,
        0,
        1,
      ]);
      assert.ok(!("labels" in patched.metadata));
      const plain = ok(
        await deployments.patch("a", { spec: { minReadySeconds: 1 }, status: { collisionCount: 9 } }),
      );
      assert.ok(plain.status.collisionCount !== 9);
    },
  },
  {
    name: "a write of a node's status cannot cordon it, and a cordon is no status",
    async run(api) {
      await using node = await bareNode(api);
      const path = `/api/v1/nodes/${node.name}`;
      const patch = {
        spec: { unschedulable: true },
        status: { conditions: [{ type: "Ready", status: "True" }] },
      };
      const send = (to: string) => api.request("PATCH", to, { body: patch, contentType: STRATEGIC_PATCH });
      const ready = ok(await send(`${path}/status`));
      assert.equal(ready.status.conditions.find((c: { type: string }) => c.type === "Ready").status, "True");
      assert.ok(!("unschedulable" in ready.spec));
      assert.equal(ok(await send(path)).spec.unschedulable, true);
    },
  },
  {
    name: "a status that is invalid: 422; of what is not there: 404; posted: 405",
    async run(api) {
      const deployments = resource(api, "deployments");
      ok(await deployments.create(workload("Deployment", "a")), 201);
      const more = await deployments.patch("a", { status: { replicas: 1, readyReplicas: 2 } }, { subresource });
      invalid(more, ["FieldValueInvalid status.readyReplicas"]);
      notFound(await deployments.patch("b", { status: {} }, { subresource }), "deployments.apps", "b");
      notFound(await resource(api, "pods").get("b", subresource), "pods", "b");
      const path = deployments.path("a", subresource);
      assert.equal((await api.request("POST", path, { body: workload("Deployment", "a") })).status, 405);
    },
  },
];
