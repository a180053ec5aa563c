/** What of a node tells that it is on its way out. */
export interface NodeCondition {
  readonly unschedulable: boolean;
  /** The types of its conditions that are True. */
  readonly conditions: readonly string[];
  readonly taintKeys: readonly string[];
}

/**
 * Taints by which clouds and autoscalers say that a node is going (sources: reference of Kubernetes'
 * well-known taints, Karpenter v1, Cluster Autoscaler `utils/taints`, AWS node termination handler,
 * AKS and OKE documentation, CAST AI's spot handler). A key that ends in `/` stands for all keys below it.
 */
const DEPARTING_TAINTS: readonly string[] = [
  "node.kubernetes.io/unschedulable",
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/out-of-service",
  "node.cloudprovider.kubernetes.io/shutdown",
  "karpenter.sh/disrupted",
  "karpenter.sh/disruption",
  "ToBeDeletedByClusterAutoscaler",
  "aws-node-termination-handler/",
  "cloud.google.com/impending-node-termination",
  "remediator.kubernetes.azure.com/unschedulable",
  "remediator.aks.microsoft.com/unschedulable",
  "cloudprovider.azure.microsoft.com/draining",
  "aks-node-termination-handler/",
  "ignore-taint.cluster-autoscaler.kubernetes.io/oke-impending-node-termination",
  "autoscaling.cast.ai/draining",
];

/**
 * AKS: the VM is about to be preempted, terminated, redeployed, rebooted or frozen
 * (https://learn.microsoft.com/azure/aks/node-problem-detector).
 */
const DEPARTING_CONDITIONS: readonly string[] = ["VMEventScheduled"];

function isDepartingTaint(key: string): boolean {
  return DEPARTING_TAINTS.some((known) => known.endsWith("/") ? key.startsWith(known) : key === known);
}

/** Why a node is departing, or undefined. */
export function departureReason(node: NodeCondition): string | undefined {
  const taint = node.taintKeys.find(isDepartingTaint);
  if (taint !== undefined) return `taint ${taint}`;
  if (node.unschedulable) return "cordoned";
  const condition = DEPARTING_CONDITIONS.find((type) => node.conditions.includes(type));
  if (condition !== undefined) return `condition ${condition}`;
  return node.conditions.includes("Ready") ? undefined : "not ready";
}
