import type { LabelSelector } from "./label_selector.ts";

/** How nodes of one kind are told: selectors are OR-ed. */
export interface CapacityRule {
  readonly selectors: readonly LabelSelector[];
  /** Of the taints that the nodes carry because they are of this kind. */
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
  /** Label keys that the selectors name, but that tell a node's cloud and not its kind. */
  readonly cloudKeys?: readonly string[];
}

export interface Preset extends ClassifierRules {
  /**
   * A label that every node of the cloud carries, of whatever kind. Where on-demand is the absence of a
   * label, it is how `auto` knows that the label is absent from a node of this cloud, and not of another.
   */
  readonly cloudKey?: string;
}

/** Where a kind is not marked by taints. */
const NONE = [] as const;

/**
 * Karpenter on any cloud (https://karpenter.sh/docs/concepts/scheduling/#well-known-labels). `reserved` is
 * bought ahead and cannot be taken away, so it counts as on-demand.
 */
const KARPENTER = {
  spot: { selectors: [{ matchLabels: { "karpenter.sh/capacity-type": "spot" } }], tolerations: NONE },
  onDemand: {
    selectors: [{
      matchExpressions: [
        { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand", "reserved"] },
      ],
    }],
    tolerations: NONE,
  },
} as const satisfies Preset;

const AKS_SPOT_TAINT = {
  key: "kubernetes.azure.com/scalesetpriority",
  operator: "Equal",
  value: "spot",
  effect: "NoSchedule",
} as const;

/**
 * How each platform marks its nodes, in order of authority: what orders machines from a cloud knows better
 * than the cloud's own label what it ordered. Only `auto` reads the order.
 */
export const PRESETS = {
  karpenter: KARPENTER,

  // EKS Auto Mode is Karpenter run by AWS, with its labels
  // (https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html).
  "eks-auto": KARPENTER,

  // CAST AI (https://docs.cast.ai/docs/autoscaler-reference-node-labels-and-taints,
  // https://docs.cast.ai/docs/spot). A spot-fallback node is an on-demand one that stands in for spot, and
  // may carry the label of spot as well.
  castai: {
    spot: {
      selectors: [{
        matchLabels: { "scheduling.cast.ai/spot": "true" },
        matchExpressions: [
          { key: "scheduling.cast.ai/spot-fallback", operator: "DoesNotExist" },
          { key: "scheduling.cast.ai/on-demand", operator: "DoesNotExist" },
        ],
      }],
      tolerations: [{ key: "scheduling.cast.ai/spot", operator: "Exists", effect: "NoSchedule" }],
    },
    onDemand: {
      selectors: [
        { matchLabels: { "scheduling.cast.ai/on-demand": "true" } },
        { matchLabels: { "scheduling.cast.ai/spot-fallback": "true" } },
      ],
      tolerations: NONE,
    },
  },

  // Spot Ocean (https://docs.spot.io/ocean/features/labels-and-taints); on AKS it has a label of its own,
  // and its spot nodes have the taint of AKS.
  ocean: {
    spot: {
      selectors: [
        { matchLabels: { "spotinst.io/node-lifecycle": "spot" } },
        {
          matchLabels: { "spot.io/node-lifecycle": "spot" },
          matchExpressions: [{ key: "spotinst.io/node-lifecycle", operator: "DoesNotExist" }],
        },
      ],
      tolerations: [AKS_SPOT_TAINT],
    },
    onDemand: {
      selectors: [
        { matchLabels: { "spotinst.io/node-lifecycle": "od" } },
        {
          matchLabels: { "spot.io/node-lifecycle": "od" },
          matchExpressions: [{ key: "spotinst.io/node-lifecycle", operator: "DoesNotExist" }],
        },
      ],
      tolerations: NONE,
    },
  },

  // EKS managed node groups (https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html).
  eks: {
    spot: { selectors: [{ matchLabels: { "eks.amazonaws.com/capacityType": "SPOT" } }], tolerations: NONE },
    onDemand: {
      selectors: [{
        matchExpressions: [
          { key: "eks.amazonaws.com/capacityType", operator: "In", values: ["ON_DEMAND", "CAPACITY_BLOCK"] },
        ],
      }],
      tolerations: NONE,
    },
  },

  // GKE (https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms; the labels of both generations
  // are those of Cluster Autoscaler's cloudprovider/gce/gce_price_model.go). Older nodes have no
  // gke-provisioning. Only nodes that GKE makes by itself (auto-provisioning, ComputeClass) have the taint;
  // for pools of one's own its documentation advises it.
  gke: {
    cloudKey: "cloud.google.com/gke-nodepool",
    spot: {
      selectors: [
        { matchLabels: { "cloud.google.com/gke-spot": "true" } },
        { matchLabels: { "cloud.google.com/gke-preemptible": "true" } },
      ],
      tolerations: [
        { key: "cloud.google.com/gke-spot", operator: "Equal", value: "true", effect: "NoSchedule" },
        { key: "cloud.google.com/gke-preemptible", operator: "Equal", value: "true", effect: "NoSchedule" },
      ],
    },
    onDemand: {
      selectors: [{
        matchExpressions: [
          { key: "cloud.google.com/gke-spot", operator: "DoesNotExist" },
          { key: "cloud.google.com/gke-preemptible", operator: "DoesNotExist" },
          { key: "cloud.google.com/gke-provisioning", operator: "NotIn", values: ["spot", "preemptible"] },
        ],
      }],
      tolerations: NONE,
    },
  },

  // AKS (https://learn.microsoft.com/azure/aks/spot-node-pool). Regular nodes lack the label; those of node
  // auto-provisioning say `regular` (karpenter-provider-azure pkg/apis/v1beta1/labels.go).
  aks: {
    cloudKey: "kubernetes.azure.com/cluster",
    spot: {
      selectors: [{ matchLabels: { "kubernetes.azure.com/scalesetpriority": "spot" } }],
      tolerations: [AKS_SPOT_TAINT],
    },
    onDemand: {
      selectors: [{
        matchExpressions: [
          { key: "kubernetes.azure.com/scalesetpriority", operator: "NotIn", values: ["spot"] },
        ],
      }],
      tolerations: NONE,
    },
  },

  // kOps, from the lifecycle of the EC2 instance (pkg/nodeidentity/aws/identify.go of kubernetes/kops).
  kops: {
    cloudKey: "kops.k8s.io/instancegroup",
    spot: {
      selectors: [{ matchLabels: { "node-role.kubernetes.io/spot-worker": "true" } }],
      tolerations: NONE,
    },
    onDemand: {
      selectors: [{
        matchExpressions: [{ key: "node-role.kubernetes.io/spot-worker", operator: "DoesNotExist" }],
      }],
      tolerations: NONE,
    },
  },

  // Oracle OKE (https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingpreemptiblecapacity.htm).
  oke: {
    cloudKey: "oci.oraclecloud.com/fault-domain",
    spot: {
      selectors: [{ matchLabels: { "oci.oraclecloud.com/oke-is-preemptible": "true" } }],
      tolerations: [{
        key: "oci.oraclecloud.com/oke-is-preemptible",
        operator: "Exists",
        effect: "NoSchedule",
      }],
    },
    onDemand: {
      selectors: [{
        matchExpressions: [{ key: "oci.oraclecloud.com/oke-is-preemptible", operator: "DoesNotExist" }],
      }],
      tolerations: NONE,
    },
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];
