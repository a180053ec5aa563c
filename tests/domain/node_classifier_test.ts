import assert from "node:assert/strict";
import type { NodeCapacity } from "../../src/domain/capacity.ts";
import type { Labels } from "../../src/domain/label_selector.ts";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { classifierOf, KARPENTER, type RulesName } from "../support/classifiers.ts";

const EKS = "eks.amazonaws.com/capacityType";
const GKE = "cloud.google.com/gke-spot";

const NODES: readonly [RulesName, string, Labels, NodeCapacity][] = [
  ["karpenter", "spot", { [KARPENTER]: "spot" }, "spot"],
  ["karpenter", "on-demand", { [KARPENTER]: "on-demand" }, "on-demand"],
  ["karpenter", "bought ahead", { [KARPENTER]: "reserved" }, "on-demand"],
  ["karpenter", "unlabelled", {}, "unknown"],
  ["karpenter", "labelled otherwise", { [EKS]: "SPOT" }, "unknown"],
  ["karpenter", "of a capacity nobody knows", { [KARPENTER]: "preemptible" }, "unknown"],
  ["karpenter", "in capitals", { [KARPENTER]: "SPOT" }, "unknown"],
  ["karpenter", "labelled with nothing", { [KARPENTER]: "" }, "unknown"],
  ["exact", "with all labels of spot", { "node/kind": "spot", "pool~a": "x" }, "spot"],
  ["exact", "with some labels of spot", { "node/kind": "spot" }, "unknown"],
  ["either", "of the first selector", { [KARPENTER]: "spot" }, "spot"],
  ["either", "of the second selector", { [EKS]: "SPOT" }, "spot"],
  ["either", "of two selectors of a kind", { [KARPENTER]: "spot", [EKS]: "SPOT" }, "spot"],
  ["either", "of both kinds", { [KARPENTER]: "on-demand", [EKS]: "SPOT" }, "unknown"],
  ["either", "of half a selector", { [EKS]: "ON_DEMAND" }, "unknown"],
  ["mixed", "of a label, and no other", { "node/kind": "on-demand" }, "on-demand"],
  ["mixed", "of a label, and one that rules it out", { "node/kind": "on-demand", [KARPENTER]: "spot" }, "spot"],
  ["absence", "with the label", { [GKE]: "true" }, "spot"],
  ["absence", "without the label", {}, "on-demand"],
  ["absence", "with another value", { [GKE]: "false" }, "unknown"],
];

for (const [rules, what, labels, capacity] of NODES) {
  Deno.test(`classify() by ${rules} rules takes a node ${what} for ${capacity}`, () => {
    assert.equal(classifierOf(rules).classify(labels), capacity);
  });
}

Deno.test("classify() knows no node where there are no selectors", () => {
  const none = { selectors: [], tolerations: [] };
  assert.equal(new NodeClassifier({ spot: none, onDemand: none }).classify({ [KARPENTER]: "spot" }), "unknown");
});

Deno.test("placement() is a nodeSelector where one exact label set tells the kind", () => {
  const { nodeSelector, terms } = classifierOf("exact").placement("spot");
  assert.deepEqual(nodeSelector, { "node/kind": "spot", "pool~a": "x" });
  assert.equal(terms.length, 1);
});

for (
  const [rules, capacity, terms] of [["karpenter", "on-demand", 1], ["either", "spot", 2], [
    "absence",
    "on-demand",
    1,
  ]] as const
) {
  Deno.test(`placement() on ${capacity} by ${rules} rules is ${terms} terms, and no nodeSelector`, () => {
    const placement = classifierOf(rules).placement(capacity);
    assert.equal(placement.nodeSelector, undefined);
    assert.equal(placement.terms.length, terms);
  });
}

Deno.test("keys are all labels that either kind names", () => {
  assert.deepEqual([...classifierOf("either").keys].toSorted(), [EKS, KARPENTER, "pool~a"].toSorted());
  assert.deepEqual([...classifierOf("karpenter").keys], [KARPENTER]);
});
