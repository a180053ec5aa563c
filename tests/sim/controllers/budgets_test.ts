import assert from "node:assert/strict";
import { evict } from "../../../src/sim/api/eviction.ts";
import { ApiFailure } from "../../../src/sim/api/failure.ts";
import { Budgets } from "../../../src/sim/controllers/budgets.ts";
import type { ApiObject, Pod } from "../../../src/sim/objects.ts";
import {
  BUDGETS,
  DAEMON_SETS,
  DEPLOYMENTS,
  JOBS,
  PODS,
  REPLICA_SETS,
  type ResourceType,
  STATEFUL_SETS,
} from "../../../src/sim/resources.ts";
import { SmallCluster, SPEC } from "../support/small_cluster.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

function workload(name: string, replicas: number) {
  const labels = { app: name, x: "1" };
  return {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec: SPEC },
    },
  };
}

function ownedBy({ apiVersion, kind, metadata: { name, uid } }: ApiObject) {
  return [{ apiVersion, kind, name, uid, controller: true }];
}

async function podsOf(cluster: SmallCluster, owner: ApiObject, count: number): Promise<Pod[]> {
  const { labels } = (owner.spec as Loose).template.metadata;
  const made = Array.from({ length: count }, () =>
    cluster.create<Pod>(PODS, {
      metadata: { generateName: `${owner.metadata.name}-`, labels, ownerReferences: ownedBy(owner) },
      spec: SPEC,
    }));
  const pods = await Promise.all(made);
  for (const pod of pods) cluster.report(pod, "Running");
  return pods;
}

/** As measured on Kubernetes 1.36: a Deployment of 3, a StatefulSet of 2, and a pod of nobody's. */
async function stage(cluster: SmallCluster) {
  const deployment = await cluster.create(DEPLOYMENTS, workload("d", 3));
  const replicaSet = await cluster.create(REPLICA_SETS, {
    ...workload("d", 3),
    metadata: { name: "d-1", ownerReferences: ownedBy(deployment) },
  });
  const statefulSet = await cluster.create(STATEFUL_SETS, workload("s", 2));
  const bare = await cluster.create(PODS, {
    metadata: { name: "bare", labels: { app: "bare", x: "2" } },
    spec: SPEC,
  });
  cluster.report(bare, "Running");
  const pods = [...await podsOf(cluster, replicaSet, 3), ...await podsOf(cluster, statefulSet, 2)];
  return { deployment, replicaSet, pods };
}

async function budget(cluster: SmallCluster, spec: object, name = "b") {
  await cluster.create(BUDGETS, { metadata: { name }, spec });
  await cluster.pass();
  return numbers(cluster, name);
}

function numbers(cluster: SmallCluster, name = "b") {
  const { expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed } =
    cluster.get(BUDGETS, name).status;
  return [expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed];
}

const BOTH = { matchLabels: { x: "1" } };
const OF_D = { matchLabels: { app: "d" } };
const OF_X = { matchExpressions: [{ key: "x", operator: "Exists" }] };
const BARE = { matchLabels: { app: "bare" } };

const TABLE: readonly [string, object, readonly number[]][] = [
  ["a minimum counts the pods that there are", { minAvailable: 1, selector: BOTH }, [5, 1, 5, 4]],
  ["a share is one of what the controllers ask for", { minAvailable: "50%", selector: BOTH }, [5, 3, 5, 2]],
  ["a maximum is one of that too", { maxUnavailable: 1, selector: OF_D }, [3, 2, 3, 1]],
  ["a share of a maximum is rounded up", { maxUnavailable: "34%", selector: OF_D }, [3, 1, 3, 2]],
  ["pods of nobody's do not count for shares", { minAvailable: "50%", selector: OF_X }, [5, 3, 6, 3]],
  ["a maximum of pods of nobody's allows nothing", { maxUnavailable: 1, selector: BARE }, [0, 0, 1, 0]],
  ["a minimum of pods of nobody's works", { minAvailable: 0, selector: BARE }, [1, 0, 1, 1]],
  ["an empty selector is of all pods", { minAvailable: 2, selector: {} }, [6, 2, 6, 4]],
  ["no selector is of none", { maxUnavailable: 1 }, [0, 0, 0, 0]],
  ["no pods allow nothing", { minAvailable: 0, selector: { matchLabels: { app: "z" } } }, [0, 0, 0, 0]],
  ["neither a minimum nor a maximum allows nothing", { selector: OF_D }, [0, 0, 3, 0]],
  ["a maximum above all allows all", { maxUnavailable: 9, selector: OF_D }, [3, 0, 3, 3]],
  ["a minimum above all allows nothing", { minAvailable: 9, selector: OF_D }, [3, 9, 3, 0]],
];

for (const [name, spec, expected] of TABLE) {
  Deno.test(`of a budget, ${name}`, async () => {
    await using cluster = await SmallCluster.with(Budgets);
    await stage(cluster);
    assert.deepEqual(await budget(cluster, spec), expected);
    const { status, metadata } = cluster.get(BUDGETS, "b");
    const isEnough = expected[3]! > 0;
    assert.equal(status.observedGeneration, metadata.generation);
    assert.deepEqual(status.conditions, [{
      type: "DisruptionAllowed",
      status: isEnough ? "True" : "False",
      reason: isEnough ? "SufficientPods" : "InsufficientPods",
      message: "",
      observedGeneration: 1,
      lastTransitionTime: status.conditions[0].lastTransitionTime,
    }]);
  });
}

