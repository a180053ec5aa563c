import type { Json, JsonObject } from "../../../src/sim/json.ts";
import { budget, configMap, deployment, service } from "./objects.ts";
import type { PatchCase, Refusal } from "./patch_case.ts";

const unknownDirective = (name: string): Refusal => ({
  code: 500,
  message: `unknown patch type: ${name} in map: map[$patch:${name} z:1]`,
});

// deno-lint-ignore no-explicit-any
const podSpec = (o: any) => o.spec.template.spec;
const onPods = (spec: JsonObject): Json => ({ spec: { template: { spec } } });
const onMain = (container: JsonObject): Json => onPods({ containers: [{ name: "main", ...container }] });

export const STRATEGIC_PATCHES: readonly PatchCase[] = [
  {
    does: "merges a container by its name",
    on: deployment,
    patch: onMain({ image: "example.io/main:2" }),
    gives: (o) => podSpec(o).containers[0].image = "example.io/main:2",
  },
  {
    does: "puts a new container first",
    on: deployment,
    patch: onPods({ containers: [{ name: "new", image: "example.io/new:1" }] }),
    gives: (o) => podSpec(o).containers.unshift({ name: "new", image: "example.io/new:1" }),
  },
  {
    does: "merges env by name and ports by number",
    on: deployment,
    patch: onMain({
      env: [{ name: "B", value: "3" }, { name: "C", value: "4" }],
      ports: [{ containerPort: 81, name: "x" }],
    }),
    gives: (o) => {
      const main = podSpec(o).containers[0];
      main.env = [{ name: "A", value: "1" }, { name: "B", value: "3" }, { name: "C", value: "4" }];
      main.ports[1].name = "x";
    },
  },
  {
    does: "merges mounts by path",
    on: deployment,
    patch: onMain({ volumeMounts: [{ mountPath: "/tmp", readOnly: true, name: "tmp" }] }),
    gives: (o) => podSpec(o).containers[0].volumeMounts[0].readOnly = true,
  },
  {
    does: "replaces lists without a merge key",
    on: deployment,
    patch: onMain({ args: ["c"] }),
    gives: (o) => podSpec(o).containers[0].args = ["c"],
  },
  {
    does: "replaces tolerations",
    on: deployment,
    patch: onPods({ tolerations: [{ key: "x", operator: "Exists" }] }),
    gives: (o) => podSpec(o).tolerations = [{ key: "x", operator: "Exists" }],
  },
  {
    does: "deletes an element by its key",
    on: deployment,
    patch: onPods({ containers: [{ name: "side", $patch: "delete" }] }),
    gives: (o) => podSpec(o).containers.pop(),
  },
  {
    does: "replaces a list by directive",
    on: deployment,
    patch: onPods({ containers: [{ $patch: "replace" }, { name: "only", image: "example.io/only:1" }] }),
    gives: (o) => podSpec(o).containers = [{ name: "only", image: "example.io/only:1" }],
  },
  {
    does: "puts elements into order",
    on: deployment,
    patch: onPods({ "$setElementOrder/containers": [{ name: "side" }, { name: "main" }] }),
    gives: (o) => podSpec(o).containers.reverse(),
  },
  {
    does: "puts changed and new elements into order",
    on: deployment,
    patch: onPods({
      "$setElementOrder/containers": [{ name: "new" }, { name: "main" }, { name: "side" }],
      containers: [{ name: "new", image: "example.io/new:1" }, { name: "main", image: "example.io/main:2" }],
    }),
    gives: (o) => {
      podSpec(o).containers[0].image = "example.io/main:2";
      podSpec(o).containers.unshift({ name: "new", image: "example.io/new:1" });
    },
  },
  {
    does: "keeps what the order does not name where it was",
    on: deployment,
    patch: onPods({
      "$setElementOrder/containers": [{ name: "side" }],
      containers: [{ name: "side", image: "example.io/side:2" }],
    }),
    gives: (o) => podSpec(o).containers[1].image = "example.io/side:2",
  },
  {
    does: "swaps the source of a volume with $retainKeys",
    on: deployment,
    patch: onPods({ volumes: [{ name: "tmp", $retainKeys: ["name", "configMap"], configMap: { name: "c" } }] }),
    gives: (o) => podSpec(o).volumes[0] = { name: "tmp", configMap: { name: "c" } },
  },
  {
    does: "adds a volume that comes with $retainKeys",
    on: deployment,
    patch: onPods({ volumes: [{ name: "new", $retainKeys: ["name", "emptyDir"], emptyDir: {} }] }),
    gives: (o) => podSpec(o).volumes.unshift({ name: "new", emptyDir: {} }),
  },
  {
    does: "changes the strategy with $retainKeys",
    on: deployment,
    patch: { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } },
    gives: (o) => o.spec.strategy = { type: "Recreate" },
  },
  {
    does: "removes fields by null, and adds none by null",
    on: deployment,
    patch: { metadata: { labels: { app: null, zz: null } }, spec: { paused: null, minReadySeconds: null } },
    gives: (o) => delete o.metadata.labels.app,
  },
  {
    does: "adds an object without its nulls and directives",
    on: deployment,
    patch: onPods({
      securityContext: { runAsUser: 5, runAsGroup: null, seLinuxOptions: { $patch: "delete" } },
    }),
    gives: (o) => podSpec(o).securityContext = { runAsUser: 5 },
  },
  {
    does: "merges the ports of a service by their number",
    on: service,
    patch: { spec: { ports: [{ port: 443, name: "tls" }] } },
    gives: (o) => o.spec.ports[1].name = "tls",
  },
  {
    does: "replaces a budget's selector",
    on: budget,
    patch: { spec: { selector: { matchLabels: { tier: "x" } } } },
    gives: (o) => o.spec.selector = { matchLabels: { tier: "x" } },
  },
  {
    does: "adds to a set, in front",
    on: configMap,
    patch: { metadata: { finalizers: ["x.io/c", "x.io/a"] } },
    gives: (o) => o.metadata.finalizers = ["x.io/c", "x.io/a", "x.io/b"],
  },
  {
    does: "takes out of a set",
    on: configMap,
    patch: { metadata: { "$deleteFromPrimitiveList/finalizers": ["x.io/a"] } },
    gives: (o) => o.metadata.finalizers = ["x.io/b"],
  },
  {
    does: "puts a set into order",
    on: configMap,
    patch: {
      metadata: { "$setElementOrder/finalizers": ["x.io/b", "x.io/c", "x.io/a"], finalizers: ["x.io/c"] },
    },
    gives: (o) => o.metadata.finalizers = ["x.io/b", "x.io/c", "x.io/a"],
  },
  {
    does: "replaces an object by directive",
    on: configMap,
    patch: { data: { $patch: "replace", z: "1" } },
    gives: (o) => o.data = { z: "1" },
  },
  {
    does: "empties an object by directive",
    on: configMap,
    patch: { data: { $patch: "delete" } },
    gives: (o) => o.data = {},
  },
  {
    does: "merges owners by their UID",
    on: configMap,
    patch: { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "u" }] } },
    gives: (o) => o.metadata.ownerReferences = [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "u" }],
  },
  { does: "does nothing for null", on: configMap, patch: null, gives: () => {} },
  {
    does: "refuses an unknown directive",
    on: configMap,
    patch: { data: { $patch: "frob", z: "1" } },
    gives: unknownDirective("frob"),
  },
  {
    does: "refuses merge as the directive of an object",
    on: configMap,
    patch: { data: { $patch: "merge", z: "1" } },
    gives: unknownDirective("merge"),
  },
  {
    does: "refuses merge as the directive of an element",
    on: deployment,
    patch: onMain({ $patch: "merge" }),
    gives: { code: 500, message: "merging lists cannot yet be specified in the patch" },
  },
  {
    does: "refuses an element without its key",
    on: deployment,
    patch: onPods({ containers: [{ image: "x" }] }),
    gives: { code: 500, message: "map: map[image:x] does not contain declared merge key: name" },
  },
  {
    does: "refuses fields that $retainKeys does not name",
    on: configMap,
    patch: { metadata: { labels: { $retainKeys: ["b"], c: "1" } } },
    gives: { code: 400, message: "invalid patch format of retainKeys" },
  },
  {
    does: "refuses an order that does not name what the list holds",
    on: configMap,
    patch: { metadata: { "$setElementOrder/finalizers": ["x.io/b"], finalizers: ["x.io/c"] } },
    gives: {
      code: 500,
      message: "The order in patch list:\n[x.io/c]\n doesn't match $setElementOrder list:\n[x.io/b]\n",
    },
  },
  {
    does: "refuses an order of a field that is not there",
    on: configMap,
    patch: { metadata: { "$setElementOrder/frob": ["q"] } },
    gives: { code: 500, message: 'unable to find api field in struct ObjectMeta for the json field "frob"' },
  },
  {
    does: "refuses an order that is no list",
    on: configMap,
    patch: { metadata: { "$setElementOrder/finalizers": "q" } },
    gives: { code: 500, message: "expected a []interface {}, but received a string" },
  },
  {
    does: "refuses an order of nothing",
    on: configMap,
    patch: { metadata: { $setElementOrder: ["q"] } },
    gives: { code: 400, message: "invalid patch format of setElementOrder list" },
  },
  {
    does: "refuses a deletion from nothing",
    on: configMap,
    patch: { metadata: { $deleteFromPrimitiveList: ["q"] } },
    gives: { code: 400, message: "invalid patch format of primitive list" },
  },
  {
    does: "refuses a list in a set",
    on: configMap,
    patch: { metadata: { finalizers: [["a"]] } },
    gives: { code: 500, message: "list element types are not identical: [[x.io/a x.io/b] [[a]]]" },
  },
  {
    does: "refuses a list",
    on: configMap,
    patch: [],
    gives: { code: 400, message: "json: cannot unmarshal array into Go value of type map[string]interface {}" },
  },
];
