import assert from "node:assert/strict";
import { departureReason, type NodeCondition } from "../../src/domain/departure.ts";

const STAYING: NodeCondition = { unschedulable: false, conditions: ["Ready"], taintKeys: [] };

/** How each platform says that a node is going. */
const GOING = [
  "node.kubernetes.io/unschedulable",
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/out-of-service",
  "node.cloudprovider.kubernetes.io/shutdown",
  "karpenter.sh/disrupted",
  "karpenter.sh/disruption",
  "ToBeDeletedByClusterAutoscaler",
  "aws-node-termination-handler/spot-itn",
  "aws-node-termination-handler/scheduled-maintenance",
  "cloud.google.com/impending-node-termination",
  "remediator.kubernetes.azure.com/unschedulable",
  "cloudprovider.azure.microsoft.com/draining",
  "aks-node-termination-handler/preempt",
  "ignore-taint.cluster-autoscaler.kubernetes.io/oke-impending-node-termination",
  "autoscaling.cast.ai/draining",
];

for (const key of GOING) {
  Deno.test(`departureReason() knows the taint ${key}`, () => {
    assert.equal(departureReason({ ...STAYING, taintKeys: ["team", key] }), `taint ${key}`);
  });
}

const NOT_GOING = [
  "DeletionCandidateOfClusterAutoscaler",
  "node.kubernetes.io/disk-pressure",
  "karpenter.sh/unregistered",
  "karpenter.sh/disrupted-not",
  "aws-node-termination-handler",
  "kubernetes.azure.com/scalesetpriority",
  "cloud.google.com/gke-spot",
  "scheduling.cast.ai/spot",
  "oci.oraclecloud.com/oke-is-preemptible",
];

for (const key of NOT_GOING) {
  Deno.test(`departureReason() does not take the taint ${key} for a departure`, () => {
    assert.equal(departureReason({ ...STAYING, taintKeys: [key] }), undefined);
  });
}

const CONDITIONS: readonly [string, Partial<NodeCondition>, string | undefined][] = [
  ["nothing of a node that stays", {}, undefined],
  ["that a node is cordoned", { unschedulable: true }, "cordoned"],
  ["that a node is not ready", { conditions: [] }, "not ready"],
  ["the taint before the cordon", {
    unschedulable: true,
    conditions: [],
    taintKeys: ["karpenter.sh/disrupted"],
  }, "taint karpenter.sh/disrupted"],
  ["the event that Azure has scheduled for the VM", {
    conditions: ["Ready", "VMEventScheduled"],
  }, "condition VMEventScheduled"],
  ["nothing of a condition that is about something else", { conditions: ["Ready", "PIDPressure"] }, undefined],
  ["the cordon before readiness", { unschedulable: true, conditions: [] }, "cordoned"],
];

for (const [what, condition, reason] of CONDITIONS) {
  Deno.test(`departureReason() says ${what}`, () => {
    assert.equal(departureReason({ ...STAYING, ...condition }), reason);
  });
}
