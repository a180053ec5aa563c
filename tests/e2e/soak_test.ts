import assert from "node:assert/strict";
import { churn } from "./support/churn.ts";
import { Cluster } from "./support/cluster.ts";
import { Operator } from "./support/operator.ts";
import { soak, type SoakSample } from "./support/soak.ts";
import { medianOf } from "./support/trend.ts";

/** Of a short run: `deno task soak` takes a quarter of an hour, and measures slopes. */
const SHORT = {
  lengthMs: 65_000,
  sampleEveryMs: 1_000,
  cutEveryMs: 2_000,
  faultEveryMs: 13_000,
  faultMs: 5_000,
  changeEveryMs: 9_000,
  workloads: 8,
  replicas: 10,
  cooldown: "1s",
};
const NO_SANITIZERS = { sanitizeResources: false, sanitizeOps: false, sanitizeExit: false };

/** A cluster of its own, since its API server is taken away. */
async function onCluster(act: (cluster: Cluster) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "spotalis-soak-" });
  const cluster = await Cluster.up(`${folder}/cluster`, { nodes: 2 });
  try {
    await act(cluster);
  } finally {
    await cluster.down();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Medians of the second third and of the last: the first is warming up. */
function thirds(samples: readonly SoakSample[], of: (sample: SoakSample) => number): [number, number] {
  const third = Math.floor(samples.length / 3);
  const [second, last] = [samples.slice(third, -third), samples.slice(-third)];
  return [medianOf(second.map(of)), medianOf(last.map(of))];
}

Deno.test({
  name:
    "fault 63: watches cut each 2 s and a fault each 13 s: memory, handles and timers stay, evictions exact",
  ...NO_SANITIZERS,
  fn: () =>
    onCluster(async (cluster) => {
      const report = await soak(cluster, SHORT);
      assert.ok(report.watches > 100, `${report.watches} watches after ${report.cuts} cuts`);
      assert.equal(new Set(report.faults).size, 4, `every fault happened: ${report.faults}`);
      assert.equal(report.evicted, report.asked, "as many evictions as pods in the wrong place");
      assert.equal(report.last.evicted, report.last.asked, "and so at the end, seen from outside");
      for (const [i, samples] of report.samples.entries()) {
        const [memory, laterMemory] = thirds(samples, (sample) => sample.residentMB);
        assert.ok(laterMemory < memory * 1.15, `replica ${i}: from ${memory} to ${laterMemory} MB`);
        const [handles, laterHandles] = thirds(samples, (sample) => sample.handles);
        assert.ok(laterHandles <= handles + 8, `replica ${i}: from ${handles} to ${laterHandles} handles`);
        const counted = samples.filter(({ timers }) => timers !== undefined);
        if (counted.length === 0) continue;
        const [timers, laterTimers] = thirds(counted, (sample) => sample.timers!);
        // A replica that has come to lead waits for each workload.
        assert.ok(
          laterTimers <= timers + SHORT.workloads + 5,
          `replica ${i}: from ${timers} to ${laterTimers} timers`,
        );
      }
    }),
});

Deno.test({
  name: "fault 62: 1,500 workloads come and go: their series end with them, and memory stays",
  ...NO_SANITIZERS,
  fn: () =>
    onCluster(async (cluster) => {
      const name = "churn";
      await using operator = await Operator.start(cluster, { name });
      const samples = await churn({ cluster, operator }, { name, rounds: 5, workloads: 300 });
      assert.doesNotMatch(await operator.metrics(), /round-\d/);
      // The first round is what brings the caches and the heap to their size.
      const [, warm, ...later] = samples;
      const last = later.at(-1)!;
      assert.ok(last.residentMB < warm!.residentMB * 1.1, `from ${warm!.residentMB} to ${last.residentMB} MB`);
      assert.ok(last.series <= warm!.series + 5, `from ${warm!.series} to ${last.series} series`);
    }),
});
