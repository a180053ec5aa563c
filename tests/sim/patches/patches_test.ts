import assert from "node:assert/strict";
import type { Json, JsonObject } from "../../../src/sim/json.ts";
import type { KindRef } from "../../../src/sim/decoding/field_types.ts";
import { applyJsonPatch } from "../../../src/sim/patches/json_patch.ts";
import { applyMergePatch } from "../../../src/sim/patches/merge_patch.ts";
import { PatchError } from "../../../src/sim/patches/patch_error.ts";
import { applyStrategicMergePatch } from "../../../src/sim/patches/strategic_merge_patch.ts";
import { JSON_PATCHES } from "./json_patches.ts";
import { MERGE_PATCHES } from "./merge_patches.ts";
import type { PatchCase } from "./patch_case.ts";
import { STRATEGIC_PATCHES } from "./strategic_merge_patches.ts";
import { configMap, deployment } from "./objects.ts";

type Apply = (document: JsonObject, patch: Json) => Json;

const strategic: Apply = (document, patch) => applyStrategicMergePatch(document, patch, kindOf(document));

function kindOf({ apiVersion, kind }: JsonObject): KindRef {
  return { apiVersion: String(apiVersion), kind: String(kind) };
}

/** What was not frozen may have been changed in place without a trace. */
function frozen<T extends Json>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

function check(name: string, apply: Apply, cases: readonly PatchCase[]): void {
  for (const { does, on, patch, gives } of cases) {
    Deno.test(`${name}() ${does}`, () => {
      const [object, change] = [frozen(on()), frozen(structuredClone(patch))];
      if (typeof gives !== "function") {
        assert.throws(() => apply(object, change), (error) => {
          assert.ok(error instanceof PatchError, String(error));
          assert.deepEqual({ code: error.code, message: error.message }, gives);
          return true;
        });
        return;
      }
      const expected = on();
      gives(expected);
      assert.deepEqual(apply(object, change), expected);
    });
  }
}

check("applyJsonPatch", applyJsonPatch, JSON_PATCHES);
check("applyMergePatch", applyMergePatch, MERGE_PATCHES);
check("applyStrategicMergePatch", strategic, STRATEGIC_PATCHES);

const IMAGE = { spec: { template: { spec: { containers: [{ name: "side", image: "x" }] } } } };

for (
  const [name, patched] of [
    [
      "applyJsonPatch",
      (o) => applyJsonPatch(o, [{ op: "add", path: "/spec/template/spec/containers/1/image", value: "x" }]),
    ],
    ["applyStrategicMergePatch", (o) => strategic(o, IMAGE)],
  ] as const satisfies readonly (readonly [string, (object: JsonObject) => Json])[]
) {
  Deno.test(`${name}() shares the parts that it does not change`, () => {
    const before = deployment() as
      & { metadata: Json; spec: { template: { spec: { containers: Json[] } } } }
      & JsonObject;
    const after = patched(before) as typeof before;
    assert.equal(after.metadata, before.metadata);
    assert.equal(after.spec.template.spec.containers[0], before.spec.template.spec.containers[0]);
    assert.notEqual(after.spec.template.spec.containers[1], before.spec.template.spec.containers[1]);
  });
}

Deno.test("applyMergePatch() shares the parts that it does not change", () => {
  const before = configMap();
  const after = applyMergePatch(before, { data: { k: "w" } }) as JsonObject;
  assert.equal(after.metadata, before.metadata);
});

Deno.test("no patch reaches the prototype of objects", () => {
  const patch = JSON.parse('{"__proto__": {"polluted": "x"}, "metadata": {"__proto__": {"polluted": "x"}}}');
  applyMergePatch(configMap(), patch);
  strategic(configMap(), patch);
  applyJsonPatch(configMap(), [{ op: "add", path: "/__proto__", value: { polluted: "x" } }]);
  assert.throws(() =>
    applyJsonPatch(configMap(), [{ op: "add", path: "/constructor/prototype/polluted", value: "x" }])
  );
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

Deno.test("a PatchError tells why an operation failed in its cause", () => {
  assert.throws(
    () => applyJsonPatch(configMap(), [{ op: "remove", path: "/zz/zz" }]),
    (error: PatchError) => error.kind === "failed" && /missing path: \/zz\/zz/.test(String(error.cause)),
  );
});
