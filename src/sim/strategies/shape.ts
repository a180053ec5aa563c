/**
 * What there is to normalize in a JSON value, by its type in Go: a plain `int32` of zero is the same as none,
 * and so are an empty text, list and map. What a shape does not tell of stays as it is, zero or not: such as
 * a pointer.
 */
export type Shape = Scalar | StructShape | ListShape | MapShape;

export type Scalar = "string" | "bool" | "int32" | "int64" | "quantity" | "time" | "microTime";

export interface StructShape {
  readonly fields: Readonly<Record<string, Shape>>;
}

export interface ListShape {
  readonly items: Shape;
}

export interface MapShape {
  readonly values: Shape;
}

export function struct(fields: StructShape["fields"]): StructShape {
  // Without a prototype: `constructor` is a field that it does not have.
  return { fields: Object.assign(Object.create(null), fields) };
}

export function list(items: Shape): ListShape {
  return { items };
}

export function map(values: Shape): MapShape {
  return { values };
}

export const STRINGS = list("string");
export const STRING_MAP = map("string");

export function isScalar(shape: Shape): shape is Scalar {
  return typeof shape === "string";
}
