/**
 * The form of a JSON value, named as in the API's Go types: `*int32` is a pointer, which can hold a zero;
 * a plain `int32` of zero is the same as none, and so are an empty text, list and map.
 */
export type Shape = Scalar | StructShape | ListShape | MapShape;

export type Scalar =
  | "string"
  | "bool"
  | "int32"
  | "int64"
  | "*string"
  | "*bool"
  | "*int32"
  | "*int64"
  | "intOrString"
  | "quantity"
  | "time"
  | "microTime"
  /** In base64. */
  | "bytes";

export interface StructShape {
  readonly name: string;
  /** Those that the embedded server reads; others are taken as they come. */
  readonly fields: Readonly<Record<string, Shape>>;
}

export interface ListShape {
  readonly items: Shape;
}

export interface MapShape {
  readonly values: Shape;
  readonly name?: string;
}

export function struct(name: string, fields: StructShape["fields"]): StructShape {
  // Without a prototype: `constructor` is a field that it does not have.
  return { name, fields: Object.assign(Object.create(null), fields) };
}

export function list(items: Shape): ListShape {
  return { items };
}

export function map(values: Shape, name?: string): MapShape {
  return { values, ...(name === undefined ? {} : { name }) };
}

export const STRINGS = list("string");
export const STRING_MAP = map("string");

export function isScalar(shape: Shape): shape is Scalar {
  return typeof shape === "string";
}

/** What Go calls the type: `[]v1.Container`, `map[string]string`. */
export function goTypeOf(shape: Shape): string {
  if (isScalar(shape)) return shape === "bytes" ? "[]uint8" : SCALARS[shape] ?? shape.replace("*", "");
  if ("items" in shape) return `[]${goTypeOf(shape.items)}`;
  if ("values" in shape) {
    return shape.name === undefined ? `map[string]${goTypeOf(shape.values)}` : `v1.${shape.name}`;
  }
  return `v1.${shape.name}`;
}

const SCALARS: Partial<Record<Scalar, string>> = { intOrString: "int32", time: "string", microTime: "string" };
