import { canonicalQuantity } from "./canonical_quantity.ts";
import { isScalar, type Scalar, type Shape } from "./shape.ts";
import { mapped } from "./with_defaults.ts";

/** Values that are normal: a pod's spec is often the very object that its template holds. */
const known = new WeakSet<object>();

/** What these values hold is in its normal form: it need not be looked at again. */
export function markNormal<T extends object>(value: T): T {
  known.add(value);
  return value;
}

/**
 * As the API server would write the value back: without nulls, without the zeros that its types do not
 * tell from nothing, quantities and times in their canonical form. What does not change is shared. The
 * value has passed `decode`, or was made by the cluster itself.
 */
export function normalized<T>(shape: Shape, value: T): T {
  return (normal(shape, value) ?? {}) as T;
}

function normal(shape: Shape | undefined, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "object" && known.has(value)) return value;
  if (shape !== undefined && isScalar(shape)) return normalScalar(shape, value);
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return normalList(shape, value);
  return normalObject(shape, value as Readonly<Record<string, unknown>>);
}

function normalList(shape: Shape | undefined, list: readonly unknown[]): readonly unknown[] | undefined {
  const items = shape !== undefined && !isScalar(shape) && "items" in shape ? shape.items : undefined;
  if (items !== undefined && list.length === 0) return undefined;
  if (items === undefined) return list;
  // In a list of texts an empty one has its place.
  const change = items === "string"
    ? (item: unknown) => item ?? ""
    : (item: unknown) => normal(items, item) ?? {};
  return mapped(list, change);
}

function normalObject(
  shape: Shape | undefined,
  object: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined {
  const isMap = shape !== undefined && !isScalar(shape) && "values" in shape;
  const fields = shape !== undefined && !isScalar(shape) && "fields" in shape ? shape.fields : undefined;
  let copy: Record<string, unknown> | undefined;
  for (const key in object) {
    const value = object[key];
    const each = isMap ? normalInMap(shape.values, value) : normal(fields?.[key], value);
    if (each === value) continue;
    copy ??= { ...object };
    if (each === undefined) delete copy[key];
    else copy[key] = each;
  }
  const result = copy ?? object;
  return isMap && Object.keys(result).length === 0 ? undefined : result;
}

/** In a map each key counts, whatever its value; null is the empty text. */
function normalInMap(shape: Shape, value: unknown): unknown {
  if (shape === "string") return value ?? "";
  if (shape === "quantity") return canonicalQuantity((value ?? 0) as string | number);
  return normal(shape, value);
}

function normalScalar(shape: Scalar, value: unknown): unknown {
  switch (shape) {
    case "string":
      return value === "" ? undefined : value;
    case "bool":
      return value === false ? undefined : value;
    case "int32":
    case "int64":
      return value === 0 ? undefined : value;
    case "quantity":
      return canonicalQuantity(value as string | number);
    case "time":
      return IN_SECONDS.test(value as string) ? value : inUtc(value as string, { isMicro: false });
    case "microTime":
      return (value as string).endsWith("Z") ? value : inUtc(value as string, { isMicro: true });
  }
}

const IN_SECONDS = /^[\d-]{10}T[\d:]{8}Z$/;

/** Microseconds are more than a Date holds. */
function inUtc(text: string, { isMicro }: { isMicro: boolean }): string | undefined {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  const seconds = new Date(ms).toISOString().slice(0, 19);
  return `${seconds}${isMicro ? text.slice(19, 26) : ""}Z`;
}
