import { type LabelRequirement, type LabelSelector, requirementsOf } from "./label_selector.ts";
import type { CapacityRule, ClassifierRules, Preset } from "./presets.ts";

/**
 * Rules for clusters of any of these platforms, and of several at once. A node is told by the first preset
 * whose label keys it carries; by the absence of labels only where it is known to be of that cloud and
 * carries no other preset's keys. So a node is of one kind at most, and the on-demand rule of one cloud
 * matches no spot node of another.
 *
 * They do not depend on the nodes that there are: a group without nodes can be scaled up for a pod, and
 * what a pod was given is still right when the first node of another cloud joins.
 */
export function autoRules(presets: readonly Preset[]): ClassifierRules {
  const keys = presets.map(keysOf);
  const narrowed = presets.map((preset, index): ClassifierRules => {
    const absent = (of: readonly (readonly string[])[]) => absence(of, { but: keys[index]! });
    const earlier = absent(keys.slice(0, index));
    const { cloudKey, spot, onDemand } = preset;
    const isOfCloud = cloudKey && [{ key: cloudKey, operator: "Exists" } as const, ...absent(keys)];
    return { spot: withAll(spot, earlier), onDemand: withAll(onDemand, isOfCloud || earlier) };
  });
  return {
    spot: anyOf(narrowed.map(({ spot }) => spot)),
    onDemand: anyOf(narrowed.map(({ onDemand }) => onDemand)),
    cloudKeys: presets.flatMap(({ cloudKey }) => cloudKey ?? []),
  };
}

function keysOf({ spot, onDemand }: Preset): string[] {
  return [...spot.selectors, ...onDemand.selectors].flatMap(requirementsOf).map(({ key }) => key);
}

function absence(
  keys: readonly (readonly string[])[],
  { but }: { but: readonly string[] },
): LabelRequirement[] {
  const others = new Set(keys.flat().filter((key) => !but.includes(key)));
  return [...others].map((key) => ({ key, operator: "DoesNotExist" }));
}

function withAll({ selectors, tolerations }: CapacityRule, all: readonly LabelRequirement[]): CapacityRule {
  const narrow = ({ matchLabels, matchExpressions = [] }: LabelSelector): LabelSelector => ({
    matchLabels,
    matchExpressions: [...matchExpressions, ...all],
  });
  return { selectors: selectors.map(narrow), tolerations };
}

function anyOf(rules: readonly CapacityRule[]): CapacityRule {
  return {
    selectors: distinct(rules.flatMap(({ selectors }) => selectors)),
    tolerations: distinct(rules.flatMap(({ tolerations }) => tolerations)),
  };
}

/** Two platforms may mark their nodes alike. */
function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
