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
