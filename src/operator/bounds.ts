import { isObject, type JsonObject, listAt, objectAt } from "../domain/json.ts";
import type { Labels, LabelSelector } from "../domain/label_selector.ts";

/*
 * What a cache keeps of one object is bounded: an object may have 1.5 MiB, and whoever may make objects can make
 * many. All are beyond what people write.
 */
const MOST_LABELS = 256;
const MOST_ASKED = 1_000;

/** The first of them where there are too many. */
export function boundedLabels(labels: JsonObject): Labels {
  const names = Object.keys(labels);
  if (names.length <= MOST_LABELS) return labels as Labels;
  return Object.fromEntries(names.slice(0, MOST_LABELS).map((name) => [name, labels[name]])) as Labels;
}

/** One that asks too much is none: the API server asks it all the same before it evicts. */
export function boundedSelector(selector: unknown): LabelSelector | undefined {
  if (!isObject(selector)) return undefined;
  const expressions = listAt(selector, "matchExpressions").filter(isObject);
  const asked = expressions.reduce((sum, each) => sum + 1 + listAt(each, "values").length, 0);
  const size = asked + Object.keys(objectAt(selector, "matchLabels")).length;
  return size <= MOST_ASKED ? selector as LabelSelector : undefined;
}

/** Its beginning, and how long it was: what was too long stays so, and different. */
export function boundedText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}
