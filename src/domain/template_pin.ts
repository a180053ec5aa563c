import type { Capacity } from "./capacity.ts";
import type { JsonObject } from "./json.ts";
import { type LabelRequirement, type Labels, meetsRequirement } from "./label_selector.ts";
import { isEmptyTerm, requiredTerms, termRequirements } from "./node_affinity.ts";
import type { NodeClassifier } from "./node_classifier.ts";

/** A template whose required node affinity names a label that tells capacity. */
export interface TemplatePin {
  /** The label keys that it names. */
  readonly keys: readonly string[];
  /** The one kind that it allows; undefined where it allows both or neither. */
  readonly capacity: Capacity | undefined;
}

/** Whether a pod spec's required affinity pins its capacity itself: then that is left alone. */
export function templatePin(spec: JsonObject, classifier: NodeClassifier): TemplatePin | undefined {
  const terms = requiredTerms(spec).filter((term) => !isEmptyTerm(term)).map((term) =>
    termRequirements(term).filter((requirement) => classifier.keys.has(requirement.key))
  );
  const keys = [...new Set(terms.flat().map((requirement) => requirement.key))];
  if (keys.length === 0) return undefined;
  const ruled = [classifier.placement("spot"), classifier.placement("on-demand")].flatMap((rule) => rule.terms);
  const allowed = new Set<Capacity>();
  for (const labels of exampleLabels([...classifier.keys], [...terms, ...ruled].flat())) {
    const isAllowed = terms.some((term) => term.every((requirement) => meetsRequirement(labels, requirement)));
    const capacity = classifier.classify(labels);
    if (isAllowed && capacity !== "unknown") allowed.add(capacity);
  }
  return { keys, capacity: allowed.size === 1 ? [...allowed][0] : undefined };
}

/** A value that no requirement names. */
const OTHER = "\0";

/** Nodes of every sort that the requirements can tell apart: each key with each value, another, or none. */
function exampleLabels(keys: readonly string[], requirements: readonly LabelRequirement[]): Labels[] {
  let examples: Labels[] = [{}];
  for (const key of keys) {
    const named = requirements.filter((each) => each.key === key).flatMap((each) => each.values ?? []);
    const values = new Set([...named, OTHER]);
    examples = examples.flatMap((
      labels,
    ) => [labels, ...[...values].map((value) => ({ ...labels, [key]: value }))]);
  }
  return examples;
}
