import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { invalid, notFound, ok, refused } from "../expect.ts";
import { configMap } from "../objects.ts";
import { JSON_PATCH, resource } from "../resource.ts";

const type = JSON_PATCH;

const REJECTED = {
  code: 422,
  reason: "Invalid",
  message: "the server rejected our request due to an error in our request",
  details: {},
} as const;

export const PATCH_JSON: readonly Behaviour[] = [
  {
    name: "a JSON patch tests, replaces, adds, removes, copies and moves, in order",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a", { x: "1", y: "2" }, { labels: { l: "1" } })), 201);
      const patch = [
        { op: "test", path: "/data/x", value: "1" },
        { op: "replace", path: "/data/x", value: "9" },
        { op: "add", path: "/metadata/labels/example.io~1m", value: "2" },
        { op: "add", path: "/metadata/annotations", value: { made: "here" } },
        { op: "remove", path: "/data/y" },
        { op: "copy", from: "/data/x", path: "/data/z" },
        { op: "move", from: "/data/z", path: "/data/w" },
      ];
      const { data, metadata } = ok(await maps.patch("a", patch, { type }));
      assert.deepEqual(data, { x: "9", w: "9" });
      assert.deepEqual(metadata.labels, { l: "1", "example.io/m": "2" });
      assert.deepEqual(metadata.annotations, { made: "here" });
    },
  },
  {
    name: "a JSON patch puts elements into a list by index, and at its end with -",
    async run(api) {
      const maps = resource(api, "configmaps");
      const finalizers = ["example.io/a", "example.io/b"];
      ok(await maps.create(configMap("a", {}, { finalizers })), 201);
      const patch = [
        { op: "add", path: "/metadata/finalizers/-", value: "example.io/d" },
        { op: "add", path: "/metadata/finalizers/1", value: "example.io/c" },
        { op: "remove", path: "/metadata/finalizers/0" },
      ];
      const { metadata } = ok(await maps.patch("a", patch, { type }));
      assert.deepEqual(metadata.finalizers, ["example.io/c", "example.io/b", "example.io/d"]);
      const none = [{ op: "remove", path: "/metadata/finalizers" }];
      assert.ok(!("finalizers" in ok(await maps.patch("a", none, { type })).metadata));
    },
  },
  {
    name:
      "a JSON patch whose test fails, or whose path leads nowhere, or that has an unknown op: 422, nothing done",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a", { x: "1" })), 201);
      const change = { op: "replace", path: "/data/x", value: "2" };
      for (
        const bad of [
          { op: "test", path: "/data/x", value: "1" },
          { op: "test", path: "/data/none", value: "1" },
          { op: "remove", path: "/data/none" },
          { op: "add", path: "/metadata/labels/a", value: "1" },
          { op: "invert", path: "/data/x" },
        ]
      ) {
        refused(await maps.patch("a", [change, bad], { type }), REJECTED);
      }
      assert.deepEqual(ok(await maps.get("a")), made);
    },
  },
  {
    name: "a JSON patch that replaces a key that a map does not have adds it",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a", { x: "1" })), 201);
      const patch = [{ op: "replace", path: "/data/y", value: "2" }];
      assert.deepEqual(ok(await maps.patch("a", patch, { type })).data, { x: "1", y: "2" });
    },
  },
  {
    name: "a JSON patch that is no list: 400; one of no operations changes nothing",
    async run(api) {
      const maps = resource(api, "configmaps");
      const made = ok(await maps.create(configMap("a", { x: "1" })), 201);
      const { status, body } = await maps.patch("a", { op: "test" }, { type });
      assert.deepEqual([status, body.reason], [400, "BadRequest"]);
      assert.match(body.message, /^error decoding patch: /);
      assert.deepEqual(ok(await maps.patch("a", [], { type })), made);
    },
  },
  {
    name: "a JSON patch that leaves an invalid object: 422 with the cause; one that renames it: 400",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a", {}, { finalizers: ["example.io/a"] })), 201);
      const bad = [{ op: "replace", path: "/metadata/finalizers/0", value: "plain" }];
      invalid(await maps.patch("a", bad, { type }), ["FieldValueInvalid metadata.finalizers[0]"]);
      refused(await maps.patch("a", [{ op: "replace", path: "/metadata/name", value: "b" }], { type }), {
        code: 400,
        reason: "BadRequest",
        message: "the name of the object (b) does not match the name on the URL (a)",
      });
      ok(await maps.patch("a", [{ op: "remove", path: "/metadata/finalizers" }], { type }));
    },
  },
  {
    name: "a patch of an object that is not there: 404, whatever its type",
    async run(api) {
      const maps = resource(api, "configmaps");
      notFound(await maps.patch("a", [], { type }), "configmaps", "a");
      notFound(await maps.patch("a", {}, { type: "application/merge-patch+json" }), "configmaps", "a");
      notFound(
        await maps.patch("a", {}, { type: "application/strategic-merge-patch+json" }),
        "configmaps",
        "a",
      );
    },
  },
  {
    name: "a patch of a content type that is none of patches: 415",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      refused(await maps.patch("a", {}, { type: "application/json" }), {
        code: 415,
        reason: "UnsupportedMediaType",
        message: "415: Unsupported Media Type",
        details: {},
      });
    },
  },
];
