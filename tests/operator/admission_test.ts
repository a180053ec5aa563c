import assert from "node:assert/strict";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { PRESETS } from "../../src/domain/presets.ts";
import { admissionScene, OWNER_UID } from "./admission_scene.ts";
import {
  CAPACITY_TYPE,
  deploymentObject,
  ENABLED,
  namespaceObject,
  newPod,
  nodeObject,
  ownedBy,
  podObject,
  replicaSetObject,
  split,
} from "./objects.ts";
import { fakeCluster } from "./support.ts";

const COST = "controller.kubernetes.io/pod-deletion-cost";

Deno.test("fault 40: Admission places a burst of concurrent reviews slot by slot", async () => {
  const scene = admissionScene({ workload: { replicas: 10, annotations: split(70) } });
  const answers = await Promise.all(Array.from({ length: 10 }, () => scene.ask()));
  const placed = answers.map((answer) => answer.placed);
  assert.deepEqual(placed.map((each) => Number(each.split(" ")[1])).sort((a, b) => a - b), [
    ...Array(10).keys(),
  ]);
  assert.deepEqual(
    placed.filter((each) => each.startsWith("spot")).length,
    7,
  );
  assert.deepEqual(scene.reserved().length, 10);
  assert.deepEqual(new Set(scene.results()), new Set(["placed"]));
});

Deno.test("Admission holds every prefix of a burst at the split that was asked", async () => {
  const scene = admissionScene({ workload: { replicas: 20, annotations: split(70) } });
  let spot = 0;
  for (let pods = 1; pods <= 20; pods++) {
    const { placed } = await scene.ask();
    if (placed.startsWith("spot")) spot++;
    assert.equal(spot, Math.floor(pods * 0.7), `${pods} pods`);
  }
});

Deno.test("Admission keeps the floor of on-demand pods in a burst", async () => {
  const floor = split(100, { "spotalis.io/min-on-demand": "2" });
  const scene = admissionScene({ workload: { replicas: 5, annotations: floor } });
  const answers = await Promise.all(Array.from({ length: 5 }, () => scene.ask()));
  assert.deepEqual(answers.map(({ placed }) => placed), [
    "on-demand 0",
    "on-demand 1",
    "spot 2",
    "spot 3",
    "spot 4",
  ]);
});

Deno.test("Admission counts the old and the new ReplicaSet of a rollout apart", async () => {
  const scene = admissionScene({ workload: { replicas: 2 } });
  for (const slot of [0, 1]) {
    scene.addPod(podObject(`web-1-${slot}`, { slot, placed: "spot", nodeName: "spot-1" }));
  }
  const owner = ownedBy("ReplicaSet", "web-2");
  scene.addReplicaSet(replicaSetObject({ name: "web-2", replicas: 2 }));
  const placed = [(await scene.ask(newPod({ owner }))).placed, (await scene.ask(newPod({ owner }))).placed];
  assert.deepEqual(placed, ["on-demand 0", "spot 1"]);
});

Deno.test("Admission patches label, annotations and placement of a spot pod, and touches nothing else", async () => {
  const scene = admissionScene({ workload: { annotations: split(100) } });
  const pod = newPod({
    metadata: { annotations: { "example.com/a": "kept" } },
    spec: { nodeSelector: { disk: "ssd" }, tolerations: [{ operator: "Exists" }] },
  });
  const answer = await scene.ask(pod);
  assert.deepEqual(answer.pod, {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { app: "web", "spotalis.io/capacity": "spot" },
      annotations: { "example.com/a": "kept", "spotalis.io/slot": "0", [COST]: "0" },
    },
    spec: { ...pod.spec, nodeSelector: { disk: "ssd", [CAPACITY_TYPE]: "spot" } },
  });
});

Deno.test("Admission holds an on-demand pod by a requirement in each of its terms", async () => {
  const scene = admissionScene({ workload: { annotations: split(0) } });
  const zone = (value: string) => ({ matchExpressions: [{ key: "zone", operator: "In", values: [value] }] });
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [zone("a"), zone("b")] },
    },
  };
  const { pod } = await scene.ask(newPod({ spec: { affinity } }));
  const terms = pod.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  const added = { key: CAPACITY_TYPE, operator: "In", values: ["on-demand", "reserved"] };
  assert.deepEqual(terms.map((term: { matchExpressions: unknown[] }) => term.matchExpressions), [
    [zone("a").matchExpressions[0], added],
    [zone("b").matchExpressions[0], added],
  ]);
  assert.deepEqual(pod.metadata.labels, { app: "web", "spotalis.io/capacity": "on-demand" });
});

