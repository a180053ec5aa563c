import { isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import type { LabelRequirement, Operator } from "./label_selector.ts";

/** Where the terms of a pod's required node affinity stand, below its spec. */
export const TERMS_PATH = [
  "affinity",
  "nodeAffinity",
  "requiredDuringSchedulingIgnoredDuringExecution",
  "nodeSelectorTerms",
] as const;

/** The terms of a pod spec's required node affinity as they stand. They are OR-ed. */
export function requiredTerms(spec: JsonObject): readonly JsonObject[] {
  const required = TERMS_PATH.slice(0, -1).reduce(objectAt, spec);
  return listAt(required, "nodeSelectorTerms").filter(isObject);
}

/** The label requirements of a term; Gt and Lt are left out, since no capacity is a number. */
export function termRequirements(term: JsonObject): readonly LabelRequirement[] {
  return listAt(term, "matchExpressions").filter(isObject).flatMap((expression) => {
    const key = textAt(expression, "key");
    const operator = textAt(expression, "operator");
    if (key === undefined || !isOperator(operator)) return [];
    return [{ key, operator, values: listAt(expression, "values").filter((v) => typeof v === "string") }];
  });
}

/** A term without any requirement matches no node (API rule): adding to it would loosen it. */
export function isEmptyTerm(term: JsonObject): boolean {
  return listAt(term, "matchExpressions").length === 0 && listAt(term, "matchFields").length === 0;
}

function isOperator(text: string | undefined): text is Operator {
  return text === "In" || text === "NotIn" || text === "Exists" || text === "DoesNotExist";
}
