import type { Capacity, NodeCapacity } from "./capacity.ts";
import { type LabelRequirement, type Labels, matchesSelector, requirementsOf } from "./label_selector.ts";
import type { CapacityRule, ClassifierRules, Toleration } from "./presets.ts";

/** How a pod is held to nodes of one kind. */
export interface PlacementRule {
  /** Where one exact label set describes the kind, it is enough to select nodes by it. */
  readonly nodeSelector: Labels | undefined;
  /** Otherwise: sets of requirements, OR-ed; all of a set must hold. */
  readonly terms: readonly (readonly LabelRequirement[])[];
  readonly tolerations: readonly Toleration[];
}

/** Tells the kind of a node by its labels, and how a pod is held to that kind. */
export class NodeClassifier {
  /** The label keys that tell capacity. */
  readonly keys: ReadonlySet<string>;
  readonly #rules: Readonly<Record<Capacity, CapacityRule>>;
  readonly #placements: Readonly<Record<Capacity, PlacementRule>>;

  constructor(rules: ClassifierRules) {
    this.#rules = { "spot": rules.spot, "on-demand": rules.onDemand };
    this.#placements = { "spot": placementOf(rules.spot), "on-demand": placementOf(rules.onDemand) };
    const all = [...this.#placements.spot.terms, ...this.#placements["on-demand"].terms];
    const cloudKeys = new Set(rules.cloudKeys);
    this.keys = new Set(all.flat().map(({ key }) => key).filter((key) => !cloudKeys.has(key)));
  }

  classify(labels: Labels): NodeCapacity {
    const isSpot = this.#matches("spot", labels);
    const isOnDemand = this.#matches("on-demand", labels);
    if (isSpot === isOnDemand) return "unknown";
    return isSpot ? "spot" : "on-demand";
  }

  placement(capacity: Capacity): PlacementRule {
    return this.#placements[capacity];
  }

  #matches(capacity: Capacity, labels: Labels): boolean {
    return this.#rules[capacity].selectors.some((selector) => matchesSelector(labels, selector));
  }
}

function placementOf(rule: CapacityRule): PlacementRule {
  const terms = rule.selectors.map(requirementsOf);
  const only = rule.selectors.length === 1 ? rule.selectors[0] : undefined;
  const isExact = only !== undefined && (only.matchExpressions ?? []).length === 0;
  return { nodeSelector: isExact ? only.matchLabels : undefined, terms, tolerations: rule.tolerations };
}
