import { NodeClassifier } from "../domain/node_classifier.ts";
import { PRESETS } from "../domain/presets.ts";
import type { Config } from "./schema.ts";

/** The configuration's own selectors where it gives them, else those of its preset. */
export function classifierOf({ controllers: { nodeClassifier } }: Config): NodeClassifier {
  const preset = PRESETS[nodeClassifier.preset];
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
  });
}