Deno.test("a budget follows its pods: what is not ready, or going, is not healthy", async () => {
  await using cluster = await SmallCluster.with(Budgets);
  const { pods } = await stage(cluster);
  await budget(cluster, { maxUnavailable: 1, selector: OF_D });
  cluster.report(pods[0]!, "Running", { isReady: false });
  await cluster.pass();
  assert.deepEqual(numbers(cluster), [3, 2, 2, 0]);
  cluster.report(pods[0]!, "Running");
  cluster.api.delete(PODS, pods[1]!.metadata);
  await cluster.pass();
  assert.deepEqual(numbers(cluster), [3, 2, 2, 0]);
  const elsewhere = cluster.api.get<Pod>(PODS, pods[2]!.metadata);
  cluster.api.update(PODS, { ...elsewhere, metadata: { ...elsewhere.metadata, labels: { app: "z" } } });
  await cluster.pass();
  assert.deepEqual(numbers(cluster), [3, 2, 1, 0]);
});

Deno.test("a budget follows its own change, and what it asks for afterwards is told of the new generation", async () => {
  await using cluster = await SmallCluster.with(Budgets);
  await stage(cluster);
  await budget(cluster, { minAvailable: 1, selector: OF_D });
  const before = cluster.get(BUDGETS, "b");
  cluster.api.update(BUDGETS, { ...before, spec: { minAvailable: 3, selector: OF_D } } as Loose);
  await cluster.pass();
  assert.deepEqual(numbers(cluster), [3, 3, 3, 0]);
  assert.equal(cluster.get(BUDGETS, "b").status.observedGeneration, 2);
});

Deno.test("an eviction is paid for at once, and until the pod has gone", async () => {
  await using cluster = await SmallCluster.with(Budgets);
  const { pods } = await stage(cluster);
  await budget(cluster, { maxUnavailable: 1, selector: OF_D });
  const evicted = (pod: Pod) =>
    evict(cluster.api, { ref: pod.metadata, options: {}, wallMs: cluster.clock.wall() });
  evicted(pods[0]!);
  assert.throws(() => evicted(pods[1]!), (error) => error instanceof ApiFailure && error.code === 429);
  assert.deepEqual(Object.keys(cluster.get(BUDGETS, "b").status.disruptedPods), [pods[0]!.metadata.name]);
  await cluster.pass();
  const { disruptedPods, disruptionsAllowed } = cluster.get(BUDGETS, "b").status;
  assert.deepEqual([disruptedPods, disruptionsAllowed], [undefined, 0]);
});

Deno.test("a pod that was to be evicted and was not counts again after two minutes", async () => {
  await using cluster = await SmallCluster.with(Budgets);
  const { pods } = await stage(cluster);
  await budget(cluster, { maxUnavailable: 1, selector: OF_D });
  const before = cluster.get(BUDGETS, "b");
  const disruptedPods = {
    [pods[0]!.metadata.name]: new Date(cluster.clock.wall()).toISOString().slice(0, 19) + "Z",
  };
  const status = { ...before.status, disruptionsAllowed: 0, disruptedPods };
  cluster.api.update(BUDGETS, { ...before, status }, { subresource: "status" });
  await cluster.pass(110_000);
  assert.deepEqual(numbers(cluster), [3, 2, 2, 0]);
  assert.deepEqual(cluster.get(BUDGETS, "b").status.disruptedPods, disruptedPods);
  await cluster.pass(20_000);
  assert.deepEqual(numbers(cluster), [3, 2, 3, 1]);
  assert.equal(cluster.get(BUDGETS, "b").status.disruptedPods, undefined);
});

const UNCOUNTED: readonly [string, ResourceType, string][] = [
  ["DaemonSet", DAEMON_SETS, "daemonsets.apps does not implement the scale subresource"],
  ["Job", JOBS, "jobs.batch does not implement the scale subresource"],
];

for (const [kind, type, message] of UNCOUNTED) {
  Deno.test(`the share of a ${kind}'s pods cannot be told: the budget allows nothing and says why`, async () => {
    await using cluster = await SmallCluster.with(Budgets);
    const template = {
      metadata: { labels: { app: "z" } },
      spec: kind === "Job" ? { ...SPEC, restartPolicy: "Never" } : SPEC,
    };
    const selector = kind === "Job" ? {} : { selector: { matchLabels: { app: "z" } } };
    const owner = await cluster.create(type, { metadata: { name: "z" }, spec: { template, ...selector } });
    await podsOf(cluster, owner, 1);
    await cluster.create(BUDGETS, {
      metadata: { name: "b" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "z" } } },
    });
    await cluster.pass();
    const { conditions: [condition], observedGeneration, disruptionsAllowed } =
      cluster.get(BUDGETS, "b").status;
    const { lastTransitionTime: _, ...rest } = condition;
    assert.deepEqual(rest, { type: "DisruptionAllowed", status: "False", reason: "SyncFailed", message });
    assert.deepEqual([observedGeneration, disruptionsAllowed], [undefined, 0]);
    assert.deepEqual(new Set(cluster.told), new Set(["CalculateExpectedPodCountFailed"]));
  });
}

Deno.test("a pod whose controller has gone cannot be counted either", async () => {
  await using cluster = await SmallCluster.with(Budgets);
  const { replicaSet, deployment, pods } = await stage(cluster);
  cluster.api.delete(DEPLOYMENTS, deployment.metadata);
  cluster.api.delete(REPLICA_SETS, replicaSet.metadata);
  await budget(cluster, { maxUnavailable: 1, selector: OF_D });
  const { reason, message } = cluster.get(BUDGETS, "b").status.conditions[0];
  assert.equal(reason, "SyncFailed");
  assert.ok(
    pods.some(({ metadata }) => message === `found no controllers for pod "${metadata.name}"`),
    message,
  );
});
