import { badRequest } from "../api/failure.ts";
import type { ObjectRef } from "../objects.ts";
import { RESOURCES, type ResourceType } from "../resources.ts";

/** A request as the API server reads it, whether it came over a socket or from the same process. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** The whole body; empty where there is none. */
  readonly body: () => Promise<string>;
}

/** What a path names. */
export interface Target {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  /** Undefined: the collection. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** `/api/v1/namespaces/a/pods/b/eviction` -> its parts; undefined: nothing of that kind is served. */
export function targetOf(path: string): Target | undefined {
  const parts = path.split("/").filter((part) => part !== "").map(decodeURIComponent);
  const isCore = parts[0] === "api";
  if (!isCore && parts[0] !== "apis") return undefined;
  const [group, version, ...rest] = isCore ? ["", ...parts.slice(1)] : parts.slice(1);
  const isNamespaced = rest[0] === "namespaces" && rest.length > 2 && findType({ group, version }, rest[2]!) !== undefined;
  const [namespace, plural, name, subresource] = isNamespaced ? rest.slice(1) : [undefined, ...rest];
  const type = findType({ group, version }, plural);
  if (type === undefined || (isNamespaced && !type.namespaced)) return undefined;
  return { type, namespace, name, subresource };
}

function findType(
  { group, version }: { group: string | undefined; version: string | undefined },
  plural: string | undefined,
): ResourceType | undefined {
  return RESOURCES.find((type) => type.group === group && type.version === version && type.plural === plural);
}

/** The one object that a target names. */
export function refOf({ namespace, name }: Target): ObjectRef {
  return { namespace, name: name! };
}

/** The body as an object of JSON. */
export async function readObject(request: ApiRequest): Promise<Record<string, unknown>> {
  const text = await request.body();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`the object provided is unrecognized (must be of type JSON): ${error.message}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw badRequest("the object provided is unrecognized (must be an object)");
  }
  return parsed as Record<string, unknown>;
}
