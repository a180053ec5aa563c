import assert from "node:assert/strict";
import { knownPart } from "../../../src/sim/patches/unknown_fields.ts";
import { budget, configMap, deployment, service } from "./objects.ts";
import { UNKNOWN, withUnknown } from "./unknown.ts";

const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment" };

Deno.test("knownPart() takes unknown fields out and tells where they are", () => {
  const object = withUnknown();
  const known = knownPart(object, DEPLOYMENT);
  assert.deepEqual(known.unknown, UNKNOWN);
  assert.deepEqual(known.object, deployment());
  assert.deepEqual(object, withUnknown());
});

for (const object of [configMap(), deployment(), service(), budget()]) {
  Deno.test(`knownPart() gives a ${object.kind} without unknown fields back as it is`, () => {
    const known = knownPart(object, { apiVersion: String(object.apiVersion), kind: String(object.kind) });
    assert.equal(known.object, object);
    assert.deepEqual(known.unknown, []);
  });
}

Deno.test("knownPart() takes any key in a map, and what is not known as it is", () => {
  const object = {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: { name: "r", labels: { frob: "1" } },
    data: { anything: { at: ["all"] } },
  };
  assert.deepEqual(knownPart(object, object).unknown, []);
});

Deno.test("knownPart() takes a kind that is not built in as it is", () => {
  const object = { apiVersion: "x.io/v1", kind: "Frob", anything: 1 };
  assert.equal(knownPart(object, object).object, object);
});
