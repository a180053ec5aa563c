import assert from "node:assert/strict";
import { decode } from "../../../src/sim/decoding/decode.ts";
import { budget, configMap, deployment, service } from "../patches/objects.ts";
import { UNKNOWN, withUnknown } from "./unknown.ts";

const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment" };

Deno.test("decode() takes unknown fields out and tells where they are", () => {
  const object = withUnknown();
  const known = decode(object, DEPLOYMENT);
  assert.deepEqual(known.unknown, UNKNOWN);
  assert.deepEqual(known.object, deployment());
  assert.deepEqual(object, withUnknown());
});

for (const object of [configMap(), deployment(), service(), budget()]) {
  Deno.test(`decode() gives a ${object.kind} without unknown fields back as it is`, () => {
    const known = decode(object, { apiVersion: String(object.apiVersion), kind: String(object.kind) });
    assert.equal(known.object, object);
    assert.deepEqual(known.unknown, []);
  });
}

Deno.test("decode() takes any key in a map, and what is not known as it is", () => {
  const object = {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: { name: "r", labels: { frob: "1" } },
    data: { anything: { at: ["all"] } },
  };
  assert.deepEqual(decode(object, object).unknown, []);
});

Deno.test("decode() takes a kind that is not built in as it is", () => {
  const object = { apiVersion: "x.io/v1", kind: "Frob", anything: 1 };
  assert.equal(decode(object, object).object, object);
});
