import assert from "node:assert/strict";
import { computePlan, renderPlan } from "../../src/cli/plan.ts";
import { disruptionSettings, NOW } from "../support/builders.ts";
import {
  deploymentObject,
  nodeObject,
  ownedBy,
  podObject,
  replicaSetObject,
  split,
  statefulSetObject,
  type WorkloadFields,
} from "../operator/objects.ts";
import { fakeObserver } from "./support.ts";

type Filled = ReturnType<typeof fakeObserver>;

/** A Deployment with its ReplicaSet, and a pod on each of these nodes. */
function addWeb(
  cluster: Filled,
  name: string,
  { on, ...fields }: WorkloadFields & { on: readonly string[] },
): void {
  cluster.addDeployment(deploymentObject({ name, replicas: on.length, ...fields }));
  const replicas = on.length;
  cluster.addReplicaSet(replicaSetObject({ name: `${name}-1`, owner: ownedBy("Deployment", name), replicas }));
  on.forEach((nodeName, slot) => {
    const owner = ownedBy("ReplicaSet", `${name}-1`);
    cluster.addPod(podObject(`${name}-${slot}`, { owner, slot, placed: "spot", nodeName }));
  });
}

/** Two to move, one as asked, one paused, one invalid, one of nobody, and a StatefulSet of on-demand pods. */
function filled(): Filled {
  const cluster = fakeObserver();
  for (const name of ["spot-1", "spot-2", "on-demand-1", "odd-1"]) cluster.addNode(nodeObject(name));
  const spot = ["spot-1", "spot-1", "spot-1", "spot-1"];
  addWeb(cluster, "web", { on: spot, annotations: split(50, { "spotalis.io/min-on-demand": "1" }) });
  addWeb(cluster, "api", { on: ["on-demand-1", "spot-1"] });
  addWeb(cluster, "batch", { on: spot, spec: { paused: true } });
  addWeb(cluster, "broken", { on: ["spot-1"], annotations: split(500) });
  addWeb(cluster, "stranger", { on: spot, labels: {} });
  cluster.addStatefulSet(statefulSetObject({ name: "db", namespace: "a-data", replicas: 0 }));
  return cluster;
}

const OPTIONS = { settings: disruptionSettings(), now: NOW, namespace: undefined };

const TEXT = `\
NAMESPACE  WORKLOAD           ASKED       SPOT  ON-DEMAND  TARGET  ACTION  REASON    DETAIL
a-data     StatefulSet/db     50%         0     0          0/0     ignore  empty     replicas is 0
shop       Deployment/api     50%         1     1          1/1     ignore  balanced  the split is as asked
shop       Deployment/batch   50%         4     0          2/2     hold    paused    the Deployment is paused
shop       Deployment/broken  invalid     1     0          -       ignore  policy    spotalis.io/spot-percentage on the workload is "500", allowed is an integer from 0 to 100, such as "70" or "70%"
shop       Deployment/web     50%, min 1  4     0          2/2     evict   drift     4 spot and 0 on-demand, asked are 2 and 2: move 2 from spot to on-demand (next: web-2)

4 managed: 2 balanced, 2 drifting; held: 1 paused; 1 invalid
nodes: 2 spot, 1 on-demand, 1 unknown
`;

Deno.test("plan shows every managed or invalid workload, in order, with the sum below", () => {
  assert.equal(renderPlan(computePlan(filled().observer, OPTIONS), { isTerminal: false }), TEXT);
});

Deno.test("plan says the same on a terminal, with the header set off", () => {
  const text = renderPlan(computePlan(filled().observer, OPTIONS), { isTerminal: true });
  assert.ok(text.startsWith("\x1b[1mNAMESPACE"));
  // deno-lint-ignore no-control-regex
  assert.equal(text.replaceAll(/\x1b\[\d+m/g, ""), TEXT);
});

Deno.test("plan asks the API server for nothing beyond its caches, and changes nothing", () => {
  const cluster = filled();
  computePlan(cluster.observer, OPTIONS);
  assert.deepEqual(cluster.transport.requests, []);
});

Deno.test("plan shows only the workloads of a namespace where one is named, and all nodes", () => {
  const { workloads, sum } = computePlan(filled().observer, { ...OPTIONS, namespace: "a-data" });
  assert.deepEqual(workloads.map(({ workload }) => workload), ["StatefulSet/db"]);
  assert.deepEqual(sum, {
    managed: 1,
    balanced: 1,
    drifting: 0,
    held: {},
    invalid: 0,
    nodes: { "spot": 2, "on-demand": 1, "unknown": 1 },
  });
});

Deno.test("plan of an empty cluster has a header and a sum", () => {
  const text = renderPlan(computePlan(fakeObserver().observer, OPTIONS), { isTerminal: false });
  assert.deepEqual(text.split("\n").slice(1), [
    "",
    "0 managed: 0 balanced, 0 drifting; held: none; 0 invalid",
    "nodes: 0 spot, 0 on-demand, 0 unknown",
    "",
  ]);
});

Deno.test("plan has a form in JSON that says as much", () => {
  const plan = JSON.parse(JSON.stringify(computePlan(filled().observer, OPTIONS)));
  assert.deepEqual(plan.workloads.at(-1), {
    namespace: "shop",
    workload: "Deployment/web",
    asked: "50%, min 1",
    spot: 4,
    onDemand: 0,
    spotTarget: 2,
    drift: 2,
    action: "evict",
    reason: "drift",
    detail: "4 spot and 0 on-demand, asked are 2 and 2: move 2 from spot to on-demand",
    victims: ["web-2"],
  });
  assert.equal(plan.workloads[3].spotTarget, null);
  assert.deepEqual(plan.sum.held, { paused: 1 });
});

Deno.test("plan puts a hostile annotation on no line of its own", () => {
  const cluster = fakeObserver();
  addWeb(cluster, "web", { on: [], annotations: { "spotalis.io/spot-percentage": "1\n\x1b[31mred" } });
  const text = renderPlan(computePlan(cluster.observer, OPTIONS), { isTerminal: false });
  assert.equal(text.split("\n").length, 6);
  assert.equal(text.includes("\x1b"), false);
});
