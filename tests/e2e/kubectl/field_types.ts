import { sharedCluster } from "../support/scene.ts";
import { RealApi } from "./real_api.ts";
import { RESOURCES } from "../../../src/sim/resources.ts";
import type { FieldTypes } from "../../../src/sim/decoding/field_types.ts";

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; version: string; kind: string }[];
}

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Kinds that are no resources of their own, but the body of a subresource. */
const BODIES = ["v1/Binding", "v1/DeleteOptions", "policy/v1/Eviction", "autoscaling/v1/Scale"];

/** The documents of a real API server that `fieldTypesOf` reads. */
export const DOCUMENTS = [...new Set([...RESOURCES.map(documentOf), "apis/autoscaling/v1"])];

function documentOf({ group, version }: { group: string; version: string }): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

/**
 * What `src/sim/decoding/field_types.json` holds, out of the OpenAPI of a real API server: all types
 * that the kinds of the embedded one are made of. `patches_test.ts` says when it has to be made again.
 */
export function fieldTypesOf(documents: readonly OpenApi[]): FieldTypes {
  const schemas = new Map(documents.flatMap(({ components }) => Object.entries(components.schemas)));
  const names = shortNames(schemas.keys());
  const types: Record<string, string> = {};
  const roots: Record<string, string> = {};
  const typeOf = (schema: Schema): string => {
    const full = referenceOf(schema);
    const found = full === undefined ? schema : schemas.get(full)!;
    const { properties } = found;
    const name = full === undefined ? "" : names.get(full)!;
    if (properties === undefined) return SCALARS[name] ?? scalarOf(found);
    if (types[name] === undefined) {
      types[name] = "";
      types[name] = Object.entries(properties).map(([field, each]) => fieldOf(field, each, typeOf)).join(" ");
    }
    return name;
  };
  const wanted = new Set([
    ...RESOURCES.map(({ group, version, kind }) => keyOf({ group, version, kind })),
    ...BODIES,
  ]);
  for (const [full, schema] of schemas) {
    for (const kind of schema["x-kubernetes-group-version-kind"] ?? []) {
      if (wanted.has(keyOf(kind))) {
        roots[keyOf(kind)] = typeOf({ $ref: full });
      }
    }
  }
  return { roots: sorted(roots), types: sorted(types) };
}

/** Types of plain values that their schemas do not tell from others. */
const SCALARS: Readonly<Record<string, string>> = {
  Quantity: "quantity",
  IntOrString: "intOrString",
  MicroTime: "microTime",
};

/** Empty: a text; a star: what nothing is known of. */
function scalarOf({ type, format }: Schema): string {
  if (type === "integer") return format!;
  if (type === "boolean") return "bool";
  if (type === "string") return { "byte": "bytes", "date-time": "time" }[format ?? ""] ?? "";
  return "*";
}

function keyOf({ group, version, kind }: { group: string; version: string; kind: string }): string {
  return [...group === "" ? [] : [group], version, kind].join("/");
}

function referenceOf(schema: Schema): string | undefined {
  return [schema, ...schema.allOf ?? []].find(({ $ref }) => $ref !== undefined)?.$ref?.split("/").at(-1);
}

/** `io.k8s.api.core.v1.PodSpec` -> `PodSpec`; where two would have the same one, with its group. */
function shortNames(fullNames: Iterable<string>): Map<string, string> {
  const all = [...fullNames];
  const last = (full: string) => full.split(".").at(-1)!;
  return new Map(all.map((full) => {
    const isAlone = all.filter((other) => last(other) === last(full)).length === 1;
    return [full, isAlone ? last(full) : full.split(".").slice(-3).join("_")];
  }));
}

function fieldOf(name: string, schema: Schema, typeOf: (schema: Schema) => string): string {
  const strategies = (schema["x-kubernetes-patch-strategy"] ?? "").split(",");
  const mergeKey = schema["x-kubernetes-patch-merge-key"] ?? "+";
  if (schema.type === "array") {
    return `${name}:${typeOf(schema.items!)}[${strategies.includes("merge") ? mergeKey : ""}]`;
  }
  if (typeof schema.additionalProperties === "object") {
    return `${name}:${typeOf(schema.additionalProperties)}{}`;
  }
  const type = typeOf(schema);
  if (type === "") return name;
  return `${name}:${type}${strategies.includes("replace") ? "!" : ""}`;
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => a < b ? -1 : 1));
}

// SPOTALIS_E2E_DIR=DIR deno run -A tests/e2e/kubectl/field_types.ts > src/sim/decoding/field_types.json
if (import.meta.main) {
  using api = await RealApi.of(sharedCluster());
  const documents = await Promise.all(DOCUMENTS.map((document) => api.get(`/openapi/v3/${document}`)));
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(fieldTypesOf(documents), null, 2)}\n`));
}
