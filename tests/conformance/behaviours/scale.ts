import assert from "node:assert/strict";
import type { Behaviour, Json } from "../api.ts";
import { conflict, invalid, notFound, ok, refused } from "../expect.ts";
import { workload } from "../objects.ts";
import { JSON_PATCH, resource, STRATEGIC_PATCH } from "../resource.ts";

const KINDS = [["Deployment", "deployments"], ["ReplicaSet", "replicasets"], [
  "StatefulSet",
  "statefulsets",
]] as const;
const subresource = "scale";

/** With pods that nobody schedules; a paused Deployment makes none. */
function quiet(kind: string, replicas: number): Json {
  return workload(kind, "a", { replicas, ...kind === "Deployment" ? { paused: true } : {} });
}

export const SCALE: readonly Behaviour[] = [
  {
    name: "scale tells replicas asked and there, and the selector as text, for all three kinds",
    async run(api) {
      for (const [kind, name] of KINDS) {
        const object = quiet(kind, 2);
        object.spec.selector.matchExpressions = [
          { key: "tier", operator: "In", values: ["b", "a"] },
          { key: "old", operator: "DoesNotExist" },
          { key: "zone", operator: "Exists" },
          { key: "colour", operator: "NotIn", values: ["red"] },
        ];
        Object.assign(object.spec.template.metadata.labels, { tier: "a", zone: "z" });
        const workloads = resource(api, name);
        const { metadata: { uid, creationTimestamp } } = ok(await workloads.create(object), 201);
        const { metadata, status, ...scale } = ok(await workloads.get("a", subresource));
        assert.deepEqual(scale, { kind: "Scale", apiVersion: "autoscaling/v1", spec: { replicas: 2 } });
        const { resourceVersion, ...rest } = metadata;
        assert.ok(Number(resourceVersion) > 0);
        assert.deepEqual(rest, { name: "a", namespace: api.namespace, uid, creationTimestamp });
        assert.equal(typeof status.replicas, "number");
        assert.equal(status.selector, "app=a,colour notin (red),!old,tier in (a,b),zone");
      }
    },
  },
  {
    name: "scale with no replicas has an empty spec",
    async run(api) {
      ok(await resource(api, "deployments").create(quiet("Deployment", 0)), 201);
      const { spec, status } = ok(await resource(api, "deployments").get("a", subresource));
      assert.deepEqual([spec, status], [{}, { replicas: 0, selector: "app=a" }]);
    },
  },
  {
    name: "a patch of scale changes the replicas and the generation, for all three kinds",
    async run(api) {
      for (const [kind, name] of KINDS) {
        const workloads = resource(api, name);
        ok(await workloads.create(quiet(kind, 2)), 201);
        const scaled = ok(await workloads.patch("a", { spec: { replicas: 1 } }, { subresource }));
        assert.deepEqual([scaled.kind, scaled.spec], ["Scale", { replicas: 1 }]);
        const { metadata, spec } = ok(await workloads.get("a"));
        assert.deepEqual([spec.replicas, metadata.generation], [1, 2]);
        assert.ok(spec.template);
      }
    },
  },
  {
    name: "scale takes strategic and JSON patches",
    async run(api) {
      const deployments = resource(api, "deployments");
      ok(await deployments.create(quiet("Deployment", 2)), 201);
      const strategic = { subresource, type: STRATEGIC_PATCH };
      assert.deepEqual(ok(await deployments.patch("a", { spec: { replicas: 3 } }, strategic)).spec, {
        replicas: 3,
      });
      const patch = [{ op: "test", path: "/spec/replicas", value: 3 }, {
        op: "replace",
        path: "/spec/replicas",
        value: 4,
      }];
      const json = { subresource, type: JSON_PATCH };
      assert.deepEqual(ok(await deployments.patch("a", patch, json)).spec, { replicas: 4 });
      assert.equal((await deployments.patch("a", patch, json)).status, 422);
    },
  },
  {
    name: "an update of scale takes a version or none; an older one: 409",
    async run(api) {
      const deployments = resource(api, "deployments");
      ok(await deployments.create(quiet("Deployment", 2)), 201);
      const scale = (replicas: number, metadata: Json = {}) => ({
        metadata: { name: "a", ...metadata },
        spec: { replicas },
      });
      assert.deepEqual(ok(await deployments.put(scale(3), { subresource })).spec, { replicas: 3 });
      conflict(
        await deployments.put(scale(4, { resourceVersion: "1" }), { subresource }),
        "deployments.apps",
        "a",
      );
      const other = await deployments.put(scale(4, { uid: "other" }), { subresource });
      assert.deepEqual([other.status, other.body.reason], [409, "Conflict"]);
      assert.equal(ok(await deployments.get("a")).spec.replicas, 3);
    },
  },
  {
    name: "scale to fewer than none: 422 of a Scale; of what is not there: 404; dry: nothing changes",
    async run(api) {
      const deployments = resource(api, "deployments");
      ok(await deployments.create(quiet("Deployment", 2)), 201);
      const answer = await deployments.patch("a", { spec: { replicas: -1 } }, { subresource });
      invalid(answer, ["FieldValueInvalid spec.replicas"]);
      assert.deepEqual([answer.body.details.group, answer.body.details.kind], ["autoscaling", "Scale"]);
      notFound(await deployments.get("b", subresource), "deployments.apps", "b");
      notFound(await deployments.patch("b", {}, { subresource }), "deployments.apps", "b");
      const dry = await deployments.patch("a", { spec: { replicas: 7 } }, {
        subresource,
        query: { dryRun: "All" },
      });
      assert.deepEqual(ok(dry).spec, { replicas: 7 });
      assert.equal(ok(await deployments.get("a")).spec.replicas, 2);
    },
  },
  {
    name: "an update of scale with another kind of object: 400",
    async run(api) {
      const deployments = resource(api, "deployments");
      ok(await deployments.create(quiet("Deployment", 0)), 201);
      refused(await deployments.put(quiet("Deployment", 1), { subresource }), {
        code: 400,
        reason: "BadRequest",
        message: /^Deployment in version "v1" cannot be handled as a Scale: /,
      });
    },
  },
];
