import { ApiFailure, badRequest, expired, invalid } from "../api/failure.ts";
import type { Storage } from "../api/storage.ts";
import { EVENTS, type ResourceType } from "../resources.ts";

/** The version that a query names, as a number; undefined: none. */
export function versionOf(query: URLSearchParams): number | undefined {
  const text = query.get("resourceVersion") ?? "";
  if (text === "") return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
  return Number(text);
}

/** The moment that a list asks for; undefined: now. */
export function checkVersion(
  storage: Storage,
  { type, query }: { type: ResourceType; query: URLSearchParams },
): number | undefined {
  const version = versionOf(query);
  const match = query.get("resourceVersionMatch") ?? "";
  if (match !== "" && version === undefined) {
    throw wrong("resourceVersionMatch", "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (match === "Exact" && version === 0) {
    throw wrong("resourceVersionMatch", 'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  if (version === undefined || version === 0) return undefined;
  if (version > storage.revision) throw tooLarge(version, storage.revision);
  if (match !== "Exact") return undefined;
  if (storage.since(type, version) === undefined) {
    throw expired("The resourceVersion for the provided list is too old.");
  }
  return version;
}

function wrong(field: string, message: string): ApiFailure {
  return invalid({ ...EVENTS, group: "meta.k8s.io", kind: "ListOptions" }, { name: "", causes: [{ field, message }] });
}

function tooLarge(asked: number, current: number): ApiFailure {
  return new ApiFailure({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: { causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }], retryAfterSeconds: 1 },
  });
}
