/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What an object of a stranger's holds itself: `__proto__` and `constructor` are keys like any other. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A copy with one field set; the other values are shared. */
export function withField(object: JsonObject, key: string, value: Json): JsonObject {
  return { ...object, [key]: value };
}

/** A copy without one field; the other values are shared. */
export function withoutField(object: JsonObject, key: string): JsonObject {
  const { [key]: _, ...rest } = object;
  return rest;
}

/** A copy without anything that is null, at any depth. */
export function withoutNulls(object: JsonObject): JsonObject {
  const entries = Object.entries(object).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, cleared(value)]));
}

function cleared(value: Json): Json {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(cleared);
  return isJsonObject(value) ? withoutNulls(value) : value;
}
