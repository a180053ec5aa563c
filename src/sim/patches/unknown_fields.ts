import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { fieldsOf, type KindRef, typeOfKind } from "./field_types.ts";

export interface KnownPart {
  /** What the kind knows of it; the same object where that is all. */
  readonly object: JsonObject;
  /** The paths of the rest, in the document's order: `spec.template.spec.containers[0].imag`. */
  readonly unknown: readonly string[];
}

/**
 * The API server drops fields that a kind does not have. With `fieldValidation=Strict`, which is what
 * `kubectl` sends, it refuses them instead; otherwise it warns of them. A kind that is not built in is
 * taken as it is.
 */
export function knownPart(object: JsonObject, kind: KindRef): KnownPart {
  const unknown: string[] = [];
  return { object: known(object, { type: typeOfKind(kind), path: "", unknown }) as JsonObject, unknown };
}

interface Place {
  /** Undefined: nothing is known of it. */
  readonly type: string | undefined;
  readonly path: string;
  readonly unknown: string[];
}

/** The value without what is unknown; shared where nothing is. */
function known(value: Json, { type, path, unknown }: Place): Json {
  const fields = type === undefined ? undefined : fieldsOf(type);
  if (fields === undefined) return value;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => known(item, { type, path: `${path}[${index}]`, unknown }));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).flatMap(([name, each]) => {
    const field = fields.get(name);
    const inner = path === "" ? name : `${path}.${name}`;
    if (field === undefined) unknown.push(inner);
    return field === undefined
      ? []
      : [[name, known(each, { type: field.type, path: inner, unknown })] as const];
  });
  const isSame = entries.length === Object.keys(value).length &&
    entries.every(([name, each]) => each === value[name]);
  return isSame ? value : Object.fromEntries(entries);
}
