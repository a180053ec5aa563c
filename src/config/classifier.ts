import { autoRules } from "../domain/auto_rules.ts";
import { NodeClassifier } from "../domain/node_classifier.ts";
import { type ClassifierRules, PRESET_NAMES, PRESETS } from "../domain/presets.ts";
import type { Config } from "./schema.ts";

const RULES: Readonly<Record<Config["controllers"]["nodeClassifier"]["preset"], ClassifierRules>> = {
  ...PRESETS,
  auto: autoRules(PRESET_NAMES.map((name) => PRESETS[name])),
};

/** The configuration's own selectors where it gives them, else those of its preset. */
export function classifierOf({ controllers: { nodeClassifier } }: Config): NodeClassifier {
  const preset = RULES[nodeClassifier.preset];
  const { spotLabels, onDemandLabels, spotTolerations, onDemandTolerations } = nodeClassifier;
  const isOwn = spotLabels.length > 0;
  return new NodeClassifier({
    spot: {
      selectors: isOwn ? spotLabels : preset.spot.selectors,
      tolerations: [...preset.spot.tolerations, ...spotTolerations],
    },
    onDemand: {
      selectors: isOwn ? onDemandLabels : preset.onDemand.selectors,
      tolerations: [...preset.onDemand.tolerations, ...onDemandTolerations],
    },
    cloudKeys: isOwn ? [] : preset.cloudKeys,
  });
}
