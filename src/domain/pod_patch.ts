import { isObject, type JsonObject, listAt, objectAt } from "./json.ts";
import { formatDuration } from "./duration.ts";
import * as keys from "./keys.ts";
import type { LabelRequirement, Labels } from "./label_selector.ts";
import { isEmptyTerm, requiredTerms, termRequirements, TERMS_PATH } from "./node_affinity.ts";
import type { NodeClassifier, PlacementRule } from "./node_classifier.ts";
import type { Placement } from "./placement.ts";
import type { Toleration } from "./presets.ts";

/** https://www.rfc-editor.org/rfc/rfc6902 */
export interface PatchOperation {
  readonly op: "add" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

export interface PatchOptions {
  readonly classifier: NodeClassifier;
  /** Whether scale-down shall be told which pods go first: for pods of a ReplicaSet. */
  readonly deletionCost: boolean;
}

/**
 * The JSON Patch that carries out a placement: only what the pod does not already have, so that a
 * second call for a patched pod answers nothing.
 */
export function podPatch(pod: JsonObject, placement: Placement, options: PatchOptions): PatchOperation[] {
  const metadata = objectAt(pod, "metadata");
  const spec = objectAt(pod, "spec");
  const rule = options.classifier.placement(placement.capacity);
  const annotations: Record<string, string> = { [keys.SLOT]: String(placement.slot) };
  const hasOwnCost = Object.hasOwn(objectAt(metadata, "annotations"), keys.POD_DELETION_COST);
  if (placement.fallback !== undefined) {
    annotations[keys.FALLBACK_RETRY_AT] = new Date(placement.fallback.retryAtMs).toISOString();
    annotations[keys.FALLBACK_RETRY_AFTER] = formatDuration(placement.fallback.retryAfterMs);
  }
  if (options.deletionCost && !hasOwnCost) annotations[keys.POD_DELETION_COST] = deletionCost(placement.slot);
  return [
    ...setEntries(metadata, { path: "/metadata/labels", entries: { [keys.CAPACITY]: placement.capacity } }),
    ...setEntries(metadata, { path: "/metadata/annotations", entries: annotations }),
    ...nodeSelectorPatch(spec, rule, options.classifier.keys),
    ...(rule.nodeSelector === undefined ? affinityPatch(spec, rule) : []),
    ...tolerationPatch(spec, rule.tolerations),
  ];
}

/** Scale-down removes the pods of the lowest cost first: the highest slots. */
function deletionCost(slot: number): string {
  return slot === 0 ? "0" : `-${slot}`;
}

function pointer(...parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function setEntries(
  parent: JsonObject,
  { path, entries }: { path: string; entries: Labels },
): PatchOperation[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (!isObject(parent[name])) {
    return Object.keys(entries).length > 0 ? [{ op: "add", path, value: entries }] : [];
  }
  const current = objectAt(parent, name);
  return Object.entries(entries)
    .filter(([key, value]) => !Object.hasOwn(current, key) || current[key] !== value)
    .map(([key, value]) => ({ op: "add", path: path + pointer(key), value }));
}

/** Other keys stay; one that tells capacity gives way, since the annotations are the explicit wish. */
function nodeSelectorPatch(
  spec: JsonObject,
  rule: PlacementRule,
  capacityKeys: ReadonlySet<string>,
): PatchOperation[] {
  const wanted = rule.nodeSelector ?? {};
  const removals = Object.keys(objectAt(spec, "nodeSelector"))
    .filter((key) => capacityKeys.has(key) && !Object.hasOwn(wanted, key))
    .map((key): PatchOperation => ({ op: "remove", path: pointer("spec", "nodeSelector", key) }));
  return [...removals, ...setEntries(spec, { path: "/spec/nodeSelector", entries: wanted })];
}

function expressionOf({ key, operator, values }: LabelRequirement): JsonObject {
  return operator === "In" || operator === "NotIn"
    ? { key, operator, values: [...values ?? []] }
    : { key, operator };
}

function affinityPatch(spec: JsonObject, rule: PlacementRule): PatchOperation[] {
  const terms = requiredTerms(spec);
  if (terms.length === 0) return newTermsPatch(spec, rule);
  const isHeld = (term: JsonObject) =>
    isEmptyTerm(term) || rule.terms.some((wanted) => missing(term, wanted).length === 0);
  if (terms.every(isHeld)) return [];
  const only = rule.terms.length === 1 ? rule.terms[0]! : undefined;
  if (only === undefined) {
    const value = terms.flatMap((term) =>
      isHeld(term) ? [term] : rule.terms.map((wanted) => extended(term, wanted))
    );
    return [{ op: "add", path: pointer("spec", ...TERMS_PATH), value }];
  }
  return terms.flatMap((term, index) => isHeld(term) ? [] : extendPatch(term, { index, wanted: only }));
}

/** No terms yet: add them, with the parents that are not there. */
function newTermsPatch(spec: JsonObject, rule: PlacementRule): PatchOperation[] {
  let value: unknown = rule.terms.map((wanted) => ({ matchExpressions: wanted.map(expressionOf) }));
  let depth = 0;
  for (let parent = spec; depth < TERMS_PATH.length - 1 && isObject(parent[TERMS_PATH[depth]!]); depth++) {
    parent = objectAt(parent, TERMS_PATH[depth]!);
  }
  for (const name of TERMS_PATH.slice(depth + 1).toReversed()) value = { [name]: value };
  return [{ op: "add", path: pointer("spec", ...TERMS_PATH.slice(0, depth + 1)), value }];
}

function extendPatch(
  term: JsonObject,
  { index, wanted }: { index: number; wanted: readonly LabelRequirement[] },
): PatchOperation[] {
  const path = pointer("spec", ...TERMS_PATH, index, "matchExpressions");
  const added = missing(term, wanted).map(expressionOf);
  if (!Array.isArray(term["matchExpressions"])) return [{ op: "add", path, value: added }];
  return added.map((value) => ({ op: "add", path: `${path}/-`, value }));
}

function extended(term: JsonObject, wanted: readonly LabelRequirement[]): JsonObject {
  const added = missing(term, wanted).map(expressionOf);
  return { ...term, matchExpressions: [...listAt(term, "matchExpressions"), ...added] };
}

/** Those of `wanted` that the term does not ask already. */
function missing(term: JsonObject, wanted: readonly LabelRequirement[]): LabelRequirement[] {
  const asked = termRequirements(term);
  return wanted.filter((want) =>
    !asked.some((have) =>
      have.key === want.key && have.operator === want.operator &&
      (have.values ?? []).join() === (want.values ?? []).join()
    )
  );
}

function tolerationPatch(spec: JsonObject, wanted: readonly Toleration[]): PatchOperation[] {
  const present = listAt(spec, "tolerations").filter(isObject);
  const added = wanted.filter((want) =>
    !present.some((have) =>
      have["key"] === want.key && have["effect"] === want.effect &&
      (have["operator"] ?? "Equal") === (want.operator ?? "Equal") &&
      (have["value"] ?? "") === (want.value ?? "") && have["tolerationSeconds"] === undefined
    )
  );
  if (added.length === 0) return [];
  if (!Array.isArray(spec["tolerations"])) return [{ op: "add", path: "/spec/tolerations", value: added }];
  return added.map((value) => ({ op: "add", path: "/spec/tolerations/-", value }));
}
