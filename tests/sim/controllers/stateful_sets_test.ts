import assert from "node:assert/strict";
import { badRequest } from "../../../src/sim/api/failure.ts";
import type { ControllerRevision } from "../../../src/sim/controllers/revisions.ts";
import { StatefulSets } from "../../../src/sim/controllers/stateful_sets.ts";
import { type Pod, type StatefulSet } from "../../../src/sim/objects.ts";
import { CONTROLLER_REVISIONS, PODS, STATEFUL_SETS } from "../../../src/sim/resources.ts";
import { type BenchOptions, type ControllerBench, onBench } from "../support/controller_bench.ts";
import { statefulSet, template } from "../support/workloads.ts";

function story(tell: (bench: ControllerBench) => Promise<void>, options?: BenchOptions): () => Promise<void> {
  return () => onBench((deps) => [new StatefulSets(deps)], tell, options);
}

function edit(bench: ControllerBench, spec: Partial<StatefulSet["spec"]>): void {
  bench.edit<StatefulSet>(STATEFUL_SETS, "web", (each) => ({ ...each, spec: { ...each.spec, ...spec } }));
}

function revisions(bench: ControllerBench): ControllerRevision[] {
  return bench.all<ControllerRevision>(CONTROLLER_REVISIONS).sort((a, b) => a.revision - b.revision);
}

/** The status with revisions as their numbers. */
function statusOf(bench: ControllerBench): Record<string, unknown> {
  const numbers = new Map(revisions(bench).map(({ metadata, revision }) => [metadata.name, revision]));
  const { currentRevision, updateRevision, ...counts } = bench.get<StatefulSet>(STATEFUL_SETS, "web").status!;
  return { ...counts, current: numbers.get(currentRevision!), update: numbers.get(updateRevision!) };
}

function images(bench: ControllerBench): string[] {
  return bench.pods.map(({ metadata, spec }) => `${metadata.name} ${spec.containers[0]!.image}`);
}

/** What happens to pods from now on. */
function pace(bench: ControllerBench): string[] {
  const steps: string[] = [];
  bench.storage.onChange(({ type, event, object }) => {
    if (type === PODS && event !== "MODIFIED") {
      steps.push(`${event === "ADDED" ? "+" : "-"}${object.metadata.name}`);
    }
  });
  return steps;
}

Deno.test(
  "a StatefulSet's claims are volumes of its pods, each its own, in the place of volumes of that name",
  story(async (bench) => {
    const set = statefulSet();
    const { spec: pod, ...rest } = set.spec!.template;
    const volumes = [{ name: "own", emptyDir: {} }, { name: "data", emptyDir: {} }];
    const spec = {
      ...set.spec!,
      replicas: 1,
      template: { ...rest, spec: { ...pod, volumes } },
      volumeClaimTemplates: [{ metadata: { name: "data" } }],
    };
    await bench.create<StatefulSet>(STATEFUL_SETS, { ...set, spec });
    await bench.pass(1);
    assert.deepEqual(bench.pods[0]!.spec.volumes, [
      { name: "data", persistentVolumeClaim: { claimName: "data-web-0" } },
      { name: "own", emptyDir: {} },
    ]);
  }),
);

