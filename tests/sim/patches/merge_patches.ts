import { configMap } from "./objects.ts";
import type { PatchCase } from "./patch_case.ts";

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
