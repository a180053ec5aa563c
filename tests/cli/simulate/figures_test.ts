import assert from "node:assert/strict";
import { begin } from "../../../src/cli/simulate/engine.ts";
import { bucketsOf } from "../../../src/cli/simulate/recording/buckets.ts";
import type { VariantReport } from "../../../src/cli/simulate/report.ts";
import { NaiveObserver } from "./naive_observer.ts";
import { documents, simulationOf, variantReportOf, workload } from "./simulations.ts";

const BUDGET = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web, namespace: shop }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
`;

const MANIFESTS = documents(
  workload("web", { replicas: 6, policy: { "spot-percentage": "70", "min-on-demand": "2" } }),
  workload("db", {
    kind: "StatefulSet",
    replicas: 3,
    policy: { "spot-percentage": "50", "min-on-demand": "2" },
  }),
  workload("worker", { replicas: 3, policy: { "spot-percentage": "100" } }),
  workload("plain", { replicas: 2 }),
  BUDGET,
);

/** All that can happen, in three hours. */
const SCENARIO = `
seed: 4
length: 3h
nodeGroups:
  - { name: spot, labels: { karpenter.sh/capacity-type: spot }, nodes: 2, most: 6, cpu: 4, memory: 8Gi, pods: 20,
      pricePerHour: 0.1, onDemandPricePerHour: 0.3, reclaimsPerHour: 3, startup: 60s }
  - { name: steady, labels: { karpenter.sh/capacity-type: on-demand }, nodes: 2, most: 6, cpu: 4, memory: 8Gi,
      pods: 20, pricePerHour: 0.3, startup: 60s }
curves:
  - { workload: Deployment shop/worker, points: [{ at: 20m, replicas: 9 }, { at: 90m, replicas: 0 }, { at: 100m, replicas: 2 }] }
events:
  - { at: 10m, every: 50m, do: deploy, workload: all }
  - { at: 30m, do: annotate, workload: Deployment shop/web,
      annotations: { spotalis.io/spot-percentage: "30", spotalis.io/min-on-demand: "3" } }
  - { at: 70m, do: outage, group: spot, for: 15m, takeNodes: true }
  - { at: 2h, do: scale, workload: Deployment shop/web, replicas: 8 }
  - { at: 2h, do: annotate, workload: Deployment shop/web, annotations: { spotalis.io/spot-percentage: "70" } }
`;

const PLAIN = "Deployment shop/plain";

const PRICES = {
  spot: { cpu: 4, memory: 8 * 2 ** 30, pods: 20, price: 0.1, onDemand: 0.3 },
  steady: { cpu: 4, memory: 8 * 2 ** 30, pods: 20, price: 0.3, onDemand: 0.3 },
};

/** Odd, so that it falls in with nothing. */
const STEP_MS = 1_997;

async function observed(withOperator: boolean): Promise<{ report: VariantReport; observer: NaiveObserver }> {
  const simulation = simulationOf({ manifests: MANIFESTS, scenario: SCENARIO, withOperator });
  const { lengthMs } = simulation.scenario;
  const started = await begin(simulation);
  const observer = new NaiveObserver(started, { stepMs: STEP_MS, prices: PRICES });
  await observer.watch(lengthMs);
  started.recorder.finish();
  await started.clock.complete(started.world.stop());
  return { report: variantReportOf(started.recorder, simulation), observer };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function near(found: number, naive: number, { within, what }: { within: number; what: string }): void {
  assert.ok(Math.abs(found - naive) <= within + 1e-9, `${what}: ${found}, counted ${naive}, within ${within}`);
}

/** Figures are of the managed workloads, and of no others. */
function checkSums({ figures, workloads }: VariantReport): void {
  const managed = workloads.filter(({ isManaged }) => isManaged);
  for (const key of ["podsCreated", "evictions", "podsReclaimed"] as const) {
    assert.equal(figures[key], sum(managed.map((each) => each[key])), key);
  }
  for (
    const key of ["minutesBelowFloor", "minutesOffSplit", "minutesPending", "cost", "costOnDemand"] as const
  ) {
    near(figures[key], sum(managed.map((each) => each[key])), { within: 0.002, what: key });
  }
  near(figures.saved, 1 - figures.cost / figures.costOnDemand, { within: 0.001, what: "saved" });
}

for (const withOperator of [true, false]) {
  Deno.test(`play() reports what a naive observer counts, ${withOperator ? "with" : "without"} the operator`, async () => {
    const { report, observer } = await observed(withOperator);
    const { figures, workloads, series } = report;
    assert.equal(workloads.length, 4);
    for (const each of workloads) {
      const key = `${each.kind} ${each.namespace}/${each.name}`;
      const naive = observer.counted.get(key)!;
      const step = STEP_MS / 1_000;
      const within = (name: string, unit: number) => naive.changes[name]! * step * unit + 0.02;
      const minute = 1 / 60;
      assert.equal(each.isManaged, key !== PLAIN);
      assert.equal(each.podsCreated, naive.podsCreated, key);
      assert.equal(each.podsReclaimed, observer.podsReclaimed.get(key) ?? 0, key);
      near(each.minutesPending, naive.pending / 60, {
        within: within("pending", minute),
        what: `${key} pending`,
      });
      near(each.minutesBelowFloor, naive.belowFloor / 60, {
        within: within("belowFloor", minute),
        what: `${key} floor`,
      });
      near(each.minutesOffSplit, naive.offSplit / 60, {
        within: within("offSplit", minute),
        what: `${key} split`,
      });
      near(each.cost, naive.cost, { within: naive.changes["cost"]! * step + 0.0005, what: `${key} cost` });
      near(each.costOnDemand, naive.costOnDemand, {
        within: naive.changes["costOnDemand"]! * step + 0.0005,
        what: `${key} cost`,
      });
      near(sum(each.series.belowFloor), each.minutesBelowFloor, {
        within: 0.2,
        what: `${key} floor by bucket`,
      });
      const hours = bucketsOf(10_800_000).bucketMs / 1_000;
      for (const name of ["spot", "onDemand", "replicas"] as const) {
        near(sum(each.series[name]) * hours, naive[name], {
          within: within(name, 1) + 60,
          what: `${key} ${name}`,
        });
      }
      assert.equal(each.recoverySeconds === undefined, naive.recoveries.length === 0, key);
      if (each.recoverySeconds !== undefined) {
        const longest = Math.max(...naive.recoveries) / 1_000;
        near(each.recoverySeconds.longest, longest, { within: 2 * step, what: `${key} recovery` });
      }
    }
    assert.equal(figures.reclaims, observer.reclaimed.size);
    assert.equal(sum(series.reclaims), observer.reclaimed.size);
    assert.equal(figures.evictions, observer.evicted.size);
    assert.equal(sum(series.evictions), observer.evicted.size);
    near(figures.costOfNodes, observer.costOfNodes, { within: 0.01, what: "cost of nodes" });
    checkSums(report);
    const [spot, onDemand] = (["spot", "onDemand"] as const).map((name) =>
      sum([...observer.counted].filter(([key]) => key !== PLAIN).map(([, each]) => each[name]))
    );
    near(figures.spotShare, spot! / (spot! + onDemand!), { within: 0.002, what: "share of spot" });
    assert.equal(figures.evictions > 0, withOperator);
    assert.ok(figures.podsReclaimed > 0 && figures.minutesBelowFloor > 0 && figures.minutesOffSplit > 0);
  });
}
