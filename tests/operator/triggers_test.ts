import assert from "node:assert/strict";
import { connectTriggers } from "../../src/operator/triggers.ts";
import {
  budgetObject,
  deploymentObject,
  namespaceObject,
  nodeObject,
  ownedBy,
  podObject,
  replicaSetObject,
  statefulSetObject,
} from "./objects.ts";
import { type FakeCluster, fakeCluster } from "./support.ts";

const WEB = "Deployment/shop/web";
const DB = "StatefulSet/shop/db";
const OTHER = "Deployment/other/web";

/** `web` and `db` in `shop` with a pod each on `spot-1`, and another `web`; answers what a change queues. */
function connected() {
  const cluster = fakeCluster();
  cluster.addNode(nodeObject("spot-1"));
  cluster.addDeployment(deploymentObject());
  cluster.addReplicaSet(replicaSetObject());
  cluster.addStatefulSet(statefulSetObject({ name: "db" }));
  cluster.addDeployment(deploymentObject({ namespace: "other", uid: "other" }));
  cluster.addPod(podObject("web-0", { nodeName: "spot-1" }));
  cluster.addPod(
    podObject("db-0", { owner: ownedBy("StatefulSet", "db"), nodeName: "spot-1", labels: { app: "db" } }),
  );
  const queued: string[] = [];
  connectTriggers({ ...cluster, enqueue: (key) => queued.push(key) });
  return { cluster, queued };
}

const POD_OF_NOBODY = podObject("lost", { owner: ownedBy("ReplicaSet", "unknown") });
const DEPARTING = { spec: { unschedulable: true } };

const CHANGES: readonly [name: string, change: (cluster: FakeCluster) => void, keys: readonly string[]][] = [
  ["a Deployment changes", (c) => c.addDeployment(deploymentObject({ replicas: 5 })), [WEB]],
  ["a Deployment comes", (c) => c.addDeployment(deploymentObject({ name: "new" })), ["Deployment/shop/new"]],
  ["a Deployment goes", (c) => c.cache.deployments.delete("shop/web"), [WEB]],
  ["a StatefulSet changes", (c) => c.addStatefulSet(statefulSetObject({ name: "db", replicas: 5 })), [DB]],
  ["a StatefulSet goes", (c) => c.cache.statefulSets.delete("shop/db"), [DB]],
  ["a ReplicaSet changes", (c) => c.addReplicaSet(replicaSetObject({ replicas: 5 })), [WEB]],
  ["a ReplicaSet goes", (c) => c.cache.replicaSets.delete("shop/web-1"), [WEB]],
  ["a pod of a ReplicaSet comes", (c) => c.addPod(podObject("web-9")), [WEB]],
  ["a pod of a ReplicaSet changes", (c) => c.addPod(podObject("web-0", { isReady: false })), [WEB]],
  ["a pod of a ReplicaSet goes", (c) => c.removePod("web-0"), [WEB]],
  ["a pod of a StatefulSet goes", (c) => c.removePod("db-0"), [DB]],
  ["a pod of no known owner comes", (c) => c.addPod(POD_OF_NOBODY), []],
  ["a node's kubelet reports", (c) => c.addNode(nodeObject("spot-1", { labels: { beat: "2" } })), []],
  ["a node changes its capacity", (c) => c.addNode(nodeObject("spot-1", { capacity: "on-demand" })), [WEB, DB]],
  ["a node departs", (c) => c.addNode(nodeObject("spot-1", DEPARTING)), [WEB, DB]],
  ["a node goes", (c) => c.cache.nodes.delete("spot-1"), [WEB, DB]],
  ["a node without pods departs", (c) => c.addNode(nodeObject("spot-2", DEPARTING)), []],
  ["a namespace changes", (c) => c.addNamespace(namespaceObject("shop")), [WEB, DB]],
  ["another namespace changes", (c) => c.addNamespace(namespaceObject("other")), [OTHER]],
  ["a budget comes", (c) => c.addBudget(budgetObject("b")), [WEB]],
  ["a budget of all pods comes", (c) => c.addBudget(budgetObject("b", { selector: {} })), [WEB, DB]],
  ["a budget of no pods comes", (c) => c.addBudget(budgetObject("b", { selector: null })), []],
];

for (const [name, change, keys] of CHANGES) {
  Deno.test(`connectTriggers() queues ${keys.length === 0 ? "nothing" : keys.join(" and ")} when ${name}`, () => {
    const { cluster, queued } = connected();
    change(cluster);
    assert.deepEqual([...new Set(queued)].sort(), [...keys].sort());
  });
}

Deno.test("connectTriggers() queues what a budget has covered before, and what it covers now", () => {
  const { cluster, queued } = connected();
  cluster.addBudget(budgetObject("b"));
  queued.length = 0;
  cluster.addBudget(budgetObject("b", { selector: { matchLabels: { app: "db" } } }));
  assert.deepEqual(queued.sort(), [WEB, DB]);
});

Deno.test("connectTriggers() queues nothing for an object that comes again as it was", () => {
  const { cluster, queued } = connected();
  cluster.cache.pods.set(cluster.cache.pods.get("shop/web-0")!);
  cluster.cache.deployments.set(cluster.cache.deployments.get("shop/web")!);
  assert.deepEqual(queued, []);
});
