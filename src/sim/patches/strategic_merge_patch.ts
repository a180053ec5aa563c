import { isJsonObject, type Json, type JsonObject, own, withField, withoutField } from "../json.ts";
import { type Field, fieldsOf, type KindRef, typeOfKind } from "../decoding/field_types.ts";
import { checkOrder, type ListRules, mergeLists, ordered } from "./merge_lists.ts";
import { cannotDecode, goFormat, PatchError } from "./patch_error.ts";

const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const DELETE_FROM = "$deleteFromPrimitiveList";
const SET_ORDER = "$setElementOrder";

/**
 * The API server's strategic merge patch: objects merge; lists merge by the key that the type of the
 * kind names, or are replaced. The document stays as it is; parts that do not change are shared.
 * Throws a PatchError.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function applyStrategicMergePatch(document: Json, patch: Json, kind: KindRef): Json {
  if (patch === null) return document;
  if (!isJsonObject(patch)) throw new PatchError(400, cannotDecode(patch, "map[string]interface {}"));
  return mergeObjects(isJsonObject(document) ? document : {}, patch, typeOfKind(kind));
}

/** `type`: of both; undefined where nothing is known of it. */
function mergeObjects(original: JsonObject, patch: JsonObject, type: string | undefined): JsonObject {
  const directive = own(patch, PATCH);
  if (directive === "replace") return withoutField(patch, PATCH);
  if (directive === "delete") return {};
  if (directive !== undefined) throw unknownDirective(directive, patch);
  let merged = retained(original, patch);
  const done = new Set([RETAIN_KEYS]);
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(SET_ORDER)) continue;
    const name = nameIn(key, "invalid patch format of setElementOrder list");
    const list = orderedList(
      { original: own(merged, name), patch: own(patch, name), order },
      rulesOf(type, name),
    );
    if (list !== undefined) merged = withField(merged, name, list);
    done.add(key).add(name);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (!done.has(key)) merged = mergeEntry(merged, { key, value }, type);
  }
  return merged;
}

function unknownDirective(directive: Json, patch: JsonObject): PatchError {
  return new PatchError(500, `unknown patch type: ${goFormat(directive)} in map: ${goFormat(patch)}`);
}

/** `$setElementOrder/containers` -> `containers`. */
function nameIn(key: string, problem: string): string {
  const slash = key.indexOf("/");
  if (slash === -1) throw new PatchError(400, problem);
  return key.slice(slash + 1);
}

/** What of the original the patch keeps. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = own(patch, RETAIN_KEYS);
  if (keys === undefined) return original;
  const isKept = (key: string) => Array.isArray(keys) && keys.includes(key);
  const isFine = Object.entries(patch).every(([key, value]) =>
    isKept(key) || value === null || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) ||
    key.startsWith(SET_ORDER)
  );
  if (!Array.isArray(keys) || !isFine) throw new PatchError(400, "invalid patch format of retainKeys");
  return Object.fromEntries(Object.entries(original).filter(([key]) => isKept(key)));
}

function mergeEntry(
  original: JsonObject,
  { key, value }: { key: string; value: Json },
  type: string | undefined,
): JsonObject {
  const isDeletion = key.startsWith(DELETE_FROM);
  const name = isDeletion ? nameIn(key, "invalid patch format of primitive list") : key;
  const current = own(original, name);
  if (value === null) return withoutField(original, name);
  if (isDeletion) {
    if (!Array.isArray(current) || !Array.isArray(value)) return original;
    return withField(original, name, current.filter((item) => !value.includes(item)));
  }
  if (isJsonObject(current) && isJsonObject(value)) {
    const field = fieldOf(type, name);
    return withField(
      original,
      name,
      field?.isReplaced ? value : mergeObjects(current, value, field?.type),
    );
  }
  if (Array.isArray(current) && Array.isArray(value)) {
    return withField(original, name, mergeLists(current, value, rulesOf(type, name)));
  }
  const plain = withoutDirectives(value);
  return plain === undefined ? withoutField(original, name) : withField(original, name, plain);
}

/** The list that `$setElementOrder` puts into order; undefined: there is none. */
function orderedList(
  { original, patch, order }: { original: Json | undefined; patch: Json | undefined; order: Json },
  rules: ListRules,
): Json[] | undefined {
  const [wanted, before, changes] = [order, original ?? [], patch ?? []].map((list) => {
    if (Array.isArray(list)) return list;
    throw new PatchError(500, `expected a []interface {}, but received a ${typeof list}`);
  }) as [Json[], Json[], Json[]];
  checkOrder(changes, wanted, rules);
  if (original === undefined && patch === undefined) return undefined;
  if (original === undefined) return ordered(withoutDirectives(changes) as Json[], { wanted, before }, rules);
  const merged = patch === undefined ? before : mergeLists(before, changes, rules);
  return ordered(merged, { wanted, before }, rules);
}

function fieldOf(type: string | undefined, name: string): Field | undefined {
  return type === undefined ? undefined : fieldsOf(type)?.get(name);
}

function rulesOf(type: string | undefined, name: string): ListRules {
  const field = fieldOf(type, name);
  if (type !== undefined && fieldsOf(type) !== undefined && field === undefined) {
    throw new PatchError(
      500,
      `unable to find api field in struct ${type} for the json field ${JSON.stringify(name)}`,
    );
  }
  return {
    mergeKey: field?.mergeKey,
    mergeItems: (original, patch) => mergeObjects(original, patch, field?.type),
    added: withoutDirectives,
    unknownDirective,
  };
}

/** What a patch adds where nothing was: without directives and nulls; undefined: it only takes away. */
function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== null && !key.startsWith("$"))
      .map(([key, item]) => [key, withoutDirectives(item)] as const)
      .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined),
  );
}
