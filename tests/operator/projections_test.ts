import assert from "node:assert/strict";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { PRESETS } from "../../src/domain/presets.ts";
import { Interner } from "../../src/kube/interner.ts";
import { controllerOf, ordinalOf, parseSlot, Projections } from "../../src/operator/projections.ts";
import { forAll } from "../support/random.ts";
import { mutated } from "./mutations.ts";
import {
  type ApiObject,
  budgetObject,
  CAPACITY_TYPE,
  deploymentObject,
  namespaceObject,
  nodeObject,
  ownedBy,
  podObject,
  replicaSetObject,
  statefulSetObject,
} from "./objects.ts";

const projections = new Projections({
  interner: new Interner(),
  classifier: new NodeClassifier(PRESETS.karpenter),
});
const DELETED = { deletionTimestamp: "2025-01-01T00:00:00Z" };

Deno.test("Projections keeps of a pod what is read, and no more", () => {
  assert.deepEqual(projections.pod(podObject("web-0", { slot: 3, placed: "spot", nodeName: "n1" })), {
    namespace: "shop",
    name: "web-0",
    uid: "uid-web-0",
    resourceVersion: "",
    ownerUid: "ReplicaSet-web-1",
    labels: { app: "web", "spotalis.io/capacity": "spot" },
    nodeName: "n1",
    slot: 3,
    placed: "spot",
    isPinned: false,
    pinnedTo: undefined,
    isTerminating: false,
    isFinished: false,
    isPending: false,
    isReady: true,
    createdMs: Date.UTC(2025, 0, 1),
    scheduledMs: undefined,
    unschedulableMs: undefined,
    fallback: undefined,
    protectedBy: undefined,
  });
});

function scheduling(condition: object): Parameters<typeof podObject>[1] {
  const lastTransitionTime = "2025-01-02T00:00:00Z";
  return { status: { conditions: [{ type: "PodScheduled", lastTransitionTime, ...condition }] } };
}

function marked(marks: Record<string, string>, placed: "spot" | "on-demand" = "on-demand") {
  return { slot: 1, placed, annotations: { "spotalis.io/slot": "1", ...marks } };
}

const SINCE_MS = Date.UTC(2025, 0, 2);
const MARKS = {
  "spotalis.io/fallback-retry-at": "2025-01-02T00:00:00.500Z",
  "spotalis.io/fallback-retry-after": "20m0s",
};

const POD_STATES: readonly [name: string, fields: Parameters<typeof podObject>[1], expected: object][] = [
  ["that terminates", { metadata: { ...podObject("p").metadata, ...DELETED } }, { isTerminating: true }],
  ["that has failed", { status: { phase: "Failed" } }, { isFinished: true, isPending: false }],
  ["that has succeeded", { status: { phase: "Succeeded" } }, { isFinished: true }],
  ["that is pending", { status: { phase: "Pending", conditions: [] } }, { isPending: true, isReady: false }],
  ["that is not ready", { isReady: false }, { isReady: false }],
  ["without a status", { status: { phase: undefined, conditions: undefined } }, {
    isReady: false,
    isPending: false,
  }],
  ["with a label but without a slot", { placed: "spot" }, { placed: undefined, slot: undefined }],
  ["with a label that is no capacity", { slot: 1, labels: { "spotalis.io/capacity": "moon" } }, {
    placed: undefined,
  }],
  ["with a slot that is none", { annotations: { "spotalis.io/slot": "-1" } }, { slot: undefined }],
  ["that Karpenter must not move", { annotations: { "karpenter.sh/do-not-disrupt": "true" } }, {
    protectedBy: "karpenter.sh/do-not-disrupt=true",
  }],
  ["that Karpenter may move", { annotations: { "karpenter.sh/do-not-disrupt": "false" } }, {
    protectedBy: undefined,
  }],
  ["that has got its node", scheduling({ status: "True" }), {
    scheduledMs: SINCE_MS,
    unschedulableMs: undefined,
  }],
  ["that no node is found for", scheduling({ status: "False", reason: "Unschedulable" }), {
    scheduledMs: undefined,
    unschedulableMs: SINCE_MS,
  }],
  ["that something else holds", scheduling({ status: "False", reason: "SchedulingGated" }), {
    scheduledMs: undefined,
    unschedulableMs: undefined,
  }],
  [
    "that does not say since when",
    scheduling({ status: "False", reason: "Unschedulable", lastTransitionTime: null }),
    { unschedulableMs: undefined },
  ],
  ["that a fallback has placed", marked(MARKS), {
    fallback: { retryAtMs: SINCE_MS + 500, retryAfterMs: 1_200_000 },
  }],
  ["on spot that carries the marks of a fallback", marked(MARKS, "spot"), { fallback: undefined }],
  ["with half of a fallback's marks", marked({ "spotalis.io/fallback-retry-at": "2025-01-02T00:00:00Z" }), {
    fallback: undefined,
  }],
  ["with a fallback's marks that are none", marked({ ...MARKS, "spotalis.io/fallback-retry-at": "soon" }), {
    fallback: undefined,
  }],
  ["that the autoscaler must not evict", {
    annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" },
  }, { protectedBy: "cluster-autoscaler.kubernetes.io/safe-to-evict=false" }],
];

