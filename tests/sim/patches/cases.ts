import type { Json, JsonObject } from "../../../src/sim/json.ts";
import { budget, configMap, deployment, service } from "./objects.ts";

/** A patch that the API server refuses, with what it answers. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

export interface PatchCase {
  readonly does: string;
  readonly on: () => JsonObject;
  readonly patch: Json;
  /** Changes the object, which is a copy, into what is expected of the patch; or what is answered. */
  // deno-lint-ignore no-explicit-any
  readonly gives: ((object: any) => void) | Refusal;
}

const REJECTED: Refusal = {
  code: 422,
  message: "the server rejected our request due to an error in our request",
};

/** `tests/e2e/kubectl/patches_test.ts` holds a real API server against each of these. */
export const JSON_PATCHES: readonly PatchCase[] = [
  {
    does: "adds a field",
    on: configMap,
    patch: [{ op: "add", path: "/data/n", value: "1" }],
    gives: (o) => o.data.n = "1",
  },
  {
    does: "adds over a field",
    on: configMap,
    patch: [{ op: "add", path: "/data/k", value: "w" }],
    gives: (o) => o.data.k = "w",
  },
  {
    does: "inserts into a list",
    on: configMap,
    patch: [{ op: "add", path: "/metadata/finalizers/1", value: "x.io/c" }],
    gives: (o) => o.metadata.finalizers = ["x.io/a", "x.io/c", "x.io/b"],
  },
  {
    does: "appends to a list",
    on: configMap,
    patch: [{ op: "add", path: "/metadata/finalizers/-", value: "x.io/c" }],
    gives: (o) => o.metadata.finalizers.push("x.io/c"),
  },
  {
    does: "counts a negative index from the end",
    on: configMap,
    patch: [{ op: "add", path: "/metadata/finalizers/-1", value: "x.io/c" }, {
      op: "remove",
      path: "/metadata/finalizers/-2",
    }],
    gives: (o) => o.metadata.finalizers = ["x.io/a", "x.io/c"],
  },
  {
    does: "takes an index with leading zeros",
    on: configMap,
    patch: [{ op: "replace", path: "/metadata/finalizers/01", value: "x.io/c" }],
    gives: (o) => o.metadata.finalizers[1] = "x.io/c",
  },
  {
    does: "reads ~1 and ~0 in a pointer",
    on: configMap,
    patch: [{ op: "replace", path: "/metadata/annotations/a~1b", value: "t" }],
    gives: (o) => o.metadata.annotations["a/b"] = "t",
  },
  {
    does: "changes a field deep in lists",
    on: deployment,
    patch: [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "example.io/main:2" }],
    gives: (o) => o.spec.template.spec.containers[0].image = "example.io/main:2",
  },
  {
    does: "removes a field",
    on: configMap,
    patch: [{ op: "remove", path: "/metadata/labels/a" }],
    gives: (o) => delete o.metadata.labels.a,
  },
  {
    does: "replaces a field that is not there",
    on: configMap,
    patch: [{ op: "replace", path: "/data/n", value: "1" }],
    gives: (o) => o.data.n = "1",
  },
  {
    does: "moves a field",
    on: configMap,
    patch: [{ op: "move", from: "/data/k", path: "/data/n" }],
    gives: (o) => o.data = { n: "v" },
  },
  {
    does: "moves within a list",
    on: configMap,
    patch: [{ op: "move", from: "/metadata/finalizers/0", path: "/metadata/finalizers/1" }],
    gives: (o) => o.metadata.finalizers.reverse(),
  },
  {
    does: "copies a field",
    on: configMap,
    patch: [{ op: "copy", from: "/metadata/annotations/a~1b", path: "/data/n" }],
    gives: (o) => o.data.n = "s",
  },
  {
    does: "copies a field that is not there as null",
    on: configMap,
    patch: [{ op: "copy", from: "/data/zz", path: "/data/n" }],
    gives: (o) => o.data.n = null,
  },
  {
    does: "adds null where no value is given",
    on: configMap,
    patch: [{ op: "add", path: "/data/n" }],
    gives: (o) => o.data.n = null,
  },
  {
    does: "ignores what is in front of the first slash",
    on: configMap,
    patch: [{ op: "add", path: "data/n", value: "1" }],
    gives: (o) => o.n = "1",
  },
  {
    does: "goes on after a test that holds",
    on: configMap,
    patch: [{ op: "test", path: "/data", value: { k: "v" } }, { op: "remove", path: "/data" }],
    gives: (o) => delete o.data,
  },
  {
    does: "holds a field that is not there for null in a test",
    on: configMap,
    patch: [{ op: "test", path: "/data/zz", value: null }, { op: "test", path: "/data/zz" }],
    gives: () => {},
  },
  {
    does: "replaces the whole object",
    on: configMap,
    patch: [{
      op: "replace",
      path: "",
      value: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } },
    }],
    gives: (o) => {
      delete o.data;
      o.metadata = { name: "c" };
    },
  },
  {
    does: "takes __proto__ for a key like any other",
    on: configMap,
    patch: [{ op: "add", path: "/data/__proto__", value: "x" }, { op: "test", path: "/data/constructor" }],
    gives: (o) => Object.defineProperty(o.data, "__proto__", { value: "x", enumerable: true }),
  },
  { does: "does nothing for no operations", on: configMap, patch: [], gives: () => {} },
  ...([
    ["a test that fails", { op: "test", path: "/data/k", value: "w" }],
    ["a test of the whole object that fails", { op: "test", path: "", value: {} }],
    ["a removal of what is not there", { op: "remove", path: "/data/zz" }],
    ["a removal whose parent is not there", { op: "remove", path: "/zz/zz" }],
    ["a removal of the whole object", { op: "remove", path: "" }],
    ["an addition whose parent is not there", { op: "add", path: "/zz/zz", value: "1" }],
    ["an addition below a plain value", { op: "add", path: "/data/k/x", value: "1" }],
    ["an addition of the whole object", { op: "add", path: "", value: {} }],
    ["an index beyond the end", { op: "add", path: "/metadata/finalizers/7", value: "x.io/c" }],
    ["an index that is none", { op: "add", path: "/metadata/finalizers/x", value: "x.io/c" }],
    ["a replacement beyond the end", { op: "replace", path: "/metadata/finalizers/2", value: "x.io/c" }],
    ["a removal of the element behind the last", { op: "remove", path: "/metadata/finalizers/-" }],
    ["a move of what is not there", { op: "move", from: "/data/zz", path: "/data/n" }],
    ["a move into itself", { op: "move", from: "/data", path: "/data/n" }],
    ["an object replaced by a plain value", { op: "replace", path: "", value: 3 }],
    ["an unknown operation", { op: "frob", path: "/data/k" }],
    ["no operation", { path: "/data/k" }],
    ["no path", { op: "add", value: "q" }],
    ["null for an operation", null],
  ] as const).map(([what, operation]): PatchCase => ({
    does: `refuses ${what}`,
    on: configMap,
    patch: [operation],
    gives: REJECTED,
  })),
  {
    does: "refuses an object",
    on: configMap,
    patch: { op: "add" },
    gives: {
      code: 400,
      message:
        "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    },
  },
  {
    does: "refuses a number for an operation",
    on: configMap,
    patch: [3],
    gives: {
      code: 400,
      message: "error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp",
    },
  },
];

