// deno-lint-ignore no-explicit-any
export type Loose = any;

/** A request to write something, of which it was captured what a real API server answers. */
export interface Case {
  /** What is asked for, in words; unique. */
  readonly name: string;
  /** As in `deployments.apps`. */
  readonly resource: string;
  /** `default`, unless told otherwise; not looked at for what is in no namespace. */
  readonly namespace?: string;
  /** What is created. */
  readonly object: Loose;
  /** Then the request is a PUT of this, in the place of what was created. */
  readonly then?: (created: Loose) => Loose;
  /** Of the PUT. */
  readonly subresource?: "status";
}

export const CONTAINER = { name: "c", image: "nginx" };
export const SELECTOR = { matchLabels: { a: "b" } };

/** Cases of one resource, by name. */
export function cases(resource: string, objects: Readonly<Record<string, Loose>>): Case[] {
  return Object.entries(objects).map(([name, object]) => ({ name: `${resource}: ${name}`, resource, object }));
}

/** Updates of one object, by name. */
export function updates(
  resource: string,
  { of, ...changes }: { of: Loose; readonly [name: string]: Loose },
): Case[] {
  return Object.entries(changes).map(([name, change]) => ({
    name: `${resource} changed: ${name}`,
    resource,
    object: of,
    then: typeof change === "function" ? change : (created) => set(created, change),
  }));
}

/** Updates of the status, by name. */
export function statuses(
  resource: string,
  { of, ...changes }: { of: Loose; readonly [name: string]: Loose },
): Case[] {
  return Object.entries(changes).map(([name, status]) => ({
    name: `${resource} with a status: ${name}`,
    resource,
    object: of,
    then: (created) => ({ ...created, status }),
    subresource: "status",
  }));
}

/** The object with values set at paths such as `spec.containers.0.image`; undefined takes a field away. */
export function set(object: Loose, changes: Readonly<Record<string, Loose>>): Loose {
  const copy = structuredClone(object);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop()!;
    let parent = copy;
    for (const key of keys) parent = parent[key] ??= {};
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}

export function named(fields: Loose = {}): Loose {
  return { metadata: { name: "p" }, ...fields };
}

export function spec(fields: Loose): Loose {
  return named({ spec: fields });
}

export function pod(fields: Loose = {}, metadata: Loose = {}): Loose {
  return { metadata: { name: "p", ...metadata }, spec: { containers: [CONTAINER], ...fields } };
}

/** A pod of one container with these fields. */
export function podOf(container: Loose, fields: Loose = {}): Loose {
  return pod({ ...fields, containers: [{ ...CONTAINER, ...container }] });
}

export function template(fields: Loose = {}, metadata: Loose = {}): Loose {
  return { metadata: { labels: { a: "b" }, ...metadata }, spec: { containers: [CONTAINER], ...fields } };
}

/** A workload of any kind with a selector and a template, and these fields. */
export function workload(fields: Loose = {}): Loose {
  return spec({ selector: SELECTOR, template: template(), ...fields });
}
