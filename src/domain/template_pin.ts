import { CAPACITIES, type Capacity, otherCapacity } from "./capacity.ts";
import type { JsonObject } from "./json.ts";
import type { LabelRequirement } from "./label_selector.ts";
import { isEmptyTerm, requiredTerms, termRequirements } from "./node_affinity.ts";
import type { NodeClassifier } from "./node_classifier.ts";
import { canMeet } from "./satisfiable.ts";

/** A template whose required node affinity names a label that tells capacity. */
export interface TemplatePin {
  /** The label keys that it names; `TOO_LONG` where there is more of it than is read. */
  readonly keys: readonly string[];
  /** The one kind that it allows; undefined where it allows both or neither. */
  readonly capacity: Capacity | undefined;
}

/** In the place of keys. */
export const TOO_LONG = "more than can be read in time";

/** A template has a few; each is read, and under some rules repeated, for every pod of it. */
const MOST_TERMS = 64;
/** Expressions and values, where any of them tells capacity. */
const MOST_VALUES = 2_000;

/** Whether a pod spec's required affinity pins its capacity itself: then that is left alone. */
export function templatePin(spec: JsonObject, classifier: NodeClassifier): TemplatePin | undefined {
  const written = requiredTerms(spec);
  if (written.length > MOST_TERMS) return { keys: [TOO_LONG], capacity: undefined };
  const terms = written.filter((term) => !isEmptyTerm(term)).map(termRequirements);
  const named = terms.flat().map(({ key }) => key).filter((key) => classifier.keys.has(key));
  if (named.length === 0) return undefined;
  if (sizeOf(terms) > MOST_VALUES) return { keys: [TOO_LONG], capacity: undefined };
  const isAllowed = (capacity: Capacity) => {
    const [wanted, avoided] = [capacity, otherCapacity(capacity)].map((each) =>
      classifier.placement(each).terms
    );
    return terms.some((term) => wanted!.some((rule) => canMeet([...term, ...rule], avoided!)));
  };
  const allowed = CAPACITIES.filter(isAllowed);
  return { keys: [...new Set(named)], capacity: allowed.length === 1 ? allowed[0] : undefined };
}

function sizeOf(terms: readonly (readonly LabelRequirement[])[]): number {
  return terms.flat().reduce((size, { values }) => size + 1 + (values?.length ?? 0), 0);
}