export const MERGE_PATCHES: readonly PatchCase[] = [
  {
    does: "sets, changes and removes fields",
    on: configMap,
    patch: { metadata: { labels: { a: null, b: "2" } }, data: { k: "w" } },
    gives: (o) => {
      o.metadata.labels = { b: "2" };
      o.data.k = "w";
    },
  },
  {
    does: "replaces lists",
    on: configMap,
    patch: { metadata: { finalizers: ["x.io/z"] } },
    gives: (o) => o.metadata.finalizers = ["x.io/z"],
  },
  {
    does: "removes a whole object",
    on: configMap,
    patch: { data: null, immutable: null },
    gives: (o) => delete o.data,
  },
  {
    does: "leaves nulls out of what it adds",
    on: configMap,
    patch: { binaryData: { x: null, y: "QQ==" } },
    gives: (o) => o.binaryData = { y: "QQ==" },
  },
  {
    does: "takes __proto__ for a key like any other",
    on: configMap,
    patch: JSON.parse('{"data": {"__proto__": "x", "constructor": null}}'),
    gives: (o) => Object.defineProperty(o.data, "__proto__", { value: "x", enumerable: true }),
  },
  {
    does: "refuses a list",
    on: configMap,
    patch: [],
    gives: {
      code: 400,
      message:
        "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
    },
  },
  { does: "refuses null", on: configMap, patch: null, gives: { code: 400, message: "Invalid JSON Patch" } },
];

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
