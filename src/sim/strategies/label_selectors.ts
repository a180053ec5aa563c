import type { LabelSelector } from "../../domain/label_selector.ts";
import type { Cause } from "../api/failure.ts";
import { forbidden, required, wrong } from "./causes.ts";
import { formed, labelProblems, labelValue, qualifiedName } from "./names.ts";

const WITH_VALUES = ["In", "NotIn"];
const WITHOUT_VALUES = ["Exists", "DoesNotExist"];

/** `ValidateLabelSelector`. */
export function* labelSelectorProblems(path: string, selector: LabelSelector = {}): Generator<Cause> {
  yield* labelProblems(`${path}.matchLabels`, selector.matchLabels);
  for (const [i, { key = "", operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${i}]`;
    yield* operatorProblems(at, { operator, values });
    yield* formed(`${at}.key`, { text: key, form: qualifiedName });
    for (const [j, text] of values.entries()) yield* formed(`${at}.values[${j}]`, { text, form: labelValue });
  }
}

/** Whether nothing is asked, so that everything fits. */
export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return matchExpressions.length === 0 && Object.keys(matchLabels).length === 0;
}

function* operatorProblems(
  at: string,
  { operator = "", values }: { operator: string | undefined; values: readonly string[] },
): Generator<Cause> {
  if (WITH_VALUES.includes(operator)) {
    if (values.length === 0) {
      yield required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (WITHOUT_VALUES.includes(operator)) {
    if (values.length > 0) {
      yield forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else yield wrong(`${at}.operator`, { value: operator, why: "not a valid selector operator" });
}
