import assert from "node:assert/strict";
import { sleep } from "../../../src/runtime/clock.ts";
import { badRequest } from "../../../src/sim/api/failure.ts";
import { ReplicaSets } from "../../../src/sim/controllers/replica_sets.ts";
import { conditionOf, controllerOf, type Pod, type ReplicaSet } from "../../../src/sim/objects.ts";
import { PODS, REPLICA_SETS } from "../../../src/sim/resources.ts";
import { type BenchOptions, type ControllerBench, onBench } from "../support/controller_bench.ts";
import { replicaSet, template } from "../support/workloads.ts";

const NEVER = new AbortController().signal;

function story(tell: (bench: ControllerBench) => Promise<void>, options?: BenchOptions): () => Promise<void> {
  return () => onBench((deps) => [new ReplicaSets(deps)], tell, options);
}

function statusOf(bench: ControllerBench): ReplicaSet["status"] {
  return bench.get<ReplicaSet>(REPLICA_SETS, "web").status;
}

function scale(bench: ControllerBench, replicas: number): void {
  bench.edit<ReplicaSet>(REPLICA_SETS, "web", (each) => ({ ...each, spec: { ...each.spec, replicas } }));
}

function annotate(bench: ControllerBench, pod: Pod, annotations: Record<string, string>): void {
  bench.edit<Pod>(
    PODS,
    pod.metadata.name,
    (each) => ({ ...each, metadata: { ...each.metadata, annotations } }),
  );
}

