import assert from "node:assert/strict";
import { autoRules } from "../../src/domain/auto_rules.ts";
import { CAPACITIES, type NodeCapacity } from "../../src/domain/capacity.ts";
import type { Labels } from "../../src/domain/label_selector.ts";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { podPatch } from "../../src/domain/pod_patch.ts";
import { PRESET_NAMES, PRESETS } from "../../src/domain/presets.ts";
import { templatePin } from "../../src/domain/template_pin.ts";
import type { Node, PodSpec } from "../../src/sim/objects.ts";
import { isWanted, untolerated } from "../../src/sim/scheduling/node_fit.ts";
import { applyPatch } from "../support/json_patch.ts";
import { PLATFORM_NODES } from "../support/preset_nodes.ts";
import { forAll } from "../support/random.ts";

const AUTO = new NodeClassifier(autoRules(PRESET_NAMES.map((name) => PRESETS[name])));
const ALL = PRESET_NAMES.flatMap((preset) => PLATFORM_NODES[preset].map((node) => ({ preset, ...node })));

function placedOn(capacity: "spot" | "on-demand", spec: object = {}): PodSpec {
  const pod = { metadata: {}, spec };
  const patch = podPatch(pod, { slot: 0, capacity, reason: "slot" }, { classifier: AUTO, deletionCost: true });
  return (applyPatch(pod, patch) as { spec: PodSpec }).spec;
}

const PLACED = { "spot": placedOn("spot"), "on-demand": placedOn("on-demand") };

function nodeOf({ labels, taints = [] }: { labels: Labels; taints?: readonly unknown[] }): Node {
  return { metadata: { name: "node-1", labels }, spec: { taints } } as unknown as Node;
}

for (const { preset, what, labels, capacity } of ALL) {
  Deno.test(`auto takes a node of ${preset} ${what} for ${capacity}`, () => {
    assert.equal(AUTO.classify(labels), capacity);
  });
}

const EKS = "eks.amazonaws.com/capacityType";
const KARPENTER = "karpenter.sh/capacity-type";
const GKE = { "cloud.google.com/gke-nodepool": "pool-1" };
const AKS = { "kubernetes.azure.com/cluster": "MC_rg_aks_westeurope" };

const OTHERS: readonly [what: string, labels: Labels, capacity: NodeCapacity][] = [
  ["that nobody has labelled", { "kubernetes.io/os": "linux" }, "unknown"],
  // https://github.com/aws/karpenter-provider-aws/issues/6244
  ["of Karpenter's that says ON_DEMAND too", { [KARPENTER]: "spot", [EKS]: "ON_DEMAND" }, "spot"],
  ["of Karpenter's whose kind is new", { [KARPENTER]: "borrowed", [EKS]: "SPOT" }, "unknown"],
  [
    "of AKS' auto-provisioning",
    { ...AKS, [KARPENTER]: "on-demand", "kubernetes.azure.com/scalesetpriority": "regular" },
    "on-demand",
  ],
  ["of CAST AI's on GKE", { ...GKE, "scheduling.cast.ai/spot": "true" }, "spot"],
  ["of CAST AI's on AKS, in for spot", { ...AKS, "scheduling.cast.ai/spot-fallback": "true" }, "on-demand"],
  ["of Ocean's on EKS", { [EKS]: "ON_DEMAND", "spotinst.io/node-lifecycle": "spot" }, "spot"],
  ["of GKE with the label of kOps", { ...GKE, "node-role.kubernetes.io/spot-worker": "true" }, "spot"],
  ["of AKS with a label of GKE", { ...AKS, "cloud.google.com/gke-spot": "true" }, "spot"],
  ["of GKE with AKS' label of a regular node", {
    ...GKE,
    "kubernetes.azure.com/scalesetpriority": "regular",
  }, "unknown"],
];

for (const [what, labels, capacity] of OTHERS) {
  Deno.test(`auto takes a node ${what} for ${capacity}`, () => {
    assert.equal(AUTO.classify(labels), capacity);
  });
}

for (const capacity of CAPACITIES) {
  Deno.test(`auto lets a pod onto the ${capacity} nodes of every platform, past their taints, and no other`, () => {
    const spec = PLACED[capacity];
    for (const { preset, what, ...node } of ALL) {
      assert.equal(isWanted(spec, nodeOf(node)), node.capacity === capacity, `${preset} ${what}`);
      if (node.capacity === capacity) {
        assert.equal(untolerated(spec, nodeOf(node)), undefined, `${preset} ${what}`);
      }
    }
  });

  Deno.test(`auto knows the affinity that it gave to a pod of ${capacity}`, () => {
    const spec = PLACED[capacity];
    assert.equal(templatePin({ ...spec }, AUTO)?.capacity, capacity);
    assert.deepEqual(placedOn(capacity, spec), spec);
  });
}

Deno.test("auto leaves a nodeSelector on a node pool alone, since that tells no kind", () => {
  const spec = placedOn("spot", { nodeSelector: { ...GKE, "cloud.google.com/gke-spot": "true" } });
  assert.deepEqual(spec.nodeSelector, GKE);
  const required = {
    nodeSelectorTerms: [{ matchExpressions: [{ key: Object.keys(GKE)[0], operator: "Exists" }] }],
  };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
  assert.equal(templatePin({ affinity }, AUTO), undefined);
});

Deno.test("auto asks for Karpenter's label first, and for no more, since Karpenter tries terms in order", () => {
  for (const capacity of CAPACITIES) {
    assert.deepEqual(
      AUTO.placement(capacity).terms[0],
      new NodeClassifier(PRESETS.karpenter).placement(capacity).terms[0],
    );
  }
});

Deno.test("autoRules() adds nothing for a platform that marks its nodes as another does", () => {
  const both = autoRules([PRESETS.karpenter, PRESETS["eks-auto"]]);
  assert.equal(both.spot.selectors.length, 1);
  assert.equal(both.onDemand.selectors.length, 1);
});

forAll(
  "auto lets a pod onto nodes of its kind only, whatever labels of all platforms meet",
  { runs: 3_000 },
  (random) => {
    const labels = Object.assign({}, ...random.some(ALL, 0.1).map((node) => node.labels)) as Labels;
    const kept = Object.fromEntries(Object.entries(labels).filter(() => random.chance(0.8)));
    const capacity = AUTO.classify(kept);
    for (const each of CAPACITIES) {
      assert.equal(isWanted(PLACED[each], nodeOf({ labels: kept })), capacity === each, JSON.stringify(kept));
    }
  },
);
