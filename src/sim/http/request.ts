import type { KindRef } from "../decoding/field_types.ts";
import type { ObjectRef } from "../objects.ts";
import { apiVersionOf, RESOURCES, type ResourceType, type Subresource } from "../resources.ts";

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
  readonly subresource: Subresource | undefined;
}

/** A request for what its path names. */
export interface Call {
  readonly target: Target;
  readonly request: ApiRequest;
  /** Takes what is to be told to the client, although nothing is refused. */
  readonly warn: (text: string) => void;
}

/** `/api/v1/namespaces/a/pods/b/eviction` -> its parts; undefined: nothing of that kind is served. */
export function targetOf(path: string): Target | undefined {
  const [{ group, version }, ...rest] = partsOf(path);
  const find = (plural: string | undefined) =>
    RESOURCES.find((type) => type.group === group && type.version === version && type.plural === plural);
  const isNamespaced = rest[0] === "namespaces" && rest.length > 2 && find(rest[2]) !== undefined;
  const [namespace, plural, name, part, ...more] = isNamespaced ? rest.slice(1) : [undefined, ...rest];
  const type = find(plural);
  if (type === undefined || more.length > 0) return undefined;
  // What is in namespaces is named with its own; lists of all of them are the only exception.
  if (isNamespaced ? !type.namespaced : type.namespaced && name !== undefined) return undefined;
  const subresource = type.subresources.find((each) => each.name === part);
  return part === undefined || subresource !== undefined ? { type, namespace, name, subresource } : undefined;
}

/** Whether a path is below a group that is served. */
export function isInGroup(path: string): boolean {
  const [{ group }] = partsOf(path);
  return RESOURCES.some((type) => type.group === group);
}

function partsOf(path: string): [{ group: string | undefined; version: string | undefined }, ...string[]] {
  const [root, ...parts] = path.split("/").filter((part) => part !== "").map(decoded);
  if (root === "api") return [{ group: "", version: parts[0] }, ...parts.slice(1)];
  return [
    root === "apis" ? { group: parts[0], version: parts[1] } : { group: undefined, version: undefined },
    ...parts.slice(2),
  ];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // No name has a percent sign: what is no escape will not be found.
    if (error instanceof URIError) return part;
    throw error;
  }
}

/** The one object that a target names. */
export function refOf({ namespace, name }: Target): ObjectRef {
  return { namespace, name: name! };
}

/** What the body of a write to this target is. */
export function kindOf({ type, subresource }: Pick<Target, "type" | "subresource">): KindRef {
  if (subresource === undefined) return { kind: type.kind, apiVersion: apiVersionOf(type) };
  const { kind, group = type.group, version = type.version } = subresource;
  return { kind, apiVersion: apiVersionOf({ group, version }) };
}
