import assert from "node:assert/strict";
import { CAPACITIES, type Capacity } from "../../src/domain/capacity.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import type { LabelRequirement, Labels } from "../../src/domain/label_selector.ts";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { podPatch } from "../../src/domain/pod_patch.ts";
import { PRESET_NAMES, type PresetName, PRESETS, type Toleration } from "../../src/domain/presets.ts";
import { templatePin } from "../../src/domain/template_pin.ts";
import type { Node, PodSpec } from "../../src/sim/objects.ts";
import { isWanted, untolerated } from "../../src/sim/scheduling/node_fit.ts";
import { anyPod } from "../support/generated_pods.ts";
import { applyPatch } from "../support/json_patch.ts";
import { PLATFORM_NODES, type PlatformNode } from "../support/preset_nodes.ts";
import { forAll } from "../support/random.ts";

const classifiers = new Map(PRESET_NAMES.map((name) => [name, new NodeClassifier(PRESETS[name])]));
const classifierOf = (preset: PresetName) => classifiers.get(preset)!;

function nodeOf({ labels, taints }: PlatformNode): Node {
  return { metadata: { name: "node-1", labels }, spec: { taints } } as unknown as Node;
}

function placed(spec: JsonObject, { preset, capacity }: { preset: PresetName; capacity: Capacity }): PodSpec {
  const pod = { metadata: {}, spec };
  const placement = { slot: 0, capacity, reason: "slot" } as const;
  const patch = podPatch(pod, placement, { classifier: classifierOf(preset), deletionCost: true });
  return (applyPatch(pod, patch) as { spec: PodSpec }).spec;
}

for (const preset of PRESET_NAMES) {
  for (const node of PLATFORM_NODES[preset]) {
    Deno.test(`preset ${preset} takes a node ${node.what} for ${node.capacity}`, () => {
      assert.equal(classifierOf(preset).classify(node.labels), node.capacity);
    });
  }
  for (const capacity of CAPACITIES) {
    Deno.test(`preset ${preset} lets a pod onto every ${capacity} node, past its taints, and no other`, () => {
      const spec = placed({}, { preset, capacity });
      for (const node of PLATFORM_NODES[preset]) {
        assert.equal(isWanted(spec, nodeOf(node)), node.capacity === capacity, node.what);
        if (node.capacity === capacity) assert.equal(untolerated(spec, nodeOf(node)), undefined, node.what);
      }
    });
  }
}

interface Given {
  /** A nodeSelector; or the terms of required affinity. */
  readonly selector?: Labels;
  readonly terms?: readonly (readonly LabelRequirement[])[];
  readonly tolerations?: readonly Toleration[];
}

const is = (key: string, ...values: string[]): LabelRequirement => ({ key, operator: "In", values });
const isNot = (key: string, ...values: string[]): LabelRequirement => ({ key, operator: "NotIn", values });
const isAbsent = (key: string): LabelRequirement => ({ key, operator: "DoesNotExist" });
const taint = (key: string, value?: string): Toleration =>
  value === undefined
    ? { key, operator: "Exists", effect: "NoSchedule" }
    : { key, operator: "Equal", value, effect: "NoSchedule" };

const CAPACITY_TYPE = "karpenter.sh/capacity-type";
const AKS = "kubernetes.azure.com/scalesetpriority";
const [GKE_SPOT, GKE_PREEMPTIBLE] = ["cloud.google.com/gke-spot", "cloud.google.com/gke-preemptible"] as const;
const [CAST_SPOT, CAST_FALLBACK] = ["scheduling.cast.ai/spot", "scheduling.cast.ai/spot-fallback"] as const;
const CAST_STEADY = "scheduling.cast.ai/on-demand";
const [OCEAN, OCEAN_AKS] = ["spotinst.io/node-lifecycle", "spot.io/node-lifecycle"] as const;
const OKE = "oci.oraclecloud.com/oke-is-preemptible";
const KARPENTER = {
  spot: { selector: { [CAPACITY_TYPE]: "spot" } },
  onDemand: { terms: [[is(CAPACITY_TYPE, "on-demand", "reserved")]] },
};

