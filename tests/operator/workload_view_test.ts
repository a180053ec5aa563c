import assert from "node:assert/strict";
import { NO_MOVES } from "../../src/domain/moves.ts";
import type { PodView } from "../../src/domain/snapshot.ts";
import { GOOD_STANDING, NO_FALLBACK } from "../support/builders.ts";
import {
  budgetObject,
  deploymentObject,
  ENABLED,
  namespaceObject,
  nodeObject,
  ownedBy,
  podObject,
  replicaSetObject,
  split,
  statefulSetObject,
} from "./objects.ts";
import { type FakeCluster, fakeCluster, OWN_NAMESPACE } from "./support.ts";

const OPTIONS = { moves: NO_MOVES, standing: GOOD_STANDING, fallback: () => NO_FALLBACK };

function snapshotOf(cluster: FakeCluster, kind = "Deployment", name = "web") {
  return cluster.view.snapshot(cluster.cache.workload(kind, { namespace: "shop", name })!, OPTIONS);
}

function withWeb(cluster = fakeCluster()): FakeCluster {
  for (const name of ["spot-1", "on-demand-1", "odd-1"]) cluster.addNode(nodeObject(name));
  cluster.addDeployment(deploymentObject());
  cluster.addReplicaSet(replicaSetObject());
  return cluster;
}

const PLACES: readonly [name: string, fields: Parameters<typeof podObject>[1], where: PodView["where"]][] = [
  ["on a spot node", { nodeName: "spot-1" }, "spot"],
  ["on an on-demand node", { nodeName: "on-demand-1" }, "on-demand"],
  ["on a spot node with the other label", { nodeName: "spot-1", slot: 0, placed: "on-demand" }, "spot"],
  ["on a node of unknown capacity", { nodeName: "odd-1" }, "unknown"],
  ["on a node of unknown capacity, with a label", { nodeName: "odd-1", slot: 0, placed: "spot" }, "unknown"],
  ["on a node that the cache does not show", { nodeName: "new-1" }, "unknown"],
  ["on a node that the cache does not show, placed", { nodeName: "new-1", slot: 0, placed: "spot" }, "spot"],
  ["not bound, placed", { slot: 0, placed: "spot" }, "spot"],
  ["not bound", {}, "unplaced"],
  ["not bound, with a label that is not ours", { placed: "spot" }, "unplaced"],
];

for (const [name, fields, where] of PLACES) {
  Deno.test(`WorkloadView takes a pod ${name} to be ${where}`, () => {
    const cluster = withWeb();
    cluster.addPod(podObject("web-0", fields));
    assert.equal(snapshotOf(cluster).pods[0]!.where, where);
    const capacity = where === "spot" || where === "on-demand" ? where : undefined;
    const slot = fields?.slot;
    assert.deepEqual(cluster.view.heldBy({ namespace: "shop", uid: "ReplicaSet-web-1" }), [{ slot, capacity }]);
  });
}

Deno.test("fault 53: WorkloadView says of a pod that its node departs, and nothing of one that has none", () => {
  const cluster = withWeb();
  cluster.addNode(nodeObject("spot-1", { spec: { unschedulable: true } }));
  cluster.addPod(podObject("web-0", { nodeName: "spot-1" }));
  cluster.addPod(podObject("web-1"));
  assert.deepEqual(snapshotOf(cluster).pods.map(({ departing }) => departing), ["cordoned", undefined]);
});

