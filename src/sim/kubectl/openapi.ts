import type { Json } from "../json.ts";
import type { DiscoveredResource, Document } from "./discovery.ts";

/** What `kubectl` asks for in front of a body of `/openapi/v2`. */
const PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

export interface OpenApiDocument {
  readonly contentType: string;
  /** JSON, or bytes. */
  readonly body: Json | Uint8Array<ArrayBuffer>;
}

/**
 * As much OpenAPI as `kubectl` needs; undefined: the path is of something else.
 *
 * `kubectl` looks whether the PATCH of a kind takes `fieldValidation`, and then leaves validation to the
 * server. The documents do not say which patches there are: so `kubectl apply` makes its strategic merge
 * patches from the types that it has built in. A `v1` List is the one thing that it validates itself, with
 * `/openapi/v2`: no bytes are a document without types there, in which it finds nothing to object to.
 */
export function openApiFor(
  path: string,
  resources: readonly DiscoveredResource[],
): OpenApiDocument | undefined {
  if (path === "/openapi/v2") return { contentType: PROTOBUF, body: new Uint8Array() };
  if (path === "/openapi/v3") return json({ paths: indexOf(resources) });
  const own = resources.filter((resource) => path === `/openapi/v3/${rootOf(resource)}`);
  if (own.length === 0) return undefined;
  return json({
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "1.36" },
    paths: Object.fromEntries(own.map((resource) => [pathOf(resource), { patch: patchOf(resource) }])),
  });
}

function json(body: Json): Document {
  return { contentType: "application/json", body };
}

function indexOf(resources: readonly DiscoveredResource[]): Json {
  const roots = new Set(resources.map(rootOf));
  return Object.fromEntries([...roots].map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}` }]));
}

/** `api/v1`, `apis/apps/v1` */
function rootOf({ group, version }: DiscoveredResource): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

function pathOf(resource: DiscoveredResource): string {
  const namespace = resource.namespaced ? "namespaces/{namespace}/" : "";
  return `/${rootOf(resource)}/${namespace}${resource.plural}/{name}`;
}

function patchOf({ group, version, kind }: DiscoveredResource): Json {
  const parameters = ["dryRun", "fieldManager", "fieldValidation"]
    .map((name) => ({ name, in: "query", schema: { type: "string" } }));
  return { parameters, "x-kubernetes-group-version-kind": { group, version, kind } };
}
