import type { NodeCapacity } from "../../src/domain/capacity.ts";
import type { Labels } from "../../src/domain/label_selector.ts";
import type { PresetName } from "../../src/domain/presets.ts";
import type { Taint } from "../../src/sim/objects.ts";

/** A node as the platform makes it, without the labels that every node has. */
export interface PlatformNode {
  readonly what: string;
  readonly labels: Labels;
  /** Those that a pod has to tolerate because of the node's kind. */
  readonly taints: readonly Taint[];
  readonly capacity: NodeCapacity;
}

type Row = [what: string, capacity: NodeCapacity, labels: Labels, ...taints: Taint[]];

function nodes(common: Labels, ...rows: readonly Row[]): readonly PlatformNode[] {
  return rows.map(([what, capacity, labels, ...taints]) => ({
    what,
    capacity,
    labels: { ...common, ...labels },
    taints,
  }));
}

const noSchedule = (key: string, value?: string): Taint => ({ key, value, effect: "NoSchedule" });

const CAST = { "provisioner.cast.ai/managed-by": "cast.ai" };

export const PLATFORM_NODES: Readonly<Record<PresetName, readonly PlatformNode[]>> = {
  // https://karpenter.sh/docs/concepts/scheduling/#well-known-labels
  karpenter: nodes(
    { "karpenter.sh/nodepool": "default", "karpenter.k8s.aws/instance-family": "m6i" },
    ["spot", "spot", { "karpenter.sh/capacity-type": "spot" }],
    ["on-demand", "on-demand", { "karpenter.sh/capacity-type": "on-demand" }],
    ["bought ahead", "on-demand", { "karpenter.sh/capacity-type": "reserved" }],
  ),
  // https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
  "eks-auto": nodes(
    { "eks.amazonaws.com/compute-type": "auto", "eks.amazonaws.com/nodeclass": "default" },
    ["spot", "spot", { "karpenter.sh/capacity-type": "spot" }],
    ["on-demand", "on-demand", { "karpenter.sh/capacity-type": "on-demand" }],
  ),
  // https://docs.cast.ai/docs/autoscaler-reference-node-labels-and-taints
  castai: nodes(
    CAST,
    ["spot", "spot", { "scheduling.cast.ai/spot": "true" }, noSchedule("scheduling.cast.ai/spot", "true")],
    ["on-demand", "on-demand", { "scheduling.cast.ai/on-demand": "true" }],
    ["on-demand that stands in for spot", "on-demand", {
      "scheduling.cast.ai/spot": "true",
      "scheduling.cast.ai/spot-fallback": "true",
    }],
    ["that says nothing", "unknown", {}],
  ),
  // https://docs.spot.io/ocean/features/labels-and-taints; on AKS: https://docs.spot.io/ocean/tutorials
  ocean: nodes(
    { "spotinst.io/ocean-vng-id": "ols-1" },
    ["spot", "spot", { "spotinst.io/node-lifecycle": "spot" }],
    ["on-demand", "on-demand", { "spotinst.io/node-lifecycle": "od" }],
    [
      "spot on AKS",
      "spot",
      { "spot.io/node-lifecycle": "spot" },
      noSchedule("kubernetes.azure.com/scalesetpriority", "spot"),
    ],
    ["on-demand on AKS", "on-demand", { "spot.io/node-lifecycle": "od" }],
    ["that says nothing", "unknown", {}],
  ),
  // https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
  eks: nodes(
    { "eks.amazonaws.com/nodegroup": "workers", "eks.amazonaws.com/nodegroup-image": "ami-1" },
    ["spot", "spot", { "eks.amazonaws.com/capacityType": "SPOT" }],
    ["on-demand", "on-demand", { "eks.amazonaws.com/capacityType": "ON_DEMAND" }],
    ["of a capacity block", "on-demand", { "eks.amazonaws.com/capacityType": "CAPACITY_BLOCK" }],
    ["in other letters", "unknown", { "eks.amazonaws.com/capacityType": "spot" }],
  ),
  // https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms and .../how-to/preemptible-vms
  gke: nodes(
    { "cloud.google.com/gke-nodepool": "pool-1", "cloud.google.com/gke-os-distribution": "cos" },
    [
      "spot",
      "spot",
      { "cloud.google.com/gke-spot": "true", "cloud.google.com/gke-provisioning": "spot" },
    ],
    [
      "spot that GKE made by itself",
      "spot",
      { "cloud.google.com/gke-spot": "true", "cloud.google.com/gke-provisioning": "spot" },
      noSchedule("cloud.google.com/gke-spot", "true"),
    ],
    [
      "preemptible",
      "spot",
      { "cloud.google.com/gke-preemptible": "true", "cloud.google.com/gke-provisioning": "preemptible" },
      noSchedule("cloud.google.com/gke-preemptible", "true"),
    ],
    ["standard", "on-demand", { "cloud.google.com/gke-provisioning": "standard" }],
    ["from before gke-provisioning", "on-demand", {}],
    ["of two minds", "unknown", { "cloud.google.com/gke-provisioning": "spot" }],
  ),
  // https://learn.microsoft.com/azure/aks/spot-node-pool
  aks: nodes(
    { "kubernetes.azure.com/cluster": "MC_rg_aks_westeurope", "kubernetes.azure.com/mode": "user" },
    [
      "spot",
      "spot",
      { "kubernetes.azure.com/scalesetpriority": "spot" },
      noSchedule("kubernetes.azure.com/scalesetpriority", "spot"),
    ],
    ["regular", "on-demand", {}],
    ["regular that says so", "on-demand", { "kubernetes.azure.com/scalesetpriority": "regular" }],
  ),
  // https://github.com/kubernetes/kops/blob/master/pkg/nodeidentity/aws/identify.go
  kops: nodes(
    { "kops.k8s.io/instancegroup": "nodes", "node-role.kubernetes.io/node": "" },
    ["spot", "spot", { "node-role.kubernetes.io/spot-worker": "true" }],
    ["on-demand", "on-demand", {}],
  ),
  // https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingpreemptiblecapacity.htm
  oke: nodes(
    { "oci.oraclecloud.com/fault-domain": "FAULT-DOMAIN-1", "oci.oraclecloud.com/node.info.managed": "true" },
    [
      "preemptible",
      "spot",
      { "oci.oraclecloud.com/oke-is-preemptible": "true" },
      noSchedule("oci.oraclecloud.com/oke-is-preemptible", "present"),
    ],
    ["on-demand", "on-demand", {}],
  ),
};
