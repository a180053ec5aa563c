import assert from "node:assert/strict";
import type { Json as JsonValue, JsonObject } from "../../../src/sim/json.ts";
import { applyJsonPatch } from "../../../src/sim/patches/json_patch.ts";
import { applyMergePatch } from "../../../src/sim/patches/merge_patch.ts";
import { applyStrategicMergePatch } from "../../../src/sim/patches/strategic_merge_patch.ts";
import { JSON_PATCHES } from "../../sim/patches/json_patches.ts";
import { MERGE_PATCHES } from "../../sim/patches/merge_patches.ts";
import type { PatchCase } from "../../sim/patches/patch_case.ts";
import { STRATEGIC_PATCHES } from "../../sim/patches/strategic_merge_patches.ts";
import { UNKNOWN, withUnknown } from "../../sim/decoding/unknown.ts";
import { budget, configMap, deployment, service } from "../../sim/patches/objects.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { eventually } from "../support/eventually.ts";
import { sharedCluster } from "../support/scene.ts";
import { DOCUMENTS, fieldTypesOf } from "./field_types.ts";
import { RealApi } from "./real_api.ts";
import table from "../../../src/sim/decoding/field_types.json" with { type: "json" };

const COLLECTIONS: Readonly<Record<string, string>> = {
  ConfigMap: "/api/v1/namespaces/NS/configmaps",
  Deployment: "/apis/apps/v1/namespaces/NS/deployments",
  Service: "/api/v1/namespaces/NS/services",
  PodDisruptionBudget: "/apis/policy/v1/namespaces/NS/poddisruptionbudgets",
};

/** Without what is not the patch's doing. */
function comparable({ metadata, status: _status, ...rest }: Json): Json {
  const { managedFields: _managed, resourceVersion: _version, generation: _generation, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

interface Kind {
  readonly name: string;
  readonly contentType: string;
  readonly cases: readonly PatchCase[];
  readonly apply: (document: JsonObject, patch: JsonValue) => JsonValue;
}

const kindOf = ({ apiVersion, kind }: JsonObject) => ({ apiVersion: String(apiVersion), kind: String(kind) });

const KINDS: readonly Kind[] = [
  {
    name: "JSON",
    contentType: "application/json-patch+json",
    cases: JSON_PATCHES,
    apply: applyJsonPatch,
  },
  {
    name: "merge",
    contentType: "application/merge-patch+json",
    cases: MERGE_PATCHES,
    apply: applyMergePatch,
  },
  {
    name: "strategic merge",
    contentType: "application/strategic-merge-patch+json",
    cases: STRATEGIC_PATCHES,
    apply: (document, patch) => applyStrategicMergePatch(document, patch, kindOf(document)),
  },
];

Deno.test("a real API server patches as src/sim/patches does", async (test) => {
  const cluster = sharedCluster();
  using api = await RealApi.of(cluster);
  const namespace = `patches-${crypto.randomUUID().slice(0, 8)}`;
  const collectionOf = (object: JsonObject) => COLLECTIONS[String(object.kind)]!.replace("NS", namespace);
  await cluster.kubectl(["create", "namespace", namespace]);
  try {
    for (const object of [configMap(), deployment(), service(), budget()]) {
      const { code, body } = await api.call("POST", collectionOf(object), { body: object });
      assert.equal(code, 201, JSON.stringify(body));
    }
    for (const { name, contentType, cases, apply } of KINDS) {
      for (const { does, on, patch, gives } of cases) {
        await test.step(`${name} patch ${does}`, async () => {
          const path = `${collectionOf(on())}/${(on().metadata as JsonObject).name}`;
          const answer = await api.call("PATCH", `${path}?dryRun=All`, { body: patch, contentType });
          if (typeof gives !== "function") {
            assert.deepEqual({ code: answer.code, message: answer.body.message }, gives);
            return;
          }
          assert.equal(answer.code, 200, JSON.stringify(answer.body));
          // The controllers write to the object as well: their write may come between ours.
          await eventually(async () => {
            const served = await api.get(path);
            const put = await api.call("PUT", `${path}?dryRun=All`, { body: apply(served, patch) });
            assert.equal(put.code, 200, JSON.stringify(put.body));
            assert.deepEqual(comparable(answer.body), comparable(put.body));
          });
        });
      }
    }
  } finally {
    await api.call("PATCH", `${collectionOf(configMap())}/c`, {
      body: { metadata: { finalizers: null } },
      contentType: "application/merge-patch+json",
    });
    await cluster.delete("namespace", namespace);
  }
});

Deno.test("src/sim/decoding/field_types.json is what a real API server's OpenAPI says", async () => {
  using api = await RealApi.of(sharedCluster());
  const documents = await Promise.all(DOCUMENTS.map((document) => api.get(`/openapi/v3/${document}`)));
  assert.deepEqual(fieldTypesOf(documents), table);
});

Deno.test("a real API server finds the unknown fields that decode() finds", async () => {
  using api = await RealApi.of(sharedCluster());
  const path = "/apis/apps/v1/namespaces/default/deployments?dryRun=All&fieldValidation=Strict";
  const { code, body } = await api.call("POST", path, { body: withUnknown() });
  const fields = UNKNOWN.map((each) => `unknown field ${JSON.stringify(each)}`).join(", ");
  const message =
    `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${fields}`;
  assert.deepEqual({ code, message: body.message }, { code: 400, message });
});
