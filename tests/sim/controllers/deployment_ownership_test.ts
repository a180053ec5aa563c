import assert from "node:assert/strict";
import { Deployments } from "../../../src/sim/controllers/deployments.ts";
import { ReplicaSets } from "../../../src/sim/controllers/replica_sets.ts";
import { conditionOf, controllerOf, type Deployment, type ReplicaSet } from "../../../src/sim/objects.ts";
import { DEPLOYMENTS, REPLICA_SETS } from "../../../src/sim/resources.ts";
import { type ControllerBench, onBench } from "../support/controller_bench.ts";
import { deployment, template } from "../support/workloads.ts";

function story(tell: (bench: ControllerBench) => Promise<void>): () => Promise<void> {
  return () => onBench((deps) => [new Deployments(deps), new ReplicaSets(deps)], tell);
}

function web(bench: ControllerBench): Deployment {
  return bench.get<Deployment>(DEPLOYMENTS, "web");
}

Deno.test(
  "a Deployment that is made again takes over its ReplicaSet, and its pods stay",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    const before = bench.pods.map(({ metadata }) => metadata.uid);
    bench.delete(DEPLOYMENTS, "web");
    bench.edit<ReplicaSet>(REPLICA_SETS, bench.all<ReplicaSet>(REPLICA_SETS)[0]!.metadata.name, (each) => {
      const { ownerReferences: _, ...metadata } = each.metadata;
      return { ...each, metadata };
    });
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    assert.deepEqual(bench.all<ReplicaSet>(REPLICA_SETS).map(({ spec }) => spec.replicas), [3]);
    assert.equal(controllerOf(bench.all<ReplicaSet>(REPLICA_SETS)[0]!)!.uid, web(bench).metadata.uid);
    assert.deepEqual(bench.pods.map(({ metadata }) => metadata.uid), before);
    assert.equal(conditionOf(web(bench), "Progressing")!.reason, "NewReplicaSetAvailable");
  }),
);

Deno.test(
  "where another's ReplicaSet has the name already, the next name is taken",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    // Its ReplicaSet is still owned by who was deleted, until the garbage collector comes.
    bench.delete(DEPLOYMENTS, "web");
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    assert.equal(web(bench).status!.collisionCount, 1);
    const mine = bench.all<ReplicaSet>(REPLICA_SETS).filter((each) =>
      controllerOf(each)!.uid === web(bench).metadata.uid
    );
    assert.deepEqual(mine.map(({ spec }) => spec.replicas), [3]);
    assert.equal(web(bench).status!.availableReplicas, 3);
  }),
);

Deno.test(
  "a Deployment that is being deleted changes nothing more",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, {
      ...deployment(),
      metadata: { name: "web", finalizers: ["example.org/hold"] },
    });
    await bench.pass(10);
    bench.delete(DEPLOYMENTS, "web");
    bench.edit<Deployment>(DEPLOYMENTS, "web", (each) => ({
      ...each,
      spec: { ...each.spec, template: template("web:2"), replicas: 9 },
    }));
    await bench.pass(10);
    assert.deepEqual(bench.all<ReplicaSet>(REPLICA_SETS).map(({ spec }) => spec.replicas), [3]);
    assert.equal(web(bench).status!.observedGeneration, web(bench).metadata.generation);
  }),
);

Deno.test(
  "a ReplicaSet that nobody controls any more becomes an old revision of who selects it",
  story(async (bench) => {
    await bench.create(DEPLOYMENTS, deployment());
    await bench.pass(10);
    await bench.create<ReplicaSet>(REPLICA_SETS, {
      metadata: { name: "stray", labels: { app: "web" } },
      spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, template: template("web:0") },
    });
    await bench.pass(30);
    const stray = bench.get<ReplicaSet>(REPLICA_SETS, "stray");
    assert.deepEqual([controllerOf(stray)?.kind, stray.spec.replicas], ["Deployment", 0]);
    assert.equal(bench.pods.length, 3);
  }),
);
