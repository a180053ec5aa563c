import { isObject, type JsonObject } from "./json.ts";
import { TERMS_PATH } from "./node_affinity.ts";

/** Whether a pod has the shape that the API gives it, as far as a placement touches it; else no patch would fit. */
export function isPodShaped(pod: JsonObject): boolean {
  const { metadata, spec } = pod;
  if (!isObject(metadata) || !isObject(spec)) return false;
  const maps = [metadata["labels"], metadata["annotations"], spec["nodeSelector"]];
  return maps.every(isObjectOrAbsent) && isListOf(spec["tolerations"], isObject) && hasShapedAffinity(spec);
}

function hasShapedAffinity(spec: JsonObject): boolean {
  let parent = spec;
  for (const name of TERMS_PATH.slice(0, -1)) {
    const child = parent[name];
    if (!isObject(child)) return isAbsent(child);
    parent = child;
  }
  return isListOf(parent["nodeSelectorTerms"], isShapedTerm);
}

function isShapedTerm(term: unknown): boolean {
  return isObject(term) && isListOf(term["matchExpressions"], isObject) &&
    isListOf(term["matchFields"], isObject);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return isAbsent(value) || (Array.isArray(value) && value.every(isItem));
}

function isObjectOrAbsent(value: unknown): boolean {
  return isAbsent(value) || isObject(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
