import { isJsonObject, type Json, type JsonObject, own } from "../json.ts";
import { goFormat, PatchError } from "./patch_error.ts";

/** How the lists of one field merge. */
export interface ListRules {
  /** What tells elements apart; `+`: they are plain values; undefined: the list is replaced as a whole. */
  readonly mergeKey: string | undefined;
  readonly mergeItems: (original: JsonObject, patch: JsonObject) => JsonObject;
  /** What a patch's element adds where there is none of its key. */
  readonly added: (item: Json) => Json | undefined;
  readonly unknownDirective: (directive: Json, item: JsonObject) => PatchError;
}

export function mergeLists(original: Json[], patch: Json[], rules: ListRules): Json[] {
  const { mergeKey } = rules;
  if (mergeKey === undefined) return patch;
  if (original.length === 0 && patch.length === 0) return original;
  checkElements(original, patch, mergeKey);
  if (mergeKey === "+") {
    return ordered([...new Set([...original, ...patch])], { wanted: patch, before: original }, rules);
  }
  const { before, changes } = afterDirectives(original as JsonObject[], patch as JsonObject[], {
    ...rules,
    mergeKey,
  });
  const merged: Json[] = [...before];
  for (const change of changes) {
    const key = requiredKey(change, mergeKey);
    const index = merged.findIndex((item) => keyOf(item, mergeKey) === key);
    if (index === -1) merged.push(rules.added(change)!);
    else merged[index] = rules.mergeItems(merged[index] as JsonObject, change);
  }
  return ordered(merged, { wanted: changes, before }, rules);
}

function checkElements(original: Json[], patch: Json[], mergeKey: string): void {
  const isElement = mergeKey === "+" ? (item: Json) => typeof item !== "object" : isJsonObject;
  if (![...original, ...patch].every(isElement)) {
    throw new PatchError(
      500,
      `list element types are not identical: [${goFormat(original)} ${goFormat(patch)}]`,
    );
  }
}

/** Carries out the `$patch` of elements: what is left of the original, and the elements that are none. */
function afterDirectives(
  original: JsonObject[],
  patch: JsonObject[],
  { mergeKey, unknownDirective }: ListRules & { mergeKey: string },
): { before: JsonObject[]; changes: JsonObject[] } {
  const changes = patch.filter((item) => !Object.hasOwn(item, "$patch"));
  let before = original;
  let isReplaced = false;
  for (const item of patch) {
    const directive = own(item, "$patch");
    if (directive === undefined) continue;
    if (directive === "replace") isReplaced = true;
    else if (directive === "delete") {
      const key = requiredKey(item, mergeKey);
      before = before.filter((each) => keyOf(each, mergeKey) !== key);
    } else if (directive === "merge") {
      throw new PatchError(500, "merging lists cannot yet be specified in the patch");
    } else throw unknownDirective(directive, item);
  }
  return isReplaced ? { before: changes, changes: [] } : { before, changes };
}

/**
 * The items that `wanted` names in its order, the others in the order that they had before. Where the
 * order before does not say which of the two comes first, the wanted one does.
 */
export function ordered(
  items: Json[],
  { wanted, before }: { wanted: Json[]; before: Json[] },
  { mergeKey }: ListRules,
): Json[] {
  const placesIn = (list: Json[]) =>
    new Map(list.map((item, index) => [keyOf(item, mergeKey), index] as const).reverse());
  const [wantedPlaces, oldPlaces] = [placesIn(wanted), placesIn(before)];
  const place = (places: Map<Json | undefined, number>, item: Json) => places.get(keyOf(item, mergeKey)) ?? -1;
  for (const item of items) {
    if (mergeKey !== "+" && mergeKey !== undefined) requiredKey(item as JsonObject, mergeKey);
  }
  const [named, others] = [
    items.filter((item) => place(wantedPlaces, item) >= 0)
      .sort((a, b) => place(wantedPlaces, a) - place(wantedPlaces, b)),
    items.filter((item) => place(wantedPlaces, item) < 0)
      .sort((a, b) => place(oldPlaces, a) - place(oldPlaces, b)),
  ];
  const result: Json[] = [];
  for (const other of others) {
    const old = place(oldPlaces, other);
    const isBehind = (item: Json) => old >= 0 && old < place(oldPlaces, item);
    while (named.length > 0 && !isBehind(named[0]!)) result.push(named.shift()!);
    result.push(other);
  }
  return [...result, ...named];
}

/** `$setElementOrder` has to name what the patch's list holds, in the same order. */
export function checkOrder(patch: Json[], order: Json[], { mergeKey }: ListRules): void {
  if (patch.length === 0 || order.length === 0) return;
  const keys = patch.filter((item) => !isJsonObject(item) || !Object.hasOwn(item, "$patch"))
    .map((item) => keyOf(item, mergeKey));
  let next = 0;
  for (const item of order) if (next < keys.length && keys[next] === keyOf(item, mergeKey)) next++;
  if (next === keys.length) return;
  throw new PatchError(
    500,
    `The order in patch list:\n${goFormat(patch)}\n doesn't match $setElementOrder list:\n${goFormat(order)}\n`,
  );
}

function keyOf(item: Json, mergeKey: string | undefined): Json | undefined {
  return mergeKey === undefined || mergeKey === "+" || !isJsonObject(item) ? item : own(item, mergeKey);
}

function requiredKey(item: JsonObject, mergeKey: string): Json {
  const key = own(item, mergeKey);
  if (key !== undefined) return key;
  throw new PatchError(500, `map: ${goFormat(item)} does not contain declared merge key: ${mergeKey}`);
}