/** What a pod gets that asks for nothing itself. */
const GIVEN: Readonly<Record<PresetName, { spot: Given; onDemand: Given }>> = {
  "karpenter": KARPENTER,
  "eks-auto": KARPENTER,
  "castai": {
    spot: {
      terms: [[is(CAST_SPOT, "true"), isAbsent(CAST_FALLBACK), isAbsent(CAST_STEADY)]],
      tolerations: [taint(CAST_SPOT)],
    },
    onDemand: { terms: [[is(CAST_STEADY, "true")], [is(CAST_FALLBACK, "true")]] },
  },
  "ocean": {
    spot: {
      terms: [[is(OCEAN, "spot")], [is(OCEAN_AKS, "spot"), isAbsent(OCEAN)]],
      tolerations: [taint(AKS, "spot")],
    },
    onDemand: { terms: [[is(OCEAN, "od")], [is(OCEAN_AKS, "od"), isAbsent(OCEAN)]] },
  },
  "eks": {
    spot: { selector: { "eks.amazonaws.com/capacityType": "SPOT" } },
    onDemand: { terms: [[is("eks.amazonaws.com/capacityType", "ON_DEMAND", "CAPACITY_BLOCK")]] },
  },
  "gke": {
    spot: {
      terms: [[is(GKE_SPOT, "true")], [is(GKE_PREEMPTIBLE, "true")]],
      tolerations: [taint(GKE_SPOT, "true"), taint(GKE_PREEMPTIBLE, "true")],
    },
    onDemand: {
      terms: [[
        isAbsent(GKE_SPOT),
        isAbsent(GKE_PREEMPTIBLE),
        isNot("cloud.google.com/gke-provisioning", "spot", "preemptible"),
      ]],
    },
  },
  "aks": {
    spot: { selector: { [AKS]: "spot" }, tolerations: [taint(AKS, "spot")] },
    onDemand: { terms: [[isNot(AKS, "spot")]] },
  },
  "kops": {
    spot: { selector: { "node-role.kubernetes.io/spot-worker": "true" } },
    onDemand: { terms: [[isAbsent("node-role.kubernetes.io/spot-worker")]] },
  },
  "oke": {
    spot: { selector: { [OKE]: "true" }, tolerations: [taint(OKE)] },
    onDemand: { terms: [[isAbsent(OKE)]] },
  },
};

function specGiven({ selector, terms, tolerations }: Given): unknown {
  const nodeSelectorTerms = terms?.map((matchExpressions) => ({ matchExpressions }));
  return {
    ...selector && { nodeSelector: selector },
    ...terms && {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
    },
    ...tolerations && { tolerations },
  };
}

for (const preset of PRESET_NAMES) {
  for (const capacity of CAPACITIES) {
    const given = GIVEN[preset][capacity === "spot" ? "spot" : "onDemand"];
    Deno.test(`preset ${preset} gives a pod of ${capacity} its selector, terms and tolerations`, () => {
      assert.deepEqual(placed({}, { preset, capacity }), specGiven(given));
    });

    Deno.test(`preset ${preset} ANDs what holds a pod to ${capacity} into every term of a template`, () => {
      const zones = ["a", "b"].map((zone) => ({ matchExpressions: [is("zone", zone)] }));
      const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: zones } };
      const spec = placed({ affinity: { nodeAffinity: required } }, { preset, capacity });
      for (const node of PLATFORM_NODES[preset]) {
        for (const zone of ["a", "b", "c"]) {
          const there = nodeOf({ ...node, labels: { ...node.labels, zone } });
          assert.equal(
            isWanted(spec, there),
            node.capacity === capacity && zone !== "c",
            `${node.what} ${zone}`,
          );
        }
      }
    });

    Deno.test(`preset ${preset} knows a template whose affinity asks for ${capacity} as its nodes are told`, () => {
      const terms = classifierOf(preset).placement(capacity).terms;
      const pin = templatePin(specGiven({ terms }) as JsonObject, classifierOf(preset));
      assert.equal(pin?.capacity, capacity);
    });
  }

  Deno.test(`preset ${preset} replaces a nodeSelector that asks for the other kind, and keeps the rest`, () => {
    const [node] = PLATFORM_NODES[preset].filter(({ capacity }) => capacity === "spot");
    const told = Object.entries(node!.labels).filter(([key]) => classifierOf(preset).keys.has(key));
    assert.ok(told.length > 0);
    const nodeSelector = { zone: "a", ...Object.fromEntries(told) };
    assert.equal(templatePin({ nodeSelector }, classifierOf(preset)), undefined);
    const spec = placed({ nodeSelector }, { preset, capacity: "on-demand" });
    assert.deepEqual(spec.nodeSelector, { zone: "a" });
  });
}

forAll(
  "a pod placed by a preset fits just the nodes of its kind that it fitted before",
  { runs: 2_000 },
  (random) => {
    const preset = random.pick(PRESET_NAMES);
    const capacity = random.pick(CAPACITIES);
    const { spec } = anyPod(random);
    const own = Object.entries(spec.nodeSelector ?? {}).filter(([key]) => !classifierOf(preset).keys.has(key));
    const before = { ...spec, nodeSelector: Object.fromEntries(own) } as unknown as PodSpec;
    const after = placed({ ...spec }, { preset, capacity });
    for (const { what, labels } of PLATFORM_NODES[random.pick(PRESET_NAMES)]) {
      const node = nodeOf({
        what,
        capacity,
        taints: [],
        labels: { zone: random.pick(["a", "b"]), cores: "8", ...labels },
      });
      const isOfKind = classifierOf(preset).classify(labels) === capacity;
      assert.equal(isWanted(after, node), isOfKind && isWanted(before, node), what);
    }
  },
);
