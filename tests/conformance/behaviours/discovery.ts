import assert from "node:assert/strict";
import type { Api, Behaviour, Json } from "../api.ts";
import { ok } from "../expect.ts";

const ALL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const PART = ["get", "patch", "update"];

interface Served {
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly namespaced?: false;
  readonly group?: string;
  readonly version?: string;
}

/** By group version, what has to be served. */
const SERVED: Readonly<Record<string, Readonly<Record<string, Served>>>> = {
  "/api/v1": {
    "pods": { kind: "Pod", verbs: ALL, shortNames: ["po"] },
    "pods/status": { kind: "Pod", verbs: PART },
    "pods/eviction": { kind: "Eviction", verbs: ["create"], group: "policy", version: "v1" },
    "pods/binding": { kind: "Binding", verbs: ["create"] },
    "configmaps": { kind: "ConfigMap", verbs: ALL, shortNames: ["cm"] },
    "events": { kind: "Event", verbs: ALL, shortNames: ["ev"] },
    "nodes": { kind: "Node", verbs: ALL, shortNames: ["no"], namespaced: false },
    "nodes/status": { kind: "Node", verbs: PART, namespaced: false },
    "namespaces": {
      kind: "Namespace",
      verbs: ALL.filter((verb) => verb !== "deletecollection"),
      shortNames: ["ns"],
      namespaced: false,
    },
  },
  "/apis/apps/v1": {
    "deployments": { kind: "Deployment", verbs: ALL, shortNames: ["deploy"] },
    "deployments/status": { kind: "Deployment", verbs: PART },
    "deployments/scale": { kind: "Scale", verbs: PART, group: "autoscaling", version: "v1" },
    "replicasets": { kind: "ReplicaSet", verbs: ALL, shortNames: ["rs"] },
    "replicasets/scale": { kind: "Scale", verbs: PART, group: "autoscaling", version: "v1" },
    "statefulsets": { kind: "StatefulSet", verbs: ALL, shortNames: ["sts"] },
    "statefulsets/scale": { kind: "Scale", verbs: PART, group: "autoscaling", version: "v1" },
  },
  "/apis/policy/v1": {
    "poddisruptionbudgets": { kind: "PodDisruptionBudget", verbs: ALL, shortNames: ["pdb"] },
  },
  "/apis/coordination.k8s.io/v1": { "leases": { kind: "Lease", verbs: ALL } },
  "/apis/events.k8s.io/v1": { "events": { kind: "Event", verbs: ALL, shortNames: ["ev"] } },
  "/apis/admissionregistration.k8s.io/v1": {
    "mutatingwebhookconfigurations": { kind: "MutatingWebhookConfiguration", verbs: ALL, namespaced: false },
  },
};

async function servedBy(api: Api, path: string): Promise<Map<string, Json>> {
  const { kind, groupVersion, resources } = ok(await api.request("GET", path));
  assert.deepEqual([kind, groupVersion], ["APIResourceList", path.replace(/^\/apis?\//, "")]);
  return new Map(resources.map((resource: Json) => [resource.name, resource]));
}

export const DISCOVERY: readonly Behaviour[] = [
  {
    name: "/api has v1; /apis has the groups, with the version that is preferred",
    async run(api) {
      const { kind, versions } = ok(await api.request("GET", "/api"));
      assert.deepEqual([kind, versions], ["APIVersions", ["v1"]]);
      const list = ok(await api.request("GET", "/apis"));
      assert.deepEqual([list.kind, list.apiVersion], ["APIGroupList", "v1"]);
      for (const name of ["apps", "policy", "coordination.k8s.io", "events.k8s.io"]) {
        const version = { groupVersion: `${name}/v1`, version: "v1" };
        const group = list.groups.find((group: Json) => group.name === name);
        assert.deepEqual(group.preferredVersion, version);
        assert.deepEqual(group.versions[0], version);
        const { kind, ...one } = ok(await api.request("GET", `/apis/${name}`));
        assert.equal(kind, "APIGroup");
        assert.deepEqual([one.name, one.preferredVersion], [name, version]);
      }
    },
  },
  {
    name: "a group version has its resources and subresources, with kinds, verbs and short names",
    async run(api) {
      for (const [path, resources] of Object.entries(SERVED)) {
        const served = await servedBy(api, path);
        for (const [name, expected] of Object.entries(resources)) {
          const { kind, verbs, shortNames, namespaced, group, version, singularName } = served.get(name);
          assert.deepEqual([name, { kind, verbs, shortNames, namespaced, group, version }], [name, {
            kind: expected.kind,
            verbs: expected.verbs,
            shortNames: expected.shortNames,
            namespaced: expected.namespaced ?? true,
            group: expected.group,
            version: expected.version,
          }]);
          assert.equal(singularName, name.includes("/") ? "" : expected.kind.toLowerCase());
        }
      }
    },
  },
  {
    name: "workloads and pods are of the category all",
    async run(api) {
      const all = [...await servedBy(api, "/api/v1"), ...await servedBy(api, "/apis/apps/v1")]
        .filter(([, { categories }]) => categories?.includes("all")).map(([name]) => name);
      for (const name of ["pods", "deployments", "replicasets", "statefulsets"]) {
        assert.ok(all.includes(name), name);
      }
      for (const name of ["events", "configmaps", "nodes"]) assert.ok(!all.includes(name), name);
    },
  },
  {
    name: "/version tells major, minor and gitVersion",
    async run(api) {
      const { major, minor, gitVersion, platform } = ok(await api.request("GET", "/version"));
      assert.match(gitVersion, new RegExp(`^v${major}\\.${minor.replace("+", "")}\\.`));
      assert.match(platform, /^\w+\/\w+$/);
    },
  },
  {
    name: "/readyz, /livez and /healthz answer ok as text",
    async run(api) {
      for (const path of ["/readyz", "/livez", "/healthz"]) {
        const { status, body, headers } = await api.request("GET", path);
        assert.deepEqual([path, status, body], [path, 200, "ok"]);
        assert.match(headers.get("content-type") ?? "", /^text\/plain/);
      }
    },
  },
];