Deno.test(
  "a ReplicaSet makes pods of its template that it controls, and reports them",
  story(async (bench) => {
    const template = {
      metadata: {
        labels: { app: "web", tier: "front" },
        annotations: { note: "x" },
        finalizers: ["example.org/hold"],
      },
      spec: { containers: [{ name: "web", image: "web:1" }], terminationGracePeriodSeconds: 5 },
    };
    const { metadata: { uid } } = await bench.create<ReplicaSet>(
      REPLICA_SETS,
      replicaSet({ replicas: 2, template }),
    );
    await bench.pass(0.1);
    assert.deepEqual(statusOf(bench), {
      replicas: 2,
      fullyLabeledReplicas: 2,
      terminatingReplicas: 0,
      observedGeneration: 1,
    });
    await bench.pass(5);
    assert.deepEqual(statusOf(bench), {
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      terminatingReplicas: 0,
      observedGeneration: 1,
    });
    for (const { metadata, spec } of bench.pods) {
      assert.match(metadata.name, /^web-[a-z0-9]{5}$/);
      assert.equal(metadata.generateName, "web-");
      assert.deepEqual(metadata.labels, template.metadata.labels);
      assert.deepEqual(metadata.annotations, { note: "x" });
      assert.deepEqual(metadata.finalizers, ["example.org/hold"]);
      assert.deepEqual(metadata.ownerReferences, [
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: "web",
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
      assert.deepEqual(spec, { ...template.spec, nodeName: "node-0" });
    }
    assert.deepEqual(
      bench.events.toSorted(),
      bench.pods.map(({ metadata }) => `ReplicaSet/web SuccessfulCreate Created pod: ${metadata.name}`),
    );
  }),
);

Deno.test("pods are made in batches that double, each when the one before is through admission", async () => {
  const asked: number[] = [];
  const admit: BenchOptions["admit"] = async (bench, { type, object }) => {
    if (type === PODS) {
      asked.push(bench.clock.now());
      await sleep(bench.clock, 1_000, NEVER);
    }
    return object;
  };
  await onBench((deps) => [new ReplicaSets(deps)], async (bench) => {
    await bench.create(REPLICA_SETS, replicaSet({ replicas: 700 }));
    await bench.pass(8.5);
    const sizes = [...Map.groupBy(asked, (ms) => ms).values()].map(({ length }) => length);
    assert.deepEqual(sizes, [1, 2, 4, 8, 16, 32, 64, 128, 245], "500 pods at most in one go");
    await bench.pass(60);
    assert.equal(bench.pods.length, 700);
    assert.equal(asked.length, 700);
  }, { admit });
});

Deno.test("what admission denies is tried again later, one batch at a time, and told", async () => {
  let isOpen = false;
  let asked = 0;
  const admit: BenchOptions["admit"] = (_, { type, object }) => {
    if (type !== PODS) return object;
    asked++;
    if (!isOpen) throw badRequest("not today");
    return object;
  };
  await onBench((deps) => [new ReplicaSets(deps)], async (bench) => {
    await bench.create(REPLICA_SETS, replicaSet({ replicas: 20 }));
    await bench.pass(0.5);
    assert.equal(asked, 1);
    assert.deepEqual(bench.events, ["ReplicaSet/web FailedCreate Error creating: not today"]);
    assert.deepEqual(statusOf(bench), {
      replicas: 0,
      terminatingReplicas: 0,
      observedGeneration: 1,
      conditions: [{
        type: "ReplicaFailure",
        status: "True",
        lastTransitionTime: "2026-01-05T12:00:00Z",
        reason: "FailedCreate",
        message: "not today",
      }],
    });
    await bench.pass(5);
    assert.equal(asked, 6, "once a second");
    isOpen = true;
    await bench.pass(5);
    assert.equal(bench.pods.length, 20);
    assert.equal(conditionOf(bench.get(REPLICA_SETS, "web"), "ReplicaFailure"), undefined);
  }, { admit });
});

Deno.test(
  "a pod that has ended, or is about to, is replaced at once",
  story(async (bench) => {
    await bench.create(REPLICA_SETS, replicaSet());
    await bench.pass(5);
    const [failed, deleted] = bench.pods.map(({ metadata }) => metadata.name);
    bench.setPodStatus(failed!, { phase: "Failed" });
    bench.delete(PODS, deleted!);
    await bench.pass(0.1);
    assert.equal(bench.pods.length, 5);
    const { replicas, readyReplicas, terminatingReplicas } = statusOf(bench)!;
    assert.deepEqual([replicas, readyReplicas, terminatingReplicas], [3, 1, 1]);
    await bench.pass(5);
    assert.equal(bench.pods.length, 4, "what has failed stays until somebody deletes it");
    assert.deepEqual([statusOf(bench)!.readyReplicas, statusOf(bench)!.terminatingReplicas], [3, 0]);
  }),
);

Deno.test(
  "a scale-down deletes the pods that cost least, and says so",
  story(async (bench) => {
    await bench.create(REPLICA_SETS, replicaSet({ replicas: 5 }));
    await bench.pass(5);
    const names = bench.pods.map(({ metadata }) => metadata.name);
    const [a, b, c, d, e] = bench.pods;
    for (const pod of [a!, c!, e!]) {
      annotate(bench, pod, { "controller.kubernetes.io/pod-deletion-cost": "10" });
    }
    bench.events.length = 0;
    scale(bench, 3);
    await bench.pass(5);
    assert.deepEqual(bench.pods.map(({ metadata }) => metadata.name), [names[0], names[2], names[4]]);
    const told = [b!, d!].map(({ metadata }) =>
      `ReplicaSet/web SuccessfulDelete Deleted pod: ${metadata.name}`
    );
    assert.deepEqual(bench.events.toSorted(), told);
    scale(bench, 0);
    await bench.pass(5);
    assert.deepEqual(statusOf(bench), { replicas: 0, terminatingReplicas: 0, observedGeneration: 3 });
  }),
);

Deno.test(
  "pods are available after minReadySeconds, one by one",
  story(async (bench) => {
    await bench.create(REPLICA_SETS, replicaSet({ replicas: 1, minReadySeconds: 10 }));
    await bench.pass(5);
    scale(bench, 2);
    const available = async (seconds: number) => {
      await bench.pass(seconds);
      return [statusOf(bench)!.readyReplicas, statusOf(bench)!.availableReplicas];
    };
    // Ready at 1 s and at 6 s.
    assert.deepEqual(await available(5), [2, undefined]);
    assert.deepEqual(await available(2), [2, 1]);
    assert.deepEqual(await available(3), [2, 1]);
    assert.deepEqual(await available(2), [2, 2]);
  }),
);

Deno.test(
  "a pod whose labels do not match any more is let go and replaced, and one that matches is taken in",
  story(async (bench) => {
    await bench.create(REPLICA_SETS, replicaSet());
    await bench.pass(5);
    const [isolated] = bench.pods;
    const relabel = (app: string) =>
      bench.edit<Pod>(PODS, isolated!.metadata.name, (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, labels: { app } },
      }));
    relabel("suspect");
    await bench.pass(5);
    assert.equal(bench.get<Pod>(PODS, isolated!.metadata.name).metadata.ownerReferences, undefined);
    assert.equal(bench.pods.length, 4);
    // Also where somebody else lets it go.
    bench.edit<Pod>(PODS, bench.pods.find((pod) => controllerOf(pod))!.metadata.name, (pod) => {
      const { ownerReferences: _, ...metadata } = pod.metadata;
      return { ...pod, metadata: { ...metadata, labels: {} } };
    });
    await bench.pass(5);
    assert.equal(bench.pods.length, 5);
    // Back again, it is one too many; the youngest goes.
    relabel("web");
    await bench.pass(5);
    assert.deepEqual(bench.pods.map((pod) => controllerOf(pod)?.name).sort(), ["web", "web", "web", undefined]);
  }),
);

