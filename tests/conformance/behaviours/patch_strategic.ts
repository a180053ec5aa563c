import assert from "node:assert/strict";
import type { Api, Behaviour, Json } from "../api.ts";
import { invalid, ok } from "../expect.ts";
import { configMap, pod, workload } from "../objects.ts";
import { resource, STRATEGIC_PATCH } from "../resource.ts";

const type = STRATEGIC_PATCH;

/** A Deployment with two containers, and its strategic patches of the pod template's spec. */
async function deployment(api: Api) {
  const deployments = resource(api, "deployments");
  const containers = [
    {
      name: "a",
      image: "a:1",
      env: [{ name: "X", value: "1" }, { name: "Y", value: "2" }],
      ports: [{ containerPort: 80 }],
    },
    { name: "b", image: "b:1" },
  ];
  const object = workload("Deployment", "a", { paused: true });
  object.spec.template.spec = { ...pod("a").spec, containers, tolerations: [{ key: "t", operator: "Exists" }] };
  ok(await deployments.create(object), 201);
  return {
    patch: (patch: Json) => deployments.patch("a", patch, { type }),
    async template(spec: Json): Promise<Json> {
      return ok(await deployments.patch("a", { spec: { template: { spec } } }, { type })).spec.template.spec;
    },
  };
}

/** `a=a:1 b=b:1` */
function images(spec: Json): string {
  return spec.containers.map(({ name, image }: Json) => `${name}=${image}`).join(" ");
}

function env(spec: Json): string {
  return spec.containers[0].env.map(({ name, value }: Json) => `${name}=${value}`).join(" ");
}

