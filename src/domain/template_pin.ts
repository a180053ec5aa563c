import { CAPACITIES, type Capacity } from "./capacity.ts";
import type { JsonObject } from "./json.ts";
import { type LabelRequirement, type Labels, meetsRequirement } from "./label_selector.ts";
import { requiredTerms, termRequirements } from "./node_affinity.ts";
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
  const terms = requiredTerms(spec).map((term) =>
    termRequirements(term).filter((requirement) => classifier.keys.has(requirement.key))
  );
  const keys = [...new Set(terms.flat().map((requirement) => requirement.key))];
  if (keys.length === 0) return undefined;
  const allowed = CAPACITIES.filter((capacity) =>
    classifier.placement(capacity).terms.flatMap(exampleLabels).some((labels) =>
      terms.some((term) => term.every((requirement) => meetsRequirement(labels, requirement)))
    )
  );
  return { keys, capacity: allowed.length === 1 ? allowed[0] : undefined };
}

/** Label sets that meet all of `requirements`: one for each value that an In names. */
function exampleLabels(requirements: readonly LabelRequirement[]): Labels[] {
  let examples: Labels[] = [{}];
  for (const { key, operator, values } of requirements) {
    if (operator === "In") {
      examples = examples.flatMap((labels) => (values ?? []).map((value) => ({ ...labels, [key]: value })));
    } else if (operator === "Exists") {
      examples = examples.map((labels) => ({ ...labels, [key]: "" }));
    }
  }
  return examples;
}
