import assert from "node:assert/strict";
import { DaemonSets } from "../../../src/sim/controllers/daemon_sets.ts";
import { nodeOf } from "../../../src/sim/controllers/daemon_pods.ts";
import { isTerminating, type Node, type Pod } from "../../../src/sim/objects.ts";
import { DAEMON_SETS, NODES, PODS } from "../../../src/sim/resources.ts";
import { SELECTOR, SmallCluster, SPEC, TEMPLATE } from "../support/small_cluster.ts";

const nodes = (cluster: SmallCluster) => cluster.pods().filter((pod) => !isTerminating(pod)).map(nodeOf).sort();

function runOn(cluster: SmallCluster, pod: Pod): void {
  cluster.report(pod, "Running", { nodeName: nodeOf(pod)! });
}

async function stage({ spec = {}, template = TEMPLATE }: { spec?: object; template?: object } = {}) {
  const cluster = await SmallCluster.with(DaemonSets);
  for (const name of ["n1", "n2"]) {
    await cluster.create(NODES, { metadata: { name, labels: { name } } });
  }
  await cluster.create(DAEMON_SETS, {
    metadata: { name: "d" },
    spec: { selector: SELECTOR, template, ...spec },
  });
  await cluster.pass();
  return cluster;
}

const withSpec = (fields: object) => ({ ...TEMPLATE, spec: { ...SPEC, ...fields } });

Deno.test("each node has a pod, told to it by its name and tolerant of its troubles", async () => {
  await using cluster = await stage();
  assert.deepEqual(nodes(cluster), ["n1", "n2"]);
  const [pod] = cluster.pods();
  assert.deepEqual(pod!.spec.affinity, {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{
          matchFields: [{ key: "metadata.name", operator: "In", values: [nodeOf(pod!)!] }],
        }],
      },
    },
  });
  assert.deepEqual(
    pod!.spec.tolerations!.map(({ key, effect, operator }) => `${key!.split("/")[1]} ${effect} ${operator}`),
    [
      "not-ready NoExecute Exists",
      "unreachable NoExecute Exists",
      "disk-pressure NoSchedule Exists",
      "memory-pressure NoSchedule Exists",
      "pid-pressure NoSchedule Exists",
      "unschedulable NoSchedule Exists",
    ],
  );
});

Deno.test("a node that comes gets a pod, and one that goes takes away what waited for it", async () => {
  await using cluster = await stage();
  await cluster.create(NODES, { metadata: { name: "n3" }, spec: { unschedulable: true } });
  await cluster.pass();
  assert.deepEqual(nodes(cluster), ["n1", "n2", "n3"]);
  cluster.api.delete(NODES, { name: "n1" });
  await cluster.pass();
  assert.deepEqual(nodes(cluster), ["n2", "n3"]);
});

Deno.test("a pod that goes is made again, once it has gone", async () => {
  await using cluster = await stage();
  const [pod] = cluster.pods();
  runOn(cluster, pod!);
  cluster.api.delete(PODS, pod!.metadata);
  await cluster.pass();
  assert.equal(cluster.pods().length, 2);
  cluster.endPods();
  await cluster.pass();
  assert.equal(cluster.pods().filter((each) => !isTerminating(each)).length, 2);
});

const ELSEWHERE: readonly [string, object, object][] = [
  ["node selector", { nodeSelector: { name: "n1" } }, {}],
  ["required affinity", {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "name", operator: "In", values: ["n1"] }] }],
        },
      },
    },
  }, {}],
  ["lack of a toleration", {}, { taints: [{ key: "gpu", effect: "NoSchedule" }] }],
];

for (const [why, fields, spec] of ELSEWHERE) {
  Deno.test(`a pod does not go where its ${why} keeps it away`, async () => {
    await using cluster = await stage({ template: withSpec(fields) });
    cluster.api.update(NODES, { ...cluster.get(NODES, "n2"), spec });
    for (const { metadata } of cluster.pods()) cluster.api.delete(PODS, metadata);
    await cluster.pass();
    assert.deepEqual(nodes(cluster), ["n1"]);
    const { desiredNumberScheduled, currentNumberScheduled } = cluster.get(DAEMON_SETS, "d").status;
    assert.deepEqual([desiredNumberScheduled, currentNumberScheduled], [1, 1]);
  });
}

Deno.test("the status counts what runs, as Kubernetes does", async () => {
  await using cluster = await stage();
  for (const pod of cluster.pods()) runOn(cluster, pod);
  await cluster.pass();
  assert.deepEqual(cluster.get(DAEMON_SETS, "d").status, {
    currentNumberScheduled: 2,
    desiredNumberScheduled: 2,
    numberAvailable: 2,
    numberMisscheduled: 0,
    numberReady: 2,
    observedGeneration: 1,
    updatedNumberScheduled: 2,
  });
});

Deno.test("a new template reaches one node at a time, or none of them with OnDelete", async () => {
  for (const [type, replaced] of [["RollingUpdate", 1], ["OnDelete", 0]] as const) {
    await using cluster = await stage({ spec: { updateStrategy: { type } } });
    for (const pod of cluster.pods()) runOn(cluster, pod);
    await cluster.pass();
    const daemonSet = cluster.get(DAEMON_SETS, "d");
    const template = withSpec({ containers: [{ name: "c", image: "nginx:2" }] });
    cluster.api.update(DAEMON_SETS, { ...daemonSet, spec: { ...daemonSet.spec, template } });
    await cluster.pass();
    assert.equal(cluster.pods().filter(isTerminating).length, replaced);
    if (replaced === 0) continue;
    for (let i = 0; i < 2; i++) {
      cluster.endPods();
      await cluster.pass();
      for (const pod of cluster.pods().filter((each) => !isTerminating(each))) runOn(cluster, pod);
      await cluster.pass();
    }
    assert.deepEqual(cluster.pods().map(({ spec }) => spec.containers[0]!.image), ["nginx:2", "nginx:2"]);
  }
});

Deno.test("a taint keeps new pods from a node; only NoExecute drives away the one that is there", async () => {
  for (const [effect, left] of [["NoSchedule", ["n1", "n2"]], ["NoExecute", ["n2"]]] as const) {
    await using cluster = await stage();
    for (const pod of cluster.pods()) runOn(cluster, pod);
    const node = cluster.get<Node>(NODES, "n1")!;
    cluster.api.update<Node>(NODES, { ...node, spec: { taints: [{ key: "going", effect }] } });
    await cluster.pass();
    assert.deepEqual(nodes(cluster), left, effect);
    for (const { metadata } of cluster.pods()) cluster.api.delete(PODS, metadata, { gracePeriodSeconds: 0 });
    await cluster.pass();
    assert.deepEqual(nodes(cluster), ["n2"], effect);
  }
});
