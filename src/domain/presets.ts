import type { LabelSelector } from "./label_selector.ts";

/** How nodes of one kind are told: selectors are OR-ed. */
export interface CapacityRule {
  readonly selectors: readonly LabelSelector[];
  readonly tolerations: readonly Toleration[];
}

export interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: "Exists" | "Equal" | undefined;
  readonly value?: string | undefined;
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute" | undefined;
}

export interface ClassifierRules {
  readonly spot: CapacityRule;
  readonly onDemand: CapacityRule;
}

const KARPENTER_LABEL = "karpenter.sh/capacity-type";

/**
 * How each cloud marks its nodes. Karpenter's `reserved` is bought ahead and cannot be taken away, so
 * it counts as on-demand (https://karpenter.sh/docs/concepts/scheduling/#well-known-labels).
 */
export const PRESETS = {
  karpenter: {
    spot: { selectors: [{ matchLabels: { [KARPENTER_LABEL]: "spot" } }], tolerations: [] },
    onDemand: {
      selectors: [{
        matchExpressions: [{ key: KARPENTER_LABEL, operator: "In", values: ["on-demand", "reserved"] }],
      }],
      tolerations: [],
    },
  },
} as const satisfies Record<string, ClassifierRules>;

export type PresetName = keyof typeof PRESETS;
