import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { type ClassifierRules, PRESETS, type Toleration } from "../../src/domain/presets.ts";

export const KARPENTER = "karpenter.sh/capacity-type";

/** Taints as clouds put them on spot nodes. */
const SPOT_TOLERATIONS: readonly Toleration[] = [
  { key: "spot", operator: "Exists", effect: "NoSchedule" },
  { key: "kubernetes.azure.com/scalesetpriority", operator: "Equal", value: "spot", effect: "NoSchedule" },
];

/** Rules of every shape that can be configured. */
export const RULES = {
  karpenter: PRESETS.karpenter,
  /** Each kind by one exact set of labels. */
  exact: {
    spot: {
      selectors: [{ matchLabels: { "node/kind": "spot", "pool~a": "x" } }],
      tolerations: SPOT_TOLERATIONS,
    },
    onDemand: { selectors: [{ matchLabels: { "node/kind": "on-demand" } }], tolerations: [] },
  },
  /** Each kind by either of two labels. */
  either: {
    spot: {
      selectors: [
        { matchLabels: { [KARPENTER]: "spot" } },
        { matchExpressions: [{ key: "eks.amazonaws.com/capacityType", operator: "In", values: ["SPOT"] }] },
      ],
      tolerations: SPOT_TOLERATIONS,
    },
    onDemand: {
      selectors: [
        { matchLabels: { [KARPENTER]: "on-demand" } },
        { matchLabels: { "eks.amazonaws.com/capacityType": "ON_DEMAND", "pool~a": "x" } },
      ],
      tolerations: [{ key: "steady" }],
    },
  },
  /** On-demand is the absence of a label. */
  absence: {
    spot: { selectors: [{ matchLabels: { "cloud.google.com/gke-spot": "true" } }], tolerations: [] },
    onDemand: {
      selectors: [{ matchExpressions: [{ key: "cloud.google.com/gke-spot", operator: "DoesNotExist" }] }],
      tolerations: [],
    },
  },
  /** On-demand by labels and expressions together. */
  mixed: {
    spot: { selectors: [{ matchLabels: { [KARPENTER]: "spot" } }], tolerations: [] },
    onDemand: {
      selectors: [{
        matchLabels: { "node/kind": "on-demand" },
        matchExpressions: [{ key: KARPENTER, operator: "NotIn", values: ["spot"] }],
      }],
      tolerations: [],
    },
  },
} as const satisfies Record<string, ClassifierRules>;

export type RulesName = keyof typeof RULES;
export const RULES_NAMES = Object.keys(RULES) as RulesName[];

export function classifierOf(name: RulesName): NodeClassifier {
  return new NodeClassifier(RULES[name]);
}