Deno.test("Admission adds the tolerations that the nodes of a capacity need", async () => {
  const toleration = { key: "spot", operator: "Exists", effect: "NoSchedule" } as const;
  const { spot, onDemand } = PRESETS.karpenter;
  const classifier = new NodeClassifier({ spot: { ...spot, tolerations: [toleration] }, onDemand });
  const scene = admissionScene({
    cluster: fakeCluster({ classifier }),
    workload: { annotations: split(100) },
  });
  const { pod } = await scene.ask();
  assert.deepEqual(pod.spec.tolerations, [toleration]);
});

Deno.test("Admission replaces a nodeSelector of the template that names a capacity", async () => {
  const scene = admissionScene({ workload: { annotations: split(100) } });
  const { pod } = await scene.ask(newPod({ spec: { nodeSelector: { [CAPACITY_TYPE]: "on-demand" } } }));
  assert.deepEqual(pod.spec.nodeSelector, { [CAPACITY_TYPE]: "spot" });
});

Deno.test("fault 42: Admission leaves a pod alone whose template pins a capacity by affinity, and says so in an Event", async () => {
  const scene = admissionScene();
  const nodeSelectorTerms = [
    { matchExpressions: [{ key: CAPACITY_TYPE, operator: "In", values: ["spot"] }] },
  ];
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
  const answer = await scene.ask(newPod({ spec: { affinity } }));
  assert.deepEqual(answer.patch, []);
  assert.deepEqual(scene.results(), ["pinned"]);
  assert.deepEqual(scene.reserved(), []);
  assert.deepEqual(scene.events.reasons, ["PinnedByTemplate"]);
  assert.equal(scene.events.all[0]!.regarding.name, "web");
});

Deno.test("Admission writes the deletion cost of a slot, so that the highest goes first", async () => {
  const scene = admissionScene({ workload: { replicas: 3 } });
  const answers = [await scene.ask(), await scene.ask(), await scene.ask()];
  assert.deepEqual(answers.map(({ pod }) => pod.metadata.annotations[COST]), ["0", "-1", "-2"]);
});

Deno.test("Admission keeps the deletion cost that a template sets itself", async () => {
  const { pod } = await admissionScene().ask(newPod({ metadata: { annotations: { [COST]: "100" } } }));
  assert.equal(pod.metadata.annotations[COST], "100");
  assert.equal(pod.metadata.annotations["spotalis.io/slot"], "0");
});

Deno.test("Admission writes no deletion cost when podDeletionCost is false", async () => {
  const { pod, placed } = await admissionScene({ podDeletionCost: false }).ask();
  assert.equal(placed, "on-demand 0");
  assert.equal(Object.hasOwn(pod.metadata.annotations, COST), false);
});

Deno.test("Admission in read-only mode computes and counts, but neither patches nor reserves", async () => {
  const scene = admissionScene({ isReadOnly: true });
  const answer = await scene.ask();
  assert.deepEqual(answer.patch, []);
  assert.deepEqual(scene.results(), ["read_only"]);
  assert.equal(scene.reviews[0]!.capacity, "on-demand");
  assert.deepEqual(scene.reserved(), []);
  assert.deepEqual(scene.log.messages, ["info pod would be placed"]);
});

const UNMANAGED: readonly [name: string, fields: Parameters<typeof deploymentObject>[0]][] = [
  ["carries no label", { labels: {} }],
  ["opts out", { labels: { "spotalis.io/enabled": "false" } }],
];

for (const [name, fields] of UNMANAGED) {
  Deno.test(`Admission leaves the pods of a workload alone that ${name}`, async () => {
    const scene = admissionScene({ workload: fields });
    const answer = await scene.ask();
    assert.deepEqual([answer.patch, scene.results(), scene.reserved()], [[], ["unmanaged"], []]);
  });
}

Deno.test("Admission leaves the pods of a workload with an invalid policy alone", async () => {
  const scene = admissionScene({ workload: { annotations: { "spotalis.io/spot-percentage": "NaN" } } });
  const answer = await scene.ask();
  assert.deepEqual([answer.patch, scene.results(), scene.reserved()], [[], ["invalid"], []]);
});

