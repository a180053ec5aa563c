/** A parsed JSON object of unknown shape. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at `key`, or an empty one where there is none. Own properties only: input is a stranger's. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return isObject(value) ? value : {};
}

export function listAt(parent: JsonObject, key: string): readonly unknown[] {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return Array.isArray(value) ? value : [];
}

export function textAt(parent: JsonObject, key: string): string | undefined {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return typeof value === "string" ? value : undefined;
}

export function numberAt(parent: JsonObject, key: string): number | undefined {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return typeof value === "number" ? value : undefined;
}
