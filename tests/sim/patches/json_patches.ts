import { configMap, deployment } from "./objects.ts";
import type { PatchCase, Refusal } from "./patch_case.ts";

const REJECTED: Refusal = {
  code: 422,
  message: "the server rejected our request due to an error in our request",
};

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