for (const [name, fields, expected] of POD_STATES) {
  Deno.test(`Projections reads a pod ${name}`, () => {
    const pod = projections.pod(podObject("p", fields))!;
    assert.deepEqual({ ...pod, ...expected }, pod);
  });
}

const PIN = {
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{
          matchExpressions: [{ key: CAPACITY_TYPE, operator: "In", values: ["on-demand"] }],
        }],
      },
    },
  },
};

Deno.test("Projections tells a template's pin from the affinity that admission gave", () => {
  const own = projections.pod(podObject("p", { spec: PIN }))!;
  assert.deepEqual([own.isPinned, own.pinnedTo], [true, "on-demand"]);
  const placed = projections.pod(podObject("p", { spec: PIN, slot: 0, placed: "on-demand" }))!;
  assert.deepEqual([placed.isPinned, placed.placed], [false, "on-demand"]);
});

for (
  const [name, owner] of [
    ["a Job", ownedBy("Job", "j", { apiVersion: "batch/v1" })],
    ["a DaemonSet", ownedBy("DaemonSet", "d")],
    ["its node (a mirror pod)", ownedBy("Node", "n", { apiVersion: "v1" })],
    ["a ReplicaSet of another API group", ownedBy("ReplicaSet", "r", { apiVersion: "x/v1" })],
    ["nothing that controls it", ownedBy("ReplicaSet", "r", { controller: false })],
  ] as const
) {
  Deno.test(`Projections leaves a pod out that belongs to ${name}`, () => {
    assert.equal(projections.pod(podObject("p", { owner })), undefined);
  });
}

Deno.test("controllerOf() passes over owners that do not control", () => {
  const ownerReferences = [ownedBy("ReplicaSet", "a", { controller: false }), ownedBy("ReplicaSet", "b")];
  assert.deepEqual(controllerOf({ ownerReferences }), { kind: "ReplicaSet", name: "b", uid: "ReplicaSet-b" });
});

Deno.test("controllerOf() takes no controller without kind, name and UID", () => {
  for (const missing of ["kind", "name", "uid"]) {
    assert.equal(
      controllerOf({ ownerReferences: [{ ...ownedBy("ReplicaSet", "a"), [missing]: "" }] }),
      undefined,
    );
  }
});

Deno.test("parseSlot() takes plain numbers only", () => {
  assert.deepEqual(["0", "12", "999999999"].map(parseSlot), [0, 12, 999_999_999]);
  for (const text of [undefined, "", "-1", "1.5", " 1", "1e3", "9999999999", "NaN", "١"]) {
    assert.equal(parseSlot(text), undefined, String(text));
  }
});

Deno.test("ordinalOf() reads the number at the end of a name", () => {
  assert.deepEqual(["db-0", "my-db-12", "db-", "db", "db-x", "7"].map(ordinalOf), [
    0,
    12,
    undefined,
    undefined,
    undefined,
    7,
  ]);
});

Deno.test("Projections tells capacity and departure of a node", () => {
  const node = (fields: Parameters<typeof nodeObject>[1]) => {
    const { capacity, departing } = projections.node(nodeObject("spot-1", fields));
    return [capacity, departing];
  };
  assert.deepEqual(node({}), ["spot", undefined]);
  assert.deepEqual(node({ capacity: "reserved" }), ["on-demand", undefined]);
  assert.deepEqual(node({ capacity: "other" }), ["unknown", undefined]);
  assert.deepEqual(node({ spec: { unschedulable: true } }), ["spot", "cordoned"]);
  assert.deepEqual(node({ status: { conditions: [] } }), ["spot", "not ready"]);
  const azure = (status: string) => ({
    conditions: [{ type: "VMEventScheduled", status }, { type: "Ready", status: "True" }],
  });
  assert.deepEqual(node({ status: azure("True") }), ["spot", "condition VMEventScheduled"]);
  assert.deepEqual(node({ status: azure("False") }), ["spot", undefined]);
  assert.deepEqual(node({ spec: { taints: [{ key: "karpenter.sh/disrupted", effect: "NoSchedule" }] } }), [
    "spot",
    "taint karpenter.sh/disrupted",
  ]);
});

