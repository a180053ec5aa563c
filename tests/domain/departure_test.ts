import assert from "node:assert/strict";
import { departureReason, type NodeCondition } from "../../src/domain/departure.ts";

const STAYING: NodeCondition = { unschedulable: false, ready: true, taintKeys: [] };

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
];

for (const key of NOT_GOING) {
  Deno.test(`departureReason() does not take the taint ${key} for a departure`, () => {
    assert.equal(departureReason({ ...STAYING, taintKeys: [key] }), undefined);
  });
}

const CONDITIONS: readonly [string, Partial<NodeCondition>, string | undefined][] = [
  ["nothing of a node that stays", {}, undefined],
  ["that a node is cordoned", { unschedulable: true }, "cordoned"],
  ["that a node is not ready", { ready: false }, "not ready"],
  ["the taint before the cordon", {
    unschedulable: true,
    ready: false,
    taintKeys: ["karpenter.sh/disrupted"],
  }, "taint karpenter.sh/disrupted"],
  ["the cordon before readiness", { unschedulable: true, ready: false }, "cordoned"],
];

for (const [what, condition, reason] of CONDITIONS) {
  Deno.test(`departureReason() says ${what}`, () => {
    assert.equal(departureReason({ ...STAYING, ...condition }), reason);
  });
}
