import type { Answer, Api, Json, Query } from "./api.ts";

/** Where each resource is served. */
const GROUPS = {
  pods: "/api/v1",
  configmaps: "/api/v1",
  events: "/api/v1",
  deployments: "/apis/apps/v1",
  replicasets: "/apis/apps/v1",
  statefulsets: "/apis/apps/v1",
  poddisruptionbudgets: "/apis/policy/v1",
  leases: "/apis/coordination.k8s.io/v1",
  "events.events.k8s.io": "/apis/events.k8s.io/v1",
} as const;

export type ResourceName = keyof typeof GROUPS;

export const JSON_PATCH = "application/json-patch+json";
export const MERGE_PATCH = "application/merge-patch+json";
export const STRATEGIC_PATCH = "application/strategic-merge-patch+json";

export interface WriteOptions {
  readonly query?: Query;
  /** `status`, `scale`, `eviction` … */
  readonly subresource?: string;
}

export interface PatchOptions extends WriteOptions {
  /** `MERGE_PATCH` unless given. */
  readonly type?: string;
}

/** One resource in the behaviour's namespace. */
export interface Resource {
  path(name?: string, subresource?: string): string;
  create(object: Json, query?: Query): Promise<Answer>;
  get(name: string, subresource?: string): Promise<Answer>;
  list(query?: Query): Promise<Answer>;
  put(object: Json, options?: WriteOptions): Promise<Answer>;
  patch(name: string, patch: Json, options?: PatchOptions): Promise<Answer>;
  /** `body` is DeleteOptions. */
  delete(name: string, options?: { readonly body?: Json; readonly query?: Query }): Promise<Answer>;
  deleteAll(query: Query): Promise<Answer>;
}

export function resource(api: Api, name: ResourceName): Resource {
  return resourceAt(api, `${GROUPS[name]}/namespaces/${api.namespace}/${name.split(".")[0]}`);
}

/** Any resource by the path of its collection. */
export function resourceAt(api: Api, collection: string): Resource {
  const path = (...parts: (string | undefined)[]) =>
    [collection, ...parts].filter((part) => part !== undefined).join("/");
  return {
    path,
    create: (body, query = {}) => api.request("POST", collection, { body, query }),
    get: (object, subresource) => api.request("GET", path(object, subresource)),
    list: (query = {}) => api.request("GET", collection, { query }),
    put: (body, { query = {}, subresource } = {}) =>
      api.request("PUT", path(body.metadata.name, subresource), { body, query }),
    patch: (object, body, { type = MERGE_PATCH, query = {}, subresource } = {}) =>
      api.request("PATCH", path(object, subresource), { body, query, contentType: type }),
    delete: (object, options = {}) => api.request("DELETE", path(object), options),
    deleteAll: (query) => api.request("DELETE", collection, { query }),
  };
}
