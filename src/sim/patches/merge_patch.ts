import { isJsonObject, type Json, own } from "../json.ts";
import { cannotDecode, PatchError } from "./patch_error.ts";

/**
 * RFC 7386 for a patch that is an object: the API server takes no other. The document stays as it is;
 * parts that do not change are shared. Throws a PatchError.
 */
export function applyMergePatch(document: Json, patch: Json): Json {
  if (patch === null) throw new PatchError(400, "Invalid JSON Patch");
  if (!isJsonObject(patch)) {
    throw new PatchError(400, `error decoding patch: ${cannotDecode(patch, "map[string]interface {}")}`);
  }
  return merged(document, patch);
}

function merged(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const base = isJsonObject(target) ? target : {};
  const kept = Object.entries(base).filter(([key]) => own(patch, key) !== null);
  const changes = Object.entries(patch)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [key, merged(own(base, key), value)] as const);
  return Object.fromEntries([...kept, ...changes]);
}