Deno.test("Projections follows a ReplicaSet to its Deployment by UID", () => {
  const set = projections.replicaSet(replicaSetObject({ replicas: 7 }));
  assert.deepEqual([set.workloadUid, set.replicas, set.templateHasSlot], ["Deployment-web", 7, false]);
  const stranger = ownedBy("Rollout", "web", { apiVersion: "argoproj.io/v1alpha1" });
  assert.equal(projections.replicaSet(replicaSetObject({ owner: stranger })).workloadUid, undefined);
  const defaulted = projections.replicaSet(replicaSetObject({ spec: { replicas: undefined } }));
  assert.equal(defaulted.replicas, 1, "the API's default");
});

Deno.test("Projections keeps only our annotations of a workload", () => {
  const annotations = { "spotalis.io/spot-percentage": "50", "kubectl/last-applied": "x".repeat(10_000) };
  assert.deepEqual(projections.deployment(deploymentObject({ annotations })).annotations, {
    "spotalis.io/spot-percentage": "50",
  });
});

Deno.test("Projections sees whether a workload's spec is observed", () => {
  const observed = (generation: number, observedGeneration: number | undefined) =>
    projections.deployment(deploymentObject({ metadata: { generation }, status: { observedGeneration } }))
      .isObserved;
  assert.deepEqual([observed(2, 2), observed(2, 3), observed(2, 1), observed(2, undefined)], [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("Projections reads the roll-out of a StatefulSet", () => {
  const set = projections.statefulSet(statefulSetObject({
    spec: {
      replicas: 5,
      ordinals: { start: 2 },
      updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 3 } },
    },
    status: { updateRevision: "r2" },
  }));
  const { hasUpdate, partition, firstOrdinal, replicas, workloadUid } = set;
  assert.deepEqual([hasUpdate, partition, firstOrdinal, replicas, workloadUid], [
    true,
    3,
    2,
    5,
    set.uid,
  ]);
});

Deno.test("Projections believes a budget's status only when it is that of its spec", () => {
  const object = budgetObject("b", { allowed: 2 });
  assert.equal(projections.budget(object).disruptionsAllowed, 2);
  const behind: ApiObject = { ...object, metadata: { ...object.metadata, generation: 2 } };
  assert.equal(projections.budget(behind).disruptionsAllowed, 0);
  assert.equal(projections.budget({ metadata: object.metadata }).disruptionsAllowed, 0);
});

Deno.test("Projections shares equal label sets between pods", () => {
  const [a, b] = [projections.pod(podObject("a"))!, projections.pod(podObject("b"))!];
  assert.equal(a.labels, b.labels);
});

const WHOLE = {
  pod: podObject("p", { slot: 1, placed: "spot", nodeName: "n1", spec: PIN }),
  node: nodeObject("spot-1", { spec: { taints: [{ key: "a", effect: "NoSchedule" }] } }),
  replicaSet: replicaSetObject(),
  deployment: deploymentObject(),
  statefulSet: statefulSetObject({ spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } }),
  namespace: namespaceObject("shop"),
  budget: budgetObject("b"),
} as const;

for (const [kind, object] of Object.entries(WHOLE)) {
  Deno.test(`Projections takes a ${kind} without anything in it`, () => {
    const project = projections[kind as keyof typeof WHOLE];
    for (
      const bare of [{}, { metadata: null, spec: null, status: null }, { metadata: {}, spec: [], status: 1 }]
    ) {
      project(bare as never);
    }
  });

  forAll(`Projections never throws on a ${kind} of any shape`, { runs: 1_000 }, (random) => {
    const odd = mutated(object, random);
    if (typeof odd !== "object" || odd === null) return;
    const project = projections[kind as keyof typeof WHOLE];
    assert.doesNotThrow(() => project(odd as never), JSON.stringify(odd));
  });
}

const GPU = { nodeSelector: { pool: "gpu" } };
const TOLERANT = { tolerations: [{ key: "gpu", operator: "Exists" }] };
const CONSTRAINTS: readonly [what: string, spec: object, other: object, isSame: boolean][] = [
  ["another image", GPU, { ...GPU, containers: [{ name: "main", image: "other" }] }, true],
  ["another node selector", GPU, {}, false],
  ["another toleration", GPU, { ...GPU, ...TOLERANT }, false],
  ["another required affinity", GPU, {
    ...GPU,
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "Exists" }] }],
        },
      },
    },
  }, false],
];

for (const [what, spec, other, isSame] of CONSTRAINTS) {
  Deno.test(`Projections takes a template with ${what} to ask for ${isSame ? "the same" : "other"} nodes`, () => {
    const [one, two] = [spec, other].map((spec) =>
      projections.deployment(deploymentObject({ spec: { template: { spec } } })).constraints
    );
    assert.equal(one === two, isSame);
  });
}
