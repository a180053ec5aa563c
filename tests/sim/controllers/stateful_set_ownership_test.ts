import assert from "node:assert/strict";
import type { ControllerRevision } from "../../../src/sim/controllers/revisions.ts";
import { StatefulSets } from "../../../src/sim/controllers/stateful_sets.ts";
import { controllerOf, type Pod, type StatefulSet } from "../../../src/sim/objects.ts";
import { CONTROLLER_REVISIONS, PODS, STATEFUL_SETS } from "../../../src/sim/resources.ts";
import { type ControllerBench, onBench } from "../support/controller_bench.ts";
import { statefulSet, template } from "../support/workloads.ts";

function story(tell: (bench: ControllerBench) => Promise<void>): () => Promise<void> {
  return () => onBench((deps) => [new StatefulSets(deps)], tell);
}

function statusOf(bench: ControllerBench): NonNullable<StatefulSet["status"]> {
  return bench.get<StatefulSet>(STATEFUL_SETS, "web").status!;
}

function revisions(bench: ControllerBench): ControllerRevision[] {
  return bench.all<ControllerRevision>(CONTROLLER_REVISIONS);
}

Deno.test(
  "a StatefulSet that is made again takes over pods with its names and its revisions",
  story(async (bench) => {
    await bench.create(STATEFUL_SETS, statefulSet());
    await bench.pass(10);
    const before = bench.pods.map(({ metadata }) => metadata.uid);
    const [revision] = revisions(bench);
    bench.delete(STATEFUL_SETS, "web");
    for (const type of [PODS, CONTROLLER_REVISIONS]) {
      for (const { metadata: { name } } of bench.all(type)) {
        bench.edit(type, name, (each) => {
          const { ownerReferences: _, ...metadata } = each.metadata;
          return { ...each, metadata };
        });
      }
    }
    await bench.create<Pod>(PODS, {
      metadata: { name: "other-7", labels: { app: "web" } },
      spec: template().spec,
    });
    await bench.create(STATEFUL_SETS, statefulSet());
    await bench.pass(10);
    assert.deepEqual(bench.pods.map((pod) => controllerOf(pod)?.name), [undefined, "web", "web", "web"]);
    assert.deepEqual(bench.pods.slice(1).map(({ metadata }) => metadata.uid), before);
    assert.deepEqual(revisions(bench).map(({ metadata }) => metadata.uid), [revision!.metadata.uid]);
    assert.equal(controllerOf(revisions(bench)[0]!)?.uid, bench.get(STATEFUL_SETS, "web").metadata.uid);
  }),
);

Deno.test(
  "a stray pod with a name of the set is taken in, and ended where it is one too many",
  story(async (bench) => {
    await bench.create(STATEFUL_SETS, statefulSet({ replicas: 1 }));
    await bench.pass(10);
    await bench.create<Pod>(PODS, {
      metadata: { name: "web-5", labels: { app: "web" } },
      spec: template().spec,
    });
    await bench.create<Pod>(PODS, {
      metadata: { name: "webs-6", labels: { app: "web" } },
      spec: template().spec,
    });
    await bench.pass(10);
    assert.deepEqual(bench.pods.map(({ metadata }) => metadata.name), ["web-0", "webs-6"]);
  }),
);

Deno.test(
  "a revision that is still there under its name is used, whoever owns it",
  story(async (bench) => {
    await bench.create(STATEFUL_SETS, statefulSet({ replicas: 0 }));
    await bench.pass(5);
    bench.delete(STATEFUL_SETS, "web");
    await bench.create(STATEFUL_SETS, statefulSet({ replicas: 1 }));
    await bench.pass(5);
    assert.equal(revisions(bench).length, 1);
    assert.deepEqual([statusOf(bench).collisionCount, statusOf(bench).readyReplicas], [0, 1]);
    bench.delete(CONTROLLER_REVISIONS, revisions(bench)[0]!.metadata.name);
    bench.edit<StatefulSet>(STATEFUL_SETS, "web", (each) => ({ ...each, spec: { ...each.spec, replicas: 2 } }));
    await bench.pass(10);
    assert.deepEqual([revisions(bench).length, statusOf(bench).updatedReplicas], [1, 2]);
  }),
);

Deno.test(
  "it waits for the name while somebody else's pod has it",
  story(async (bench) => {
    await bench.create<Pod>(PODS, {
      metadata: { name: "web-0", labels: { app: "other" } },
      spec: template().spec,
    });
    await bench.create(STATEFUL_SETS, statefulSet({ replicas: 1 }));
    await bench.pass(5);
    assert.deepEqual([statusOf(bench).replicas, bench.events.length], [0, 0]);
    bench.delete(PODS, "web-0");
    await bench.pass(5);
    assert.equal(statusOf(bench).readyReplicas, 1);
  }),
);
