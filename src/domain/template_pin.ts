import { CAPACITIES, type Capacity, otherCapacity } from "./capacity.ts";
import type { JsonObject } from "./json.ts";
import { isEmptyTerm, requiredTerms, termRequirements } from "./node_affinity.ts";
import type { NodeClassifier } from "./node_classifier.ts";
import { canMeet } from "./satisfiable.ts";

/** A template whose required node affinity names a label that tells capacity. */
export interface TemplatePin {
  /** The label keys that it names. */
  readonly keys: readonly string[];
  /** The one kind that it allows; undefined where it allows both or neither. */
  readonly capacity: Capacity | undefined;
}

/** Whether a pod spec's required affinity pins its capacity itself: then that is left alone. */
export function templatePin(spec: JsonObject, classifier: NodeClassifier): TemplatePin | undefined {
  const terms = requiredTerms(spec).filter((term) => !isEmptyTerm(term)).map(termRequirements);
  const named = terms.flat().map(({ key }) => key).filter((key) => classifier.keys.has(key));
  if (named.length === 0) return undefined;
  const isAllowed = (capacity: Capacity) => {
    const [wanted, avoided] = [capacity, otherCapacity(capacity)].map((each) =>
      classifier.placement(each).terms
    );
    return terms.some((term) => wanted!.some((rule) => canMeet([...term, ...rule], avoided!)));
  };
  const allowed = CAPACITIES.filter(isAllowed);
  return { keys: [...new Set(named)], capacity: allowed.length === 1 ? allowed[0] : undefined };
}
