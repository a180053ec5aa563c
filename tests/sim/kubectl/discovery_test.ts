import assert from "node:assert/strict";
import { discoveryFor } from "../../../src/sim/kubectl/discovery.ts";
import { TABLE } from "./resources.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const BETA = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
/** What kubectl 1.32 sends. */
const KUBECTL = `${AGGREGATED},${BETA},application/json`;

// deno-lint-ignore no-explicit-any
function bodyAt(path: string, accept = "application/json"): any {
  return discoveryFor(path, accept, TABLE)?.body;
}

Deno.test("discoveryFor() lists the versions of the core group and the other groups", () => {
  assert.deepEqual(bodyAt("/api").versions, ["v1"]);
  assert.equal(bodyAt("/api").kind, "APIVersions");
  assert.deepEqual(bodyAt("/apis"), {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [
      {
        name: "apps",
        versions: [{ groupVersion: "apps/v1", version: "v1" }],
        preferredVersion: { groupVersion: "apps/v1", version: "v1" },
      },
      {
        name: "autoscaling",
        versions: [
          { groupVersion: "autoscaling/v2", version: "v2" },
          { groupVersion: "autoscaling/v1", version: "v1" },
        ],
        preferredVersion: { groupVersion: "autoscaling/v2", version: "v2" },
      },
    ],
  });
});

Deno.test("discoveryFor() tells of one group", () => {
  assert.deepEqual(bodyAt("/apis/apps"), {
    kind: "APIGroup",
    apiVersion: "v1",
    name: "apps",
    versions: [{ groupVersion: "apps/v1", version: "v1" }],
    preferredVersion: { groupVersion: "apps/v1", version: "v1" },
  });
});

Deno.test("discoveryFor() lists the resources of a version, each followed by its subresources", () => {
  assert.deepEqual(bodyAt("/api/v1"), {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: [
      {
        name: "pods",
        singularName: "pod",
        namespaced: true,
        kind: "Pod",
        verbs: ["get", "list"],
        shortNames: ["po"],
        categories: ["all"],
      },
      {
        name: "pods/eviction",
        singularName: "",
        namespaced: true,
        kind: "Eviction",
        group: "policy",
        version: "v1",
        verbs: ["create"],
      },
      { name: "pods/status", singularName: "", namespaced: true, kind: "Pod", verbs: ["get"] },
      { name: "nodes", singularName: "node", namespaced: false, kind: "Node", verbs: ["get", "list"] },
    ],
  });
  assert.equal(bodyAt("/apis/autoscaling/v1").groupVersion, "autoscaling/v1");
});

for (const path of ["/api", "/apis"]) {
  Deno.test(`discoveryFor() answers ${path} in the aggregated form where that is asked for first`, () => {
    const document = discoveryFor(path, KUBECTL, TABLE)!;
    assert.equal(document.contentType, AGGREGATED);
    assert.equal((document.body as { kind: string }).kind, "APIGroupDiscoveryList");
  });

  for (const accept of ["application/json", "*/*", "", BETA, `application/json, ${AGGREGATED}`]) {
    Deno.test(`discoveryFor() answers ${path} in the plain form to ${JSON.stringify(accept)}`, () => {
      assert.equal(discoveryFor(path, accept, TABLE)!.contentType, "application/json");
    });
  }
}

Deno.test("discoveryFor() aggregates groups, versions, resources and subresources", () => {
  const groups = bodyAt("/apis", KUBECTL).items;
  assert.deepEqual(groups.map((group: { metadata: unknown }) => group.metadata), [
    { name: "apps" },
    { name: "autoscaling" },
  ]);
  assert.deepEqual(groups[1].versions.map(({ version }: { version: string }) => version), ["v2", "v1"]);
  const [core] = bodyAt("/api", KUBECTL).items;
  assert.deepEqual(core.versions[0].resources, [
    {
      resource: "pods",
      responseKind: { group: "", version: "", kind: "Pod" },
      scope: "Namespaced",
      singularResource: "pod",
      verbs: ["get", "list"],
      shortNames: ["po"],
      categories: ["all"],
      subresources: [
        {
          subresource: "eviction",
          responseKind: { group: "policy", version: "v1", kind: "Eviction" },
          verbs: ["create"],
        },
        { subresource: "status", responseKind: { group: "", version: "", kind: "Pod" }, verbs: ["get"] },
      ],
    },
    {
      resource: "nodes",
      responseKind: { group: "", version: "", kind: "Node" },
      scope: "Cluster",
      singularResource: "node",
      verbs: ["get", "list"],
    },
  ]);
});

Deno.test("discoveryFor() tells the version whose behaviour is there", () => {
  const { major, minor, gitVersion } = bodyAt("/version");
  assert.deepEqual({ major, minor, gitVersion }, { major: "1", minor: "36", gitVersion: "v1.36.3" });
});

for (
  const path of [
    "/api/v2",
    "/api/v1/pods",
    "/apis/frob",
    "/apis/apps/v2",
    "/apis/apps/v1/deployments",
    "/healthz",
    "/",
  ]
) {
  Deno.test(`discoveryFor() knows nothing of ${path}`, () =>
    assert.equal(discoveryFor(path, KUBECTL, TABLE), undefined));
}