Deno.test("Admission takes the percentage of the namespace as a default", async () => {
  const scene = admissionScene({ workload: { labels: {}, annotations: {} } });
  scene.addNamespace(namespaceObject("shop", { labels: ENABLED, annotations: split(100) }));
  assert.equal((await scene.ask()).placed, "spot 0");
});

const STRANGERS: readonly [name: string, pod: ReturnType<typeof newPod>][] = [
  ["without an owner", newPod({ metadata: { ownerReferences: [] } })],
  ["without the list of owners", newPod({ metadata: { ownerReferences: null } })],
  ["whose owner does not control it", newPod({ owner: ownedBy("ReplicaSet", "web-1", { controller: false }) })],
  ["of a Job", newPod({ owner: ownedBy("Job", "nightly", { apiVersion: "batch/v1" }) })],
  ["of a DaemonSet", newPod({ owner: ownedBy("DaemonSet", "agent") })],
  [
    "of a ReplicaSet of another API group",
    newPod({
      owner: ownedBy("ReplicaSet", "web-1", { apiVersion: "argoproj.io/v1alpha1" }),
    }),
  ],
  ["of a node, as mirror pods are", newPod({ owner: ownedBy("Node", "n1", { apiVersion: "v1" }) })],
];

for (const [name, pod] of STRANGERS) {
  Deno.test(`fault 47: Admission leaves a pod alone ${name}, at once and without a read`, async () => {
    const scene = admissionScene();
    const answer = await scene.ask(pod);
    assert.deepEqual([answer.patch, scene.results(), scene.reads], [[], ["unmanaged"], []]);
    assert.equal(scene.clock.timers, 0);
  });
}

Deno.test("fault 47: Admission leaves the pods of a ReplicaSet that no Deployment owns alone", async () => {
  const scene = admissionScene({ workload: undefined });
  scene.addReplicaSet({
    ...replicaSetObject(),
    metadata: { name: "web-1", namespace: "shop", uid: OWNER_UID },
  });
  const answer = await scene.ask();
  assert.deepEqual([answer.patch, scene.results(), scene.reads], [[], ["unmanaged"], []]);
});

Deno.test("Admission counts a bound pod by its node, and an unbound one by its label", async () => {
  const scene = admissionScene({ workload: { replicas: 4 } });
  // Two of two spot places are taken: one by the node, one by the label.
  scene.addPod(podObject("web-1-a", { slot: 0, placed: "on-demand", nodeName: "spot-1" }));
  scene.addPod(podObject("web-1-b", { slot: 2, placed: "spot" }));
  // Slot 1 is a spot slot, and the on-demand slots 0 and 2 are held: the next one is 4.
  assert.equal((await scene.ask()).placed, "on-demand 4");
});

Deno.test("fault 52: Admission leaves pods on nodes of unknown capacity out of both counts, but keeps their slot", async () => {
  const scene = admissionScene({ workload: { replicas: 4 } });
  scene.addNode(nodeObject("odd-1"));
  scene.addPod(podObject("web-1-a", { slot: 1, placed: "spot", nodeName: "odd-1" }));
  const answers = [await scene.ask(), await scene.ask(), await scene.ask()];
  assert.deepEqual(answers.map(({ placed }) => placed), ["on-demand 0", "on-demand 2", "spot 3"]);
});

for (
  const [name, change] of [
    ["terminating", { metadata: { deletionTimestamp: "2025-01-01T00:00:00Z" } }],
    ["finished", { status: { phase: "Failed" } }],
  ] as const
) {
  Deno.test(`Admission gives the slot of a ${name} pod away again`, async () => {
    const scene = admissionScene({ workload: { replicas: 1, annotations: split(100) } });
    const pod = podObject("web-1-a", { slot: 0, placed: "spot", nodeName: "spot-1" });
    scene.addPod({
      ...pod,
      metadata: { ...pod.metadata, ..."metadata" in change ? change.metadata : {} },
      ..."status" in change ? { status: change.status } : {},
    });
    assert.equal((await scene.ask()).placed, "spot 0");
  });
}

Deno.test("Admission goes to the other kind when a pod from before already fills the share", async () => {
  const scene = admissionScene({ workload: { replicas: 2 } });
  scene.addPod(podObject("web-1-a", { nodeName: "on-demand-1" }));
  // Slot 0 is an on-demand slot, but the one on-demand pod of two is there: the lowest spot slot.
  assert.equal((await scene.ask()).placed, "spot 1");
});
