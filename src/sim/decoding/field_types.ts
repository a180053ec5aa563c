import table from "./field_types.json" with { type: "json" };

/**
 * The types of the API, as the OpenAPI of a real API server has them: `tests/e2e/kubectl/field_types.ts`
 * makes the file. A type is the list of its fields; a field is its name and what it holds: `name` a text,
 * `name:T` a T, which is another type or a `Scalar`, `name:T[]` a list, `name:T{}` a map, `name:*` what
 * nothing is known of. How a strategic merge patch changes it: `T[key]` merges by that key, `[+]` as a set,
 * `T!` replaces; other objects merge, other lists are replaced.
 */
export interface FieldTypes {
  /** `apps/v1/Deployment` -> its type. */
  readonly roots: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, string>>;
}

/** `bytes`: a text in base64; `*`: anything. */
export type Scalar =
  | "string"
  | "bool"
  | "int32"
  | "int64"
  | "intOrString"
  | "quantity"
  | "time"
  | "microTime"
  | "bytes"
  | "*";

export interface Field {
  /** Of the value, or of each element of a list or map: the name of another type, or a `Scalar`. */
  readonly type: string;
  readonly form: "one" | "list" | "map";
  /** Of a list that merges: the key of its elements, or `+`: they are plain values. */
  readonly mergeKey: string | undefined;
  readonly isReplaced: boolean;
}

export type Fields = ReadonlyMap<string, Field>;

export interface KindRef {
  readonly apiVersion: string;
  readonly kind: string;
}

const ROOTS = new Map(Object.entries(table.roots));
const TYPES = new Map(Object.entries(table.types));
const parsed = new Map<string, Fields>();

/** Undefined: the kind is none of the built-in ones. */
export function typeOfKind({ apiVersion, kind }: KindRef): string | undefined {
  return ROOTS.get(`${apiVersion}/${kind}`);
}

/** Undefined: there is no such type, or it is a `Scalar`. */
export function fieldsOf(type: string): Fields | undefined {
  const known = parsed.get(type);
  const text = TYPES.get(type);
  if (known !== undefined || text === undefined) return known;
  const fields = new Map(text.split(" ").map(parseField));
  parsed.set(type, fields);
  return fields;
}

function parseField(text: string): [string, Field] {
  const [, name, type, list, mark] = /^(\w+):?(\w*|\*)(?:\[([\w+]*)\])?(\{\}|!)?$/.exec(text)!;
  return [name!, {
    type: type || "string",
    form: list !== undefined ? "list" : mark === "{}" ? "map" : "one",
    mergeKey: list || undefined,
    isReplaced: mark === "!",
  }];
}