Deno.test("WorkloadView holds no slot of a pod that terminates or has finished, but shows it", () => {
  const cluster = withWeb();
  const pod = podObject("web-0", { slot: 0, placed: "spot", nodeName: "spot-1" });
  cluster.addPod({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2025-01-01T00:00:00Z" } });
  cluster.addPod(podObject("web-1", { slot: 1, status: { phase: "Failed" } }));
  assert.deepEqual(cluster.view.heldBy({ namespace: "shop", uid: "ReplicaSet-web-1" }), []);
  assert.deepEqual(snapshotOf(cluster).pods.map(({ name }) => name), ["web-0", "web-1"]);
});

Deno.test("WorkloadView follows pods by owner UID, never by labels", () => {
  const cluster = withWeb();
  cluster.addPod(podObject("web-0"));
  cluster.addPod(podObject("stranger", { owner: ownedBy("ReplicaSet", "web-1", { uid: "of-another-life" }) }));
  assert.deepEqual(snapshotOf(cluster).pods.map(({ name }) => name), ["web-0"]);
});

Deno.test("WorkloadView counts how many ReplicaSets have pods", () => {
  const cluster = withWeb();
  cluster.addReplicaSet(replicaSetObject({ name: "web-2", replicas: 0 }));
  cluster.addPod(podObject("web-0"));
  assert.equal(snapshotOf(cluster).rollout.ownersWithPods, 1);
  cluster.addPod(podObject("web-2-0", { owner: ownedBy("ReplicaSet", "web-2") }));
  assert.equal(snapshotOf(cluster).rollout.ownersWithPods, 2);
  assert.equal(snapshotOf(cluster).pods.length, 2);
});

Deno.test("WorkloadView does not count a ReplicaSet that has left only failed pods behind", () => {
  const cluster = withWeb();
  cluster.addReplicaSet(replicaSetObject({ name: "web-2", replicas: 0 }));
  cluster.addPod(podObject("web-0"));
  cluster.addPod(podObject("web-2-0", { owner: ownedBy("ReplicaSet", "web-2"), status: { phase: "Failed" } }));
  assert.equal(snapshotOf(cluster).rollout.ownersWithPods, 1);
});

Deno.test("WorkloadView tells the slot of a StatefulSet's pod by its name where admission never saw it", () => {
  const cluster = fakeCluster();
  cluster.addStatefulSet(statefulSetObject({ name: "db", spec: { replicas: 3, ordinals: { start: 2 } } }));
  cluster.addPod(podObject("db-4", { owner: ownedBy("StatefulSet", "db") }));
  assert.deepEqual(snapshotOf(cluster, "StatefulSet", "db").pods.map(({ slot }) => slot), [2]);
  assert.deepEqual(cluster.view.heldBy({ namespace: "shop", uid: "StatefulSet-db" }).map(({ slot }) => slot), [
    2,
  ]);
});

Deno.test("WorkloadView knows that a namespace is out of scope before it has seen it", () => {
  const { view } = fakeCluster({ scope: { watched: ["shop"] } });
  assert.equal(view.isOutOfScope("other"), true);
  assert.equal(view.isOutOfScope("shop"), false);
  assert.equal(view.isOutOfScope("kube-system"), true);
});

Deno.test("WorkloadView takes a StatefulSet for the owner of its own pods", () => {
  const cluster = withWeb();
  cluster.addStatefulSet(statefulSetObject({ name: "db" }));
  cluster.addPod(podObject("db-0", { owner: ownedBy("StatefulSet", "db") }));
  assert.deepEqual(snapshotOf(cluster, "StatefulSet", "db").pods.map(({ name }) => name), ["db-0"]);
});

const ROLLOUTS: readonly [name: string, fields: Parameters<typeof statefulSetObject>[0], expected: object][] = [
  ["that is done", {}, { toUpdate: 5 }],
  ["with a revision on its way", { status: { updateRevision: "r2", updatedReplicas: 2 } }, {
    toUpdate: 5,
    updated: 2,
  }],
  ["that stops at a partition", {
    spec: { replicas: 5, updateStrategy: { rollingUpdate: { partition: 3 } } },
    status: { updateRevision: "r2", updatedReplicas: 2 },
  }, { toUpdate: 2, updated: 2 }],
  ["with a partition above its size", {
    spec: { replicas: 5, updateStrategy: { rollingUpdate: { partition: 9 } } },
    status: { updateRevision: "r2", updatedReplicas: 0 },
  }, { toUpdate: 0 }],
  ["with a partition, but without an update", {
    spec: { replicas: 5, updateStrategy: { rollingUpdate: { partition: 3 } } },
  }, { toUpdate: 5 }],
  ["that waits for deletions", {
    spec: { replicas: 5, updateStrategy: { type: "OnDelete" } },
    status: { updateRevision: "r2", updatedReplicas: 1 },
  }, { updated: 1, toUpdate: 5 }],
  // The controller never makes the current revision the updated one (OnDelete).
  ["that had its deletions", {
    spec: { replicas: 5, updateStrategy: { type: "OnDelete" } },
    status: { updateRevision: "r2", updatedReplicas: 5 },
  }, { updated: 5, toUpdate: 5 }],
];

for (const [name, fields, expected] of ROLLOUTS) {
  Deno.test(`WorkloadView reads a roll-out ${name}`, () => {
    const cluster = fakeCluster();
    cluster.addStatefulSet(statefulSetObject({ name: "db", replicas: 5, ...fields }));
    const { rollout } = snapshotOf(cluster, "StatefulSet", "db");
    assert.deepEqual({ ...rollout, ...expected }, rollout);
  });
}

const EXPRESSION = { matchExpressions: [{ key: "app", operator: "NotIn", values: ["other"] }] };
const SELECTORS: readonly [name: string, selector: unknown, isCovered: boolean][] = [
  ["that matches", { matchLabels: { app: "web" } }, true],
  ["that does not match", { matchLabels: { app: "other" } }, false],
  ["of expressions", EXPRESSION, true],
  [
    "that asks for both",
    { matchLabels: { app: "web" }, matchExpressions: [{ key: "x", operator: "Exists" }] },
    false,
  ],
  ["that is empty", {}, true],
  ["that is absent", null, false],
];

for (const [name, selector, isCovered] of SELECTORS) {
  Deno.test(`WorkloadView ${isCovered ? "covers" : "does not cover"} a pod by a budget with a selector ${name}`, () => {
    const cluster = withWeb();
    cluster.addPod(podObject("web-0"));
    cluster.addBudget(budgetObject("b", { selector }));
    assert.deepEqual(snapshotOf(cluster).pods[0]!.budgets, isCovered ? ["b"] : []);
  });
}

Deno.test("WorkloadView does not look at the budgets of other namespaces", () => {
  const cluster = withWeb();
  cluster.addPod(podObject("web-0"));
  cluster.addBudget(budgetObject("b", { selector: {}, namespace: "other" }));
  assert.deepEqual([snapshotOf(cluster).pods[0]!.budgets, snapshotOf(cluster).budgets.length], [[], 0]);
});

Deno.test("WorkloadView takes a workload to terminate when its namespace does", () => {
  const cluster = withWeb();
  assert.equal(snapshotOf(cluster).isTerminating, false);
  cluster.addNamespace(namespaceObject("shop", { metadata: { deletionTimestamp: "2025-01-01T00:00:00Z" } }));
  assert.equal(snapshotOf(cluster).isTerminating, true);
});

function policyIn(cluster: FakeCluster, namespace: string) {
  cluster.addDeployment(deploymentObject({ namespace }));
  return cluster.view.policyOf(cluster.cache.workload("Deployment", { namespace, name: "web" })!).kind;
}

Deno.test("WorkloadView leaves kube-system and the operator's own namespace out", () => {
  const cluster = fakeCluster();
  assert.equal(policyIn(cluster, "kube-system"), "unmanaged");
  assert.equal(policyIn(cluster, OWN_NAMESPACE), "unmanaged");
  assert.equal(policyIn(cluster, "shop"), "managed");
});

Deno.test("WorkloadView acts only in namespaces that the administrator's selector matches", () => {
  const cluster = fakeCluster({ scope: { selector: { matchLabels: { team: "a" } } } });
  cluster.addNamespace(namespaceObject("ours", { labels: { team: "a" } }));
  cluster.addNamespace(namespaceObject("theirs", { labels: { team: "b" } }));
  cluster.addNamespace(namespaceObject("kube-system", { labels: { team: "a" } }));
  assert.equal(policyIn(cluster, "ours"), "managed");
  assert.equal(policyIn(cluster, "theirs"), "unmanaged");
  assert.equal(policyIn(cluster, "not-seen-yet"), "unmanaged");
  assert.equal(policyIn(cluster, "kube-system"), "managed", "it was asked for by name");
});

Deno.test("WorkloadView reads a policy anew when the workload or its namespace changes", () => {
  const cluster = fakeCluster();
  const percentage = () => {
    const result = cluster.view.policyOf(
      cluster.cache.workload("Deployment", { namespace: "shop", name: "web" })!,
    );
    return result.kind === "managed" ? result.policy.spotPercentage : result.kind;
  };
  cluster.addDeployment(deploymentObject({ labels: {}, annotations: {} }));
  assert.equal(percentage(), "unmanaged");
  cluster.addNamespace(namespaceObject("shop", { labels: ENABLED, annotations: split(30) }));
  assert.equal(percentage(), 30);
  cluster.addNamespace(namespaceObject("shop", { labels: ENABLED, annotations: split(40) }));
  assert.equal(percentage(), 40);
  cluster.addDeployment(deploymentObject({ annotations: split(60) }));
  assert.equal(percentage(), 60);
  cluster.cache.namespaces.delete("shop");
  assert.equal(percentage(), 60);
});
