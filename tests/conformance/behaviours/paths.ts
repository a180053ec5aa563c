import assert from "node:assert/strict";
import type { Behaviour } from "../api.ts";
import { notFound, ok, refused } from "../expect.ts";
import { configMap, workload } from "../objects.ts";
import { resource } from "../resource.ts";

const NOT_SERVED = {
  code: 404,
  reason: "NotFound",
  message: "the server could not find the requested resource",
  details: {},
} as const;

const NOT_ALLOWED = {
  code: 405,
  reason: "MethodNotAllowed",
  message: "the server does not allow this method on the requested resource",
  details: {},
} as const;

export const PATHS: readonly Behaviour[] = [
  {
    name: "get of an object that is not there: 404, with the group where there is one",
    async run(api) {
      notFound(await resource(api, "configmaps").get("a"), "configmaps", "a");
      notFound(await resource(api, "deployments").get("a"), "deployments.apps", "a");
      notFound(await api.request("GET", `/api/v1/nodes/${api.namespace}`), "nodes", api.namespace);
    },
  },
  {
    name: "a resource that is not served: 404 of a Status; a group that is not served: 404 of plain text",
    async run(api) {
      refused(await api.request("GET", `/api/v1/namespaces/${api.namespace}/gadgets`), NOT_SERVED);
      refused(await api.request("GET", `/apis/apps/v1/namespaces/${api.namespace}/gadgets/a`), NOT_SERVED);
      refused(await api.request("GET", "/apis/apps/v9/deployments"), NOT_SERVED);
      for (const path of ["/apis/example.io/v1/gadgets", "/gadgets"]) {
        const { status, body } = await api.request("GET", path);
        assert.deepEqual([path, status, body], [path, 404, "404 page not found\n"]);
      }
    },
  },
  {
    name: "a method that a path does not have: 405",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      refused(await api.request("POST", maps.path("a"), { body: configMap("a") }), NOT_ALLOWED);
      refused(await api.request("PUT", maps.path(), { body: configMap("a") }), NOT_ALLOWED);
      refused(await resource(api, "pods").get("a", "eviction"), NOT_ALLOWED);
    },
  },
  {
    name: "update of an object that is not there: 404",
    async run(api) {
      notFound(await resource(api, "configmaps").put(configMap("a")), "configmaps", "a");
      notFound(await resource(api, "deployments").put(workload("Deployment", "a")), "deployments.apps", "a");
    },
  },
  {
    name: "update with another name than the path's: 400",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a")), 201);
      refused(await api.request("PUT", maps.path("a"), { body: configMap("b") }), {
        code: 400,
        reason: "BadRequest",
        message: "the name of the object (b) does not match the name on the URL (a)",
      });
    },
  },
  {
    name: "query parameters that nobody knows are passed over",
    async run(api) {
      const maps = resource(api, "configmaps");
      ok(await maps.create(configMap("a"), { fieldManager: "somebody", colour: "red" }), 201);
      assert.equal(ok(await maps.list({ colour: "red", pretty: "false" })).kind, "ConfigMapList");
    },
  },
];
