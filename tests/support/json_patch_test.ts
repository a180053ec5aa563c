import assert from "node:assert/strict";
import { applyPatch, type Operation } from "./json_patch.ts";

const APPLIED: readonly [string, { from: unknown; patch: Operation[]; to: unknown }][] = [
  ["a member", { from: { a: 1 }, patch: [{ op: "add", path: "/b", value: 2 }], to: { a: 1, b: 2 } }],
  ["a member that is there", { from: { a: 1 }, patch: [{ op: "add", path: "/a", value: 2 }], to: { a: 2 } }],
  ["an element", { from: [1, 3], patch: [{ op: "add", path: "/1", value: 2 }], to: [1, 2, 3] }],
  ["at the end", { from: { a: [1] }, patch: [{ op: "add", path: "/a/-", value: 2 }], to: { a: [1, 2] } }],
  ["a removal", { from: { a: 1, b: 2 }, patch: [{ op: "remove", path: "/a" }], to: { b: 2 } }],
  ["an element's removal", { from: [1, 2], patch: [{ op: "remove", path: "/0" }], to: [2] }],
  ["a replacement", { from: { a: 1 }, patch: [{ op: "replace", path: "/a", value: [] }], to: { a: [] } }],
  ["escapes", { from: { "a/b~": 1 }, patch: [{ op: "remove", path: "/a~1b~0" }], to: {} }],
];

for (const [what, { from, patch, to }] of APPLIED) {
  Deno.test(`applyPatch() applies ${what}, and leaves its input alone`, () => {
    const before = structuredClone(from);
    assert.deepEqual(applyPatch(from, patch), to);
    assert.deepEqual(from, before);
  });
}

const REFUSED: readonly [string, unknown, Operation][] = [
  ["a parent that is not there", {}, { op: "add", path: "/a/b", value: 1 }],
  ["a parent that is no container", { a: 1 }, { op: "add", path: "/a/b", value: 1 }],
  ["the removal of nothing", {}, { op: "remove", path: "/a" }],
  ["an index past the end", [1], { op: "add", path: "/2", value: 1 }],
  ["an index with a leading zero", [1, 2], { op: "add", path: "/01", value: 1 }],
  ["a pointer without a slash", { a: 1 }, { op: "remove", path: "a" }],
  ["an operation without a value", {}, { op: "add", path: "/a" }],
  ["an unknown operation", {}, { op: "merge", path: "/a", value: 1 }],
];

for (const [what, from, operation] of REFUSED) {
  Deno.test(`applyPatch() refuses ${what}`, () => {
    assert.throws(() => applyPatch(from, [operation]));
  });
}
