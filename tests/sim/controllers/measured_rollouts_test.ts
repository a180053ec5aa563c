import assert from "node:assert/strict";
import { Deployments } from "../../../src/sim/controllers/deployments.ts";
import { ReplicaSets } from "../../../src/sim/controllers/replica_sets.ts";
import type { Deployment, IntOrPercent, PodSpec, ReplicaSet } from "../../../src/sim/objects.ts";
import { DEPLOYMENTS, REPLICA_SETS } from "../../../src/sim/resources.ts";
import { type ControllerBench, onBench } from "../support/controller_bench.ts";
import { deployment } from "../support/workloads.ts";

interface Measured {
  readonly replicas: number;
  /** None: Recreate. */
  readonly surge?: IntOrPercent;
  readonly unavailable?: IntOrPercent;
  readonly scale: readonly [number, number];
  /** REVISION:SIZE of each ReplicaSet when all has come to rest, after each of the steps below. */
  readonly sizes: readonly string[];
}

/**
 * What a control plane of version 1.36.3 did: started, rolled out a template whose pods never start,
 * scaled, rolled out another such template, scaled again, rolled back to the first.
 */
// deno-fmt-ignore
const MEASURED: readonly Measured[] = [
  { replicas: 3, surge: "25%", unavailable: "25%", scale: [10, 2], sizes: ["1:3", "1:3 2:1", "1:8 2:5", "1:8 2:0 3:5", "1:2 2:0 3:1", "2:0 3:0 4:2"] },
  { replicas: 10, surge: "25%", unavailable: "25%", scale: [20, 5], sizes: ["1:10", "1:8 2:5", "1:15 2:10", "1:15 2:0 3:10", "1:4 2:0 3:3", "2:0 3:0 4:5"] },
  { replicas: 10, surge: 0, unavailable: 3, scale: [17, 4], sizes: ["1:10", "1:7 2:3", "1:12 2:5", "1:12 2:2 3:3", "1:1 2:0 3:3", "2:0 3:0 4:4"] },
  { replicas: 10, surge: 3, unavailable: 0, scale: [5, 12], sizes: ["1:10", "1:10 2:3", "1:5 2:3", "1:5 2:0 3:3", "1:9 2:0 3:6", "2:0 3:0 4:12"] },
  { replicas: 4, surge: "50%", unavailable: "50%", scale: [9, 3], sizes: ["1:4", "1:2 2:4", "1:5 2:9", "1:5 2:0 3:9", "1:2 2:0 3:3", "2:0 3:0 4:3"] },
  { replicas: 1, surge: "25%", unavailable: "25%", scale: [4, 0], sizes: ["1:1", "1:1 2:1", "1:2 2:3", "1:2 2:1 3:2", "1:0 2:0 3:0", "2:0 3:0 4:0"] },
  { replicas: 6, surge: "100%", unavailable: 0, scale: [11, 7], sizes: ["1:6", "1:6 2:6", "1:11 2:11", "1:11 2:0 3:11", "1:7 2:0 3:7", "2:0 3:0 4:7"] },
  { replicas: 7, surge: "30%", unavailable: "30%", scale: [0, 9], sizes: ["1:7", "1:5 2:5", "1:0 2:0", "1:0 2:0 3:0", "1:0 2:0 3:9", "2:0 3:0 4:9"] },
  { replicas: 12, surge: 5, unavailable: "10%", scale: [40, 13], sizes: ["1:12", "1:11 2:6", "1:29 2:16", "1:29 2:7 3:9", "1:11 2:1 3:6", "2:0 3:0 4:13"] },
  { replicas: 5, scale: [8, 2], sizes: ["1:5", "1:0 2:5", "1:0 2:8", "1:0 2:0 3:8", "1:0 2:0 3:2", "2:0 3:0 4:2"] },
];

function sizes(bench: ControllerBench): string {
  return bench.all<ReplicaSet>(REPLICA_SETS)
    .map((
      { metadata, spec },
    ) => [Number(metadata.annotations!["deployment.kubernetes.io/revision"]), spec.replicas!])
    .sort(([a], [b]) => a! - b!).map((each) => each.join(":")).join(" ");
}

function editSpec(bench: ControllerBench, change: Partial<Deployment["spec"]>): void {
  bench.edit<Deployment>(DEPLOYMENTS, "web", (each) => ({ ...each, spec: { ...each.spec, ...change } }));
}

function rollOut(bench: ControllerBench, nodeSelector: PodSpec["nodeSelector"]): void {
  const { template } = bench.get<Deployment>(DEPLOYMENTS, "web").spec;
  const { nodeSelector: _, ...spec } = template.spec;
  editSpec(bench, {
    template: { ...template, spec: nodeSelector === undefined ? spec : { ...spec, nodeSelector } },
  });
}

for (const { replicas, surge: maxSurge, unavailable: maxUnavailable, scale, sizes: measured } of MEASURED) {
  const what = maxSurge === undefined ? "Recreate" : `surge ${maxSurge} and unavailability ${maxUnavailable}`;
  Deno.test(`${replicas} replicas with ${what} roll out, scale and roll back as on a real control plane`, () => {
    const strategy: Deployment["spec"]["strategy"] = maxSurge === undefined
      ? { type: "Recreate" }
      : { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable: maxUnavailable! } };
    const steps = [
      async (bench: ControllerBench) =>
        void await bench.create(DEPLOYMENTS, deployment({ replicas, strategy })),
      (bench: ControllerBench) => rollOut(bench, { no: "node" }),
      (bench: ControllerBench) => editSpec(bench, { replicas: scale[0] }),
      (bench: ControllerBench) => rollOut(bench, { neither: "node" }),
      (bench: ControllerBench) => editSpec(bench, { replicas: scale[1] }),
      (bench: ControllerBench) => rollOut(bench, undefined),
    ];
    return onBench((deps) => [new Deployments(deps), new ReplicaSets(deps)], async (bench) => {
      bench.isStuck = ({ spec }) => spec.nodeSelector !== undefined;
      const seen: string[] = [];
      for (const step of steps) {
        await step(bench);
        await bench.pass(30);
        seen.push(sizes(bench));
      }
      assert.deepEqual(seen, measured);
      const { status } = bench.get<Deployment>(DEPLOYMENTS, "web");
      assert.equal(status?.availableReplicas ?? 0, scale[1]);
      assert.equal(bench.pods.length, scale[1]);
    });
  });
}