Deno.test(
  "a ReplicaSet that is made again takes over the pods that it finds",
  story(async (bench) => {
    for (const name of ["a", "b", "ended", "stranger"]) {
      const labels = { app: name === "stranger" ? "other" : "web" };
      await bench.create<Pod>(PODS, { metadata: { name, labels }, spec: template().spec });
    }
    await bench.pass(5);
    bench.setPodStatus("ended", { phase: "Succeeded" });
    await bench.create(REPLICA_SETS, replicaSet());
    await bench.pass(5);
    const owners = Object.fromEntries(bench.pods.map((pod) => [pod.metadata.name, controllerOf(pod)?.name]));
    assert.deepEqual([owners.a, owners.b, owners.ended, owners.stranger], ["web", "web", undefined, undefined]);
    assert.equal(bench.pods.length, 5);
  }),
);

Deno.test(
  "a ReplicaSet that is being deleted makes and deletes nothing more",
  story(async (bench) => {
    await bench.create(REPLICA_SETS, {
      ...replicaSet(),
      metadata: { name: "web", finalizers: ["example.org/hold"] },
    });
    await bench.pass(5);
    bench.delete(REPLICA_SETS, "web");
    bench.delete(PODS, bench.pods[0]!.metadata.name);
    await bench.pass(5);
    assert.equal(bench.pods.length, 2);
    assert.equal(statusOf(bench)!.replicas, 2);
    assert.equal(statusOf(bench)!.observedGeneration, 2);
  }),
);

Deno.test("what was tried for a ReplicaSet is not reported of another one of the same name", () => {
  const admit: BenchOptions["admit"] = async (bench, { type, object }) => {
    if (type === PODS) await sleep(bench.clock, 2_000, NEVER);
    return object;
  };
  return story(async (bench) => {
    bench.storage.onChange(({ type, object }) => {
      const { metadata: { generation }, status } = object as ReplicaSet;
      if (type === REPLICA_SETS) assert.ok((status?.observedGeneration ?? 0) <= generation!);
    });
    await bench.create(REPLICA_SETS, replicaSet({ replicas: 0 }));
    scale(bench, 3);
    await bench.pass(1);
    bench.delete(REPLICA_SETS, "web");
    await bench.create(REPLICA_SETS, replicaSet({ replicas: 1 }));
    await bench.pass(30);
    assert.deepEqual([statusOf(bench)!.replicas, statusOf(bench)!.observedGeneration], [1, 1]);
  }, { admit })();
});

Deno.test(
  "a change of a pod makes the controller read the pods of its own ReplicaSet only",
  story(async (bench) => {
    const make = (name: string) => {
      const labels = { app: name };
      const { spec } = template();
      const draft = replicaSet({ selector: { matchLabels: labels }, template: { metadata: { labels }, spec } });
      return bench.create<ReplicaSet>(REPLICA_SETS, { ...draft, metadata: { name } });
    };
    const [one] = await Promise.all(["one", "two", "three"].map(make));
    await bench.pass(5);
    const read = new Set<string>();
    const owned = bench.storage.owned.bind(bench.storage);
    bench.storage.owned = (type, uid) => {
      read.add(uid);
      return owned(type, uid);
    };
    bench.setPodStatus(bench.pods.find((pod) => controllerOf(pod)?.name === "one")!.metadata.name, {
      phase: "Failed",
    });
    await bench.pass(5);
    assert.deepEqual([...read], [one!.metadata.uid]);
    read.clear();
    annotate(bench, bench.pods[0]!, { note: "nothing that a ReplicaSet cares for" });
    await bench.pass(5);
    assert.deepEqual([...read], []);
  }),
);
