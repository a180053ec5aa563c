import assert from "node:assert/strict";
import { openApiFor } from "../../../src/sim/kubectl/openapi.ts";
import { TABLE } from "./resources.ts";

// deno-lint-ignore no-explicit-any
function bodyAt(path: string): any {
  return openApiFor(path, TABLE)?.body;
}

Deno.test("openApiFor() has a document for each version of each group", () => {
  assert.deepEqual(bodyAt("/openapi/v3"), {
    paths: {
      "api/v1": { serverRelativeURL: "/openapi/v3/api/v1" },
      "apis/apps/v1": { serverRelativeURL: "/openapi/v3/apis/apps/v1" },
      "apis/autoscaling/v2": { serverRelativeURL: "/openapi/v3/apis/autoscaling/v2" },
      "apis/autoscaling/v1": { serverRelativeURL: "/openapi/v3/apis/autoscaling/v1" },
    },
  });
});

Deno.test("openApiFor() says of every kind that its patch takes fieldValidation", () => {
  const { paths } = bodyAt("/openapi/v3/api/v1");
  assert.deepEqual(Object.keys(paths), ["/api/v1/namespaces/{namespace}/pods/{name}", "/api/v1/nodes/{name}"]);
  const { patch } = paths["/api/v1/nodes/{name}"];
  assert.deepEqual(patch["x-kubernetes-group-version-kind"], { group: "", version: "v1", kind: "Node" });
  assert.ok(
    patch.parameters.some((each: { name: string; in: string }) =>
      each.name === "fieldValidation" && each.in === "query"
    ),
  );
});

Deno.test("openApiFor() has no types in version 2", () => {
  assert.deepEqual(bodyAt("/openapi/v2"), new Uint8Array());
});

for (const path of ["/openapi", "/openapi/v3/apis/frob/v1", "/openapi/v3/api/v1/pods", "/api/v1"]) {
  Deno.test(`openApiFor() knows nothing of ${path}`, () => assert.equal(openApiFor(path, TABLE), undefined));
}
