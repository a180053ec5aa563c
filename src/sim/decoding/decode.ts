import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Field, type Fields, fieldsOf, type KindRef, typeOfKind } from "./field_types.ts";
import { goTypeOf, readProblem, WRONG_TYPE } from "./scalars.ts";

/** What a client sent, as the API server reads it. */
export interface Decoded {
  /** What the kind knows of it; the same object where that is all. */
  readonly object: JsonObject;
  /** The paths of the rest, in the document's order: `spec.template.spec.containers[0].imag`. */
  readonly unknown: readonly string[];
  /** Why it cannot be read, in the API server's words: another kind, a wrong type, a time that is none. */
  readonly problem: string | undefined;
}

/**
 * Reads an object as one of this kind: then all fields have the types that they should have. What says
 * neither kind nor version is of the kind that is expected. `before`: an object that has been read, which
 * this one was made of: what they share is not looked at again.
 */
export function decode(object: JsonObject, expected: KindRef, before?: object): Decoded {
  const ofKind = kindProblem(object, expected);
  const reader = new Reader();
  const place = { type: typeOfKind(expected)!, struct: "", path: "", before: before as JsonObject | undefined };
  const known = reader.read(object, place) as JsonObject;
  return { object: known, unknown: reader.unknown, problem: ofKind ?? reader.problem };
}

function kindProblem(object: JsonObject, expected: KindRef): string | undefined {
  const given = kindIn(object, expected);
  if (given.kind === expected.kind && given.apiVersion === expected.apiVersion) return undefined;
  if (typeOfKind(given) === undefined) {
    const { kind, apiVersion } = given;
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`;
  }
  const [, group = ""] = expected.apiVersion.split("/").reverse();
  const internal = `${group === "" ? "core" : group.split(".")[0]}.${expected.kind}`;
  return `converting (${versionIn(given)}.${given.kind}) to (${internal}): unknown conversion`;
}

/** How the API server says that it does not take an object for this reason. */
export function cannotHandle(object: JsonObject, expected: KindRef, why: string): string {
  const given = kindIn(object, expected);
  return `${given.kind} in version "${versionIn(given)}" cannot be handled as a ${expected.kind}: ${why}`;
}

function kindIn({ kind, apiVersion }: JsonObject, expected: KindRef): KindRef {
  return { kind: String(kind ?? expected.kind), apiVersion: String(apiVersion ?? expected.apiVersion) };
}

function versionIn({ apiVersion }: KindRef): string {
  return apiVersion.split("/").at(-1)!;
}

/** Where a value is: the struct around it, and the way to it, with the indexes of lists. */
interface Place {
  /** Of the value. */
  readonly type: string;
  readonly struct: string;
  readonly path: string;
  /** What was there before; undefined: nothing. */
  readonly before: Json | undefined;
}

/** Keeps the first problem. A text that a type's own decoder refuses comes before all wrong types. */
class Reader {
  readonly unknown: string[] = [];
  #wrongType: string | undefined;
  #unreadable: string | undefined;

  get problem(): string | undefined {
    return this.#unreadable ?? this.#wrongType;
  }

  /** The value without what is unknown in it; the value itself where nothing is. */
  read(value: Json, place: Place): Json {
    if (value === null || value === place.before) return value;
    const fields = fieldsOf(place.type);
    if (fields === undefined) {
      this.#readScalar(value, place);
      return value;
    }
    if (isJsonObject(value)) return this.#readStruct(value, place, fields);
    this.#wrong(value, goTypeOf(place.type), place);
    return value;
  }

  #readStruct(object: JsonObject, { type, path, before }: Place, fields: Fields): JsonObject {
    return mapped(object, (name, value) => {
      const inner = path === "" ? name : `${path}.${name}`;
      const field = fields.get(name);
      if (field !== undefined) {
        return this.#readField(value, field, {
          type: field.type,
          struct: type,
          path: inner,
          before: isJsonObject(before) ? before[name] : undefined,
        });
      }
      this.unknown.push(inner);
      return undefined;
    });
  }

  #readField(value: Json, { form }: Field, place: Place): Json {
    if (form === "one" || value === null || value === place.before) return this.read(value, place);
    const { before } = place;
    if (form === "map") {
      const was = isJsonObject(before) ? before : {};
      if (isJsonObject(value)) {
        return mapped(value, (key, each) => this.read(each, { ...place, before: was[key] }));
      }
      this.#wrong(
        value,
        place.type === "quantity" ? "v1.ResourceList" : `map[string]${goTypeOf(place.type)}`,
        place,
      );
      return value;
    }
    if (!Array.isArray(value)) {
      this.#wrong(value, `[]${goTypeOf(place.type)}`, place);
      return value;
    }
    const was = Array.isArray(before) ? before : [];
    const items = value.map((each, i) =>
      this.read(each, { ...place, path: `${place.path}[${i}]`, before: was[i] })
    );
    return items.every((item, i) => item === value[i]) ? value : items;
  }

  #readScalar(value: Json, place: Place): void {
    const problem = readProblem(place.type, value);
    if (problem === WRONG_TYPE) this.#wrong(value, goTypeOf(place.type), place);
    else this.#unreadable ??= problem;
  }

  #wrong(value: Json, goType: string, { struct, path }: Place): void {
    const found = jsonTypeOf(value, goType);
    const field = `${struct.split("_").at(-1)}.${path.replaceAll(/\[\d+\]/g, "")}`;
    this.#wrongType ??= `json: cannot unmarshal ${found} into Go struct field ${field} of type ${goType}`;
  }
}

/** The object with its values changed, and without those that become undefined; shared where nothing changes. */
function mapped(object: JsonObject, change: (key: string, value: Json) => Json | undefined): JsonObject {
  let copy: JsonObject | undefined;
  for (const [key, value] of Object.entries(object)) {
    const each = change(key, value);
    if (each === value) continue;
    copy ??= { ...object };
    if (each === undefined) delete copy[key];
    else copy[key] = each;
  }
  return copy ?? object;
}

function jsonTypeOf(value: Json, goType: string): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return goType.startsWith("int") ? `number ${value}` : "number";
  return typeof value === "boolean" ? "bool" : typeof value;
}