export const PATCH_STRATEGIC: readonly Behaviour[] = [
  {
    name: "a strategic patch merges containers by name, and their env by name",
    async run(api) {
      const { template } = await deployment(api);
      assert.equal(images(await template({ containers: [{ name: "b", image: "b:2" }] })), "a=a:1 b=b:2");
      const variables = [{ name: "Y", value: "3" }, { name: "Z", value: "4" }];
      const merged = await template({ containers: [{ name: "a", env: variables }] });
      assert.equal(env(merged), "X=1 Y=3 Z=4");
      assert.deepEqual(merged.containers[0].ports, [{ containerPort: 80, protocol: "TCP" }]);
    },
  },
  {
    name: "a strategic patch puts a new element first, or where $setElementOrder has it",
    async run(api) {
      const { template } = await deployment(api);
      const added = await template({ containers: [{ name: "c", image: "c:1" }] });
      assert.equal(images(added), "c=c:1 a=a:1 b=b:1");
      const ordered = await template({
        "$setElementOrder/containers": [{ name: "a" }, { name: "d" }, { name: "b" }, { name: "c" }],
        containers: [{ name: "a", image: "a:2" }, { name: "d", image: "d:1" }],
      });
      assert.equal(images(ordered), "a=a:2 d=d:1 b=b:1 c=c:1");
    },
  },
  {
    name: "a strategic patch removes an element with $patch: delete, and all others with $patch: replace",
    async run(api) {
      const { template } = await deployment(api);
      const without = await template({ containers: [{ name: "a", env: [{ name: "X", $patch: "delete" }] }] });
      assert.equal(env(without), "Y=2");
      assert.equal(images(await template({ containers: [{ name: "b", $patch: "delete" }] })), "a=a:1");
      const replaced = await template({ containers: [{ $patch: "replace" }, { name: "only", image: "o:1" }] });
      assert.equal(images(replaced), "only=o:1");
    },
  },
  {
    name: "a strategic patch replaces lists that have no merge key: tolerations, command",
    async run(api) {
      const { template } = await deployment(api);
      const { tolerations } = await template({ tolerations: [{ key: "u", operator: "Exists" }] });
      assert.deepEqual(tolerations, [{ key: "u", operator: "Exists" }]);
      await template({ containers: [{ name: "a", command: ["x", "y"] }] });
      const { containers } = await template({ containers: [{ name: "a", command: ["z"] }] });
      assert.deepEqual(containers[0].command, ["z"]);
    },
  },
  {
    name: "a strategic patch of a map sets, removes with null, and replaces with $patch: replace",
    async run(api) {
      const { template } = await deployment(api);
      assert.deepEqual((await template({ nodeSelector: { a: "1", b: "2" } })).nodeSelector, { a: "1", b: "2" });
      assert.deepEqual((await template({ nodeSelector: { a: null, c: "3" } })).nodeSelector, {
        b: "2",
        c: "3",
      });
      const replace = { nodeSelector: { $patch: "replace", z: "9" } };
      assert.deepEqual((await template(replace)).nodeSelector, { z: "9" });
    },
  },
  {
    name:
      "a strategy is changed with $retainKeys, as kubectl sends it; without it the old settings are in the way",
    async run(api) {
      const { patch } = await deployment(api);
      invalid(await patch({ spec: { strategy: { type: "Recreate" } } }), [
        "FieldValueForbidden spec.strategy.rollingUpdate",
      ]);
      const retained = { $retainKeys: ["type"], type: "Recreate" };
      assert.deepEqual(ok(await patch({ spec: { strategy: retained } })).spec.strategy, { type: "Recreate" });
      const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } };
      const { strategy } = ok(await patch({ spec: { strategy: rolling } })).spec;
      assert.deepEqual(strategy, {
        type: "RollingUpdate",
        rollingUpdate: { maxUnavailable: "25%", maxSurge: 1 },
      });
    },
  },
  {
    name: "a strategic patch merges a list of texts such as finalizers, and takes texts out of it",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a", {}, { finalizers: ["example.io/a"] })), 201);
      const finalizers = async (metadata: Json) =>
        ok(await maps.patch("a", { metadata }, { type })).metadata.finalizers;
      assert.deepEqual((await finalizers({ finalizers: ["example.io/b"] })).sort(), [
        "example.io/a",
        "example.io/b",
      ]);
      const without = { "$deleteFromPrimitiveList/finalizers": ["example.io/a"] };
      assert.deepEqual(await finalizers(without), ["example.io/b"]);
      const ordered = {
        "$setElementOrder/finalizers": ["example.io/c", "example.io/b"],
        finalizers: ["example.io/c"],
      };
      assert.deepEqual(await finalizers(ordered), ["example.io/c", "example.io/b"]);
      assert.equal(await finalizers({ finalizers: null }), undefined);
    },
  },
  {
    name: "a strategic patch merges the conditions of a status by type",
    async run(api) {
      const pods = resource(api, "pods");
      ok(await pods.create(pod("a")), 201);
      const conditions = async (...patch: Json[]) =>
        ok(await pods.patch("a", { status: { conditions: patch } }, { type, subresource: "status" }))
          .status.conditions.map((condition: Json) => `${condition.type}=${condition.status}`).sort();
      assert.deepEqual(await conditions({ type: "Ready", status: "False" }), ["Ready=False"]);
      const both = await conditions({ type: "Ready", status: "True" }, { type: "Initialized", status: "True" });
      assert.deepEqual(both, ["Initialized=True", "Ready=True"]);
      assert.deepEqual(await conditions({ type: "Ready", $patch: "delete" }), ["Initialized=True"]);
    },
  },
  {
    name: "a strategic patch whose element lacks the merge key: 500; with a value of a wrong type: 422",
    async run(api) {
      const { patch } = await deployment(api);
      const keyless = await patch({ spec: { template: { spec: { containers: [{ image: "a" }] } } } });
      assert.deepEqual([keyless.status, keyless.body.code, keyless.body.status], [500, 500, "Failure"]);
      assert.match(keyless.body.message, /does not contain declared merge key: name$/);
      invalid(await patch({ spec: { replicas: "three" } }), ["FieldValueInvalid patch"]);
    },
  },
];