Deno.test(
  "a StatefulSet makes pods with names of their own, one after the other",
  story(async (bench) => {
    const steps = pace(bench);
    const { metadata: { uid } } = await bench.create<StatefulSet>(STATEFUL_SETS, statefulSet());
    await bench.pass(1);
    assert.deepEqual(steps, ["+web-0"]);
    await bench.pass(5);
    assert.deepEqual(steps, ["+web-0", "+web-1", "+web-2"]);
    const [revision] = revisions(bench);
    const { name } = revision!.metadata;
    assert.deepEqual(bench.pods[2]!.metadata.labels, {
      app: "web",
      "controller-revision-hash": name,
      "apps.kubernetes.io/pod-index": "2",
      "statefulset.kubernetes.io/pod-name": "web-2",
    });
    assert.deepEqual(bench.pods[2]!.spec, {
      ...template().spec,
      hostname: "web-2",
      subdomain: "webs",
      nodeName: "node-0",
    });
    const owner = {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      name: "web",
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    assert.deepEqual(bench.pods[2]!.metadata.ownerReferences, [owner]);
    assert.deepEqual(revision!.metadata.ownerReferences, [owner]);
    assert.deepEqual(revision!.metadata.labels, {
      app: "web",
      "controller.kubernetes.io/hash": name.slice("web-".length),
    });
    assert.deepEqual([revision!.revision, revision!.data], [1, {
      spec: { template: { ...template(), $patch: "replace" } },
    }]);
    assert.deepEqual(bench.get<StatefulSet>(STATEFUL_SETS, "web").status, {
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      currentRevision: name,
      updateRevision: name,
      collisionCount: 0,
    });
    assert.deepEqual(
      bench.events,
      [0, 1, 2].map((i) =>
        `StatefulSet/web SuccessfulCreate Create Pod web-${i} in StatefulSet web successful`
      ),
    );
  }),
);

Deno.test(
  "it scales down from the highest, one after the other, and says so",
  story(async (bench) => {
    await bench.create(STATEFUL_SETS, statefulSet());
    await bench.pass(10);
    const steps = pace(bench);
    bench.events.length = 0;
    edit(bench, { replicas: 1 });
    await bench.pass(0.7);
    assert.deepEqual(steps, ["-web-2"]);
    await bench.pass(5);
    assert.deepEqual(steps, ["-web-2", "-web-1"]);
    assert.deepEqual(
      bench.events,
      [2, 1].map((i) => `StatefulSet/web SuccessfulDelete Delete Pod web-${i} in StatefulSet web successful`),
    );
    edit(bench, { replicas: 0 });
    await bench.pass(5);
    const none = {
      replicas: 0,
      availableReplicas: 0,
      collisionCount: 0,
      observedGeneration: 3,
      current: 1,
      update: 1,
    };
    assert.deepEqual(statusOf(bench), none);
  }),
);

Deno.test(
  "in parallel it makes and ends pods together, and updates one after the other",
  story(async (bench) => {
    const steps = pace(bench);
    await bench.create(STATEFUL_SETS, statefulSet({ podManagementPolicy: "Parallel", replicas: 4 }));
    await bench.pass(0.5);
    assert.deepEqual(steps, ["+web-0", "+web-1", "+web-2", "+web-3"]);
    await bench.pass(5);
    steps.length = 0;
    edit(bench, { template: template("web:2") });
    await bench.pass(30);
    assert.deepEqual(steps, [3, 2, 1, 0].flatMap((i) => [`-web-${i}`, `+web-${i}`]));
    steps.length = 0;
    edit(bench, { replicas: 1 });
    await bench.pass(0.6);
    assert.deepEqual(steps, ["-web-3", "-web-2", "-web-1"]);
  }),
);

Deno.test(
  "an update runs from the highest to the partition, and is complete when all are updated",
  story(async (bench) => {
    const partitioned = (partition: number) => ({
      updateStrategy: { type: "RollingUpdate" as const, rollingUpdate: { partition } },
    });
    await bench.create(STATEFUL_SETS, statefulSet(partitioned(1)));
    await bench.pass(10);
    const steps = pace(bench);
    edit(bench, { template: template("web:2") });
    await bench.pass(30);
    assert.deepEqual(images(bench), ["web-0 web:1", "web-1 web:2", "web-2 web:2"]);
    assert.deepEqual(steps, ["-web-2", "+web-2", "-web-1", "+web-1"]);
    const counts = { replicas: 3, readyReplicas: 3, availableReplicas: 3, collisionCount: 0 };
    const partly = {
      ...counts,
      currentReplicas: 1,
      updatedReplicas: 2,
      observedGeneration: 2,
      current: 1,
      update: 2,
    };
    assert.deepEqual(statusOf(bench), partly);
    bench.delete(PODS, "web-0");
    await bench.pass(10);
    assert.equal(images(bench)[0], "web-0 web:1", "below the partition the old template stays in force");
    edit(bench, partitioned(0));
    await bench.pass(10);
    assert.equal(images(bench)[0], "web-0 web:2");
    const all = {
      ...counts,
      currentReplicas: 3,
      updatedReplicas: 3,
      observedGeneration: 3,
      current: 2,
      update: 2,
    };
    assert.deepEqual(statusOf(bench), all);
  }),
);

Deno.test(
  "OnDelete updates a pod when somebody deletes it, and is never complete",
  story(async (bench) => {
    await bench.create(STATEFUL_SETS, statefulSet({ updateStrategy: { type: "OnDelete" } }));
    await bench.pass(10);
    edit(bench, { template: template("web:2") });
    await bench.pass(10);
    assert.deepEqual(images(bench), ["web-0 web:1", "web-1 web:1", "web-2 web:1"]);
    for (const name of ["web-1", "web-0", "web-2"]) {
      bench.delete(PODS, name);
      await bench.pass(10);
    }
    assert.deepEqual(images(bench), ["web-0 web:2", "web-1 web:2", "web-2 web:2"]);
    const { current, update, currentReplicas, updatedReplicas } = statusOf(bench);
    assert.deepEqual([current, update, currentReplicas, updatedReplicas], [1, 2, undefined, 3]);
  }),
);

Deno.test(
  "a rollback is the old revision as the latest",
  story(async (bench) => {
    await bench.create(STATEFUL_SETS, statefulSet({ replicas: 1 }));
    await bench.pass(10);
    const [{ metadata: { name } }] = revisions(bench) as [ControllerRevision];
    edit(bench, { template: template("web:2") });
    await bench.pass(10);
    edit(bench, { template: template("web:1") });
    await bench.pass(10);
    assert.deepEqual(revisions(bench).map(({ revision }) => revision), [2, 3]);
    assert.equal(revisions(bench)[1]!.metadata.name, name);
    assert.deepEqual([statusOf(bench).current, statusOf(bench).update], [3, 3]);
    assert.deepEqual(images(bench), ["web-0 web:1"]);
  }),
);

Deno.test(
  "so many old revisions are kept as revisionHistoryLimit says, and those of pods",
  story(async (bench) => {
    const updateStrategy = { type: "RollingUpdate" as const, rollingUpdate: { partition: 1 } };
    await bench.create(STATEFUL_SETS, statefulSet({ replicas: 2, revisionHistoryLimit: 1, updateStrategy }));
    for (let i = 2; i <= 5; i++) {
      await bench.pass(20);
      edit(bench, { template: template(`web:${i}`) });
    }
    await bench.pass(20);
    assert.deepEqual(images(bench), ["web-0 web:1", "web-1 web:5"]);
    assert.deepEqual(revisions(bench).map(({ revision }) => revision), [1, 4, 5]);
  }),
);

Deno.test(
  "a rollout waits for minReadySeconds between two pods",
  story(async (bench) => {
    const steps = pace(bench);
    await bench.create(STATEFUL_SETS, statefulSet({ replicas: 2, minReadySeconds: 20 }));
    await bench.pass(20);
    assert.deepEqual(steps, ["+web-0"]);
    assert.equal(statusOf(bench).availableReplicas, 0);
    await bench.pass(3);
    assert.deepEqual(steps, ["+web-0", "+web-1"]);
    assert.equal(statusOf(bench).availableReplicas, 1);
    await bench.pass(22);
    assert.equal(statusOf(bench).availableReplicas, 2);
  }),
);

Deno.test(
  "a pod that has ended is replaced under its name",
  story(async (bench) => {
    await bench.create(STATEFUL_SETS, statefulSet());
    await bench.pass(10);
    const { uid } = bench.get<Pod>(PODS, "web-1").metadata;
    bench.setPodStatus("web-1", { phase: "Succeeded", conditions: [] });
    await bench.pass(10);
    assert.notEqual(bench.get<Pod>(PODS, "web-1").metadata.uid, uid);
    assert.equal(statusOf(bench).readyReplicas, 3);
  }),
);

Deno.test(
  "an update that never gets ready is stuck until the pod is deleted, and a fixed one goes on from there",
  story(async (bench) => {
    bench.isStuck = ({ spec }) => spec.containers[0]!.image === "web:2";
    await bench.create(STATEFUL_SETS, statefulSet());
    await bench.pass(10);
    edit(bench, { template: template("web:2") });
    await bench.pass(10);
    edit(bench, { template: template("web:3") });
    await bench.pass(60);
    assert.deepEqual(images(bench), ["web-0 web:1", "web-1 web:1", "web-2 web:2"]);
    bench.delete(PODS, "web-2");
    await bench.pass(30);
    assert.deepEqual(images(bench), ["web-0 web:3", "web-1 web:3", "web-2 web:3"]);
  }),
);

Deno.test(
  "a pod that is about to end counts as ready still, and not as updated",
  () =>
    story(async (bench) => {
      await bench.create(STATEFUL_SETS, statefulSet());
      await bench.pass(10);
      bench.delete(PODS, "web-2");
      await bench.pass(1);
      const { replicas, readyReplicas, currentReplicas, updatedReplicas } = statusOf(bench);
      assert.deepEqual([replicas, readyReplicas, currentReplicas, updatedReplicas], [3, 3, 2, 2]);
    }, { stopMs: 5_000 })(),
);

Deno.test("a pod that may not be made is told of, once a try, and made when it may", () => {
  let isOpen = false;
  const admit: BenchOptions["admit"] = (_, { type, object }) => {
    if (type === PODS && !isOpen) throw badRequest("not today");
    return object;
  };
  return story(async (bench) => {
    await bench.create(STATEFUL_SETS, statefulSet({ replicas: 1 }));
    await bench.pass(2.5);
    const failure = "StatefulSet/web FailedCreate Create Pod web-0 in StatefulSet web failed error: not today";
    assert.deepEqual(new Set(bench.events), new Set([failure]));
    assert.equal(statusOf(bench).replicas, 0);
    isOpen = true;
    await bench.pass(5);
    assert.deepEqual(images(bench), ["web-0 web:1"]);
  }, { admit })();
});

Deno.test(
  "a StatefulSet that is being deleted makes and deletes nothing more",
  story(async (bench) => {
    await bench.create(STATEFUL_SETS, {
      ...statefulSet(),
      metadata: { name: "web", finalizers: ["example.org/hold"] },
    });
    await bench.pass(10);
    bench.delete(STATEFUL_SETS, "web");
    edit(bench, { replicas: 1 });
    bench.delete(PODS, "web-0");
    await bench.pass(10);
    assert.deepEqual(images(bench), ["web-1 web:1", "web-2 web:1"]);
    assert.equal(statusOf(bench).replicas, 2);
  }),
);
