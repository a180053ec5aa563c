import assert from "node:assert/strict";
import { computeExplanation, parseTarget, renderExplanation } from "../../src/cli/explain.ts";
import { disruptionWindow } from "../../src/domain/window.ts";
import { disruptionSettings, NOW } from "../support/builders.ts";
import {
  budgetObject,
  deploymentObject,
  nodeObject,
  podObject,
  replicaSetObject,
  split,
} from "../operator/objects.ts";
import { fakeObserver } from "./support.ts";

const TARGET = { kind: "Deployment", namespace: "shop", name: "web" };
const OPTIONS = { target: TARGET, settings: disruptionSettings(), now: NOW };

function filled() {
  const cluster = fakeObserver();
  for (const name of ["spot-1", "on-demand-1"]) cluster.addNode(nodeObject(name));
  const window = { "spotalis.io/disruption-schedule": "0 2 * * *", "spotalis.io/disruption-duration": "4h" };
  cluster.addDeployment(deploymentObject({ replicas: 3, annotations: split(70, window) }));
  cluster.addReplicaSet(replicaSetObject({ replicas: 3 }));
  cluster.addBudget(budgetObject("limit", { allowed: 1 }));
  cluster.addPod(podObject("web-b", { slot: 1, placed: "spot", nodeName: "spot-1" }));
  cluster.addPod(podObject("web-a", { slot: 0, placed: "on-demand", nodeName: "on-demand-1" }));
  cluster.addPod(podObject("web-c", {
    nodeName: "on-demand-1",
    annotations: { "karpenter.sh/do-not-disrupt": "true" },
  }));
  return cluster;
}

const TEXT = `\
Deployment shop/web
  policy    70%; window "0 2 * * *" for 4h0m0s
  replicas  3
  pods      1 spot and 2 on-demand; asked are 2 and 1
  decision  hold (window): outside the disruption window "0 2 * * *"

SLOT  KIND       POD    ON         STATE
0     on-demand  web-a  on-demand  ready, budget limit
1     spot       web-b  spot       ready, budget limit
-     -          web-c  on-demand  ready, karpenter.sh/do-not-disrupt=true, budget limit

GATE         ANSWER   WHY
policy       passes
deleted      passes
empty        passes
paused       passes
fallback     passes
rollout      passes
moving       passes
interrupted  passes
balanced     passes
window       holds    outside the disruption window "0 2 * * *" (until 2025-01-07T02:00:00.000Z)
cooldown     unknown  only the leader knows: see spotalis_workload_held, or its log
ineffective  unknown  only the leader knows: see spotalis_workload_held, or its log
protected    passes
budget       passes
forbidden    unknown  only the leader knows: see spotalis_workload_held, or its log
storm        unknown  only the leader knows: see spotalis_workload_held, or its log
capped       unknown  only the leader knows: see spotalis_workload_held, or its log
throttled    unknown  only the leader knows: see spotalis_workload_held, or its log
stale        unknown  only the leader knows: see spotalis_workload_held, or its log
lease        unknown  only the leader knows: see spotalis_workload_held, or its log
`;

Deno.test("explain shows policy, census, slots, and every gate with its answer", () => {
  const explanation = computeExplanation(filled().observer, OPTIONS)!;
  assert.equal(renderExplanation(explanation, { isTerminal: false }), TEXT);
});

Deno.test("explain says the same on a terminal, with the headers set off", () => {
  const text = renderExplanation(computeExplanation(filled().observer, OPTIONS)!, { isTerminal: true });
  assert.ok(text.includes("\x1b[1mGATE"));
  // deno-lint-ignore no-control-regex
  assert.equal(text.replaceAll(/\x1b\[\d+m/g, ""), TEXT);
});

Deno.test("explain knows the operator's window where the workload has none", () => {
  const cluster = filled();
  cluster.addDeployment(deploymentObject({ replicas: 3, annotations: split(70) }));
  const settings = disruptionSettings({ window: disruptionWindow("0 3 * * *", 60_000) });
  const { decision } = computeExplanation(cluster.observer, { ...OPTIONS, settings })!;
  assert.equal(decision.reason, "window");
});

Deno.test("explain finds no workload that is not there, nor one of another kind or namespace", () => {
  const { observer } = filled();
  for (const other of [{ name: "nope" }, { kind: "StatefulSet" }, { namespace: "default" }]) {
    assert.equal(computeExplanation(observer, { ...OPTIONS, target: { ...TARGET, ...other } }), undefined);
  }
});

Deno.test("explain of an invalid policy shows why, and no gate after it", () => {
  const cluster = filled();
  cluster.addDeployment(deploymentObject({ replicas: 3, annotations: split(700) }));
  const explanation = computeExplanation(cluster.observer, OPTIONS)!;
  assert.deepEqual(explanation.gates.map(({ gate }) => gate), ["policy"]);
  const text = renderExplanation(explanation, { isTerminal: false });
  assert.match(text, /policy {4}invalid\n/);
  assert.match(text, /policy {2}holds {3}spotalis\.io\/spot-percentage on the workload is "700"/);
});

Deno.test("explain answers for a workload that is not managed as well", () => {
  const cluster = filled();
  cluster.addDeployment(deploymentObject({ replicas: 3, labels: {} }));
  const text = renderExplanation(computeExplanation(cluster.observer, OPTIONS)!, { isTerminal: false });
  assert.match(text, /decision {2}ignore \(policy\): no label spotalis\.io\/enabled=true/);
});

Deno.test("explain says which pods do not count, and why", () => {
  const cluster = filled();
  cluster.addPod(podObject("web-d", { nodeName: "unheard-of" }));
  const text = renderExplanation(computeExplanation(cluster.observer, OPTIONS)!, { isTerminal: false });
  assert.match(text, /pods {6}1 spot and 2 on-demand, 1 unknown; asked are 2 and 1/);
});

Deno.test("parseTarget() reads a workload as kubectl writes it", () => {
  for (const kind of ["deployment", "deployments", "deploy", "Deployment"]) {
    assert.deepEqual(parseTarget(`${kind}/web`), { kind: "Deployment", name: "web" });
  }
  for (const kind of ["statefulset", "statefulsets", "sts", "StatefulSet"]) {
    assert.deepEqual(parseTarget(`${kind}/db`), { kind: "StatefulSet", name: "db" });
  }
});
