import assert from "node:assert/strict";
import { completed, labelsFor } from "../../../src/cli/simulate/defaults.ts";
import { readManifests } from "../../../src/cli/simulate/manifests.ts";
import { classifierOf } from "../../../src/config/classifier.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { loadScenario } from "../../../src/config/scenario.ts";
import type { Config } from "../../../src/config/schema.ts";
import { CAPACITIES } from "../../../src/domain/capacity.ts";
import { PRESET_NAMES } from "../../../src/domain/presets.ts";
import { documents, workload } from "./simulations.ts";

function configOf(text = ""): Config {
  const found = loadConfig({ file: { path: "c.yaml", text }, env: {} });
  assert.ok(found.ok);
  return found.config;
}

const CLASSIFIERS = [
  ...[...PRESET_NAMES, "auto"].map((name) => `{ preset: ${name} }`),
  "{ spotLabels: [{ matchLabels: { pool: cheap } }], onDemandLabels: [{ matchExpressions: [{ key: pool, operator: NotIn, values: [cheap] }] }] }",
  "{ spotLabels: [{ matchExpressions: [{ key: cheap, operator: Exists }] }], onDemandLabels: [{ matchExpressions: [{ key: cheap, operator: DoesNotExist }] }] }",
];

for (const classifier of CLASSIFIERS) {
  Deno.test(`labelsFor() has labels of either kind for a nodeClassifier of ${classifier}`, () => {
    const config = configOf(`controllers: { nodeClassifier: ${classifier} }`);
    for (const capacity of CAPACITIES) {
      assert.equal(classifierOf(config).classify(labelsFor(capacity, config)), capacity);
    }
  });
}

function filled(manifests: string, scenario?: string) {
  const loaded = loadScenario(scenario === undefined ? undefined : { path: "s.yaml", text: scenario });
  assert.ok(loaded.ok);
  const read = readManifests([{ path: "m.yaml", text: manifests }]);
  assert.deepEqual(read.problems, []);
  return completed(loaded.scenario, { manifests: read, config: configOf(), hasFile: scenario !== undefined });
}

const cpuOf = (cpu: number) => ({
  containers: [{ name: "a", image: "i", resources: { requests: { cpu, memory: "1Gi" } } }],
});

/** Of a workload of pods of so much: how many nodes of each kind, and of how many cores. */
const SIZES: readonly [replicas: number, cpu: number, nodes: number, cores: number][] = [
  [1, 0.1, 2, 4],
  [20, 1, 3, 4],
  [100, 1, 15, 4],
  [10, 3, 3, 8],
  [2, 20, 2, 40],
];

for (const [replicas, cpu, nodes, cores] of SIZES) {
  Deno.test(`completed() has ${nodes} nodes of each kind of ${cores} cores for ${replicas} pods of ${cpu}`, () => {
    const { scenario: { nodeGroups } } = filled(workload("web", { replicas, pod: cpuOf(cpu) }));
    assert.deepEqual(nodeGroups.map((group) => [group.name, group.nodes, group.cpuMillis]), [
      ["spot", nodes, cores * 1_000],
      ["on-demand", nodes, cores * 1_000],
    ]);
    assert.ok(nodeGroups[0]!.reclaimsPerHour >= 0.25 && nodeGroups[1]!.reclaimsPerHour === 0);
  });
}

Deno.test("completed() has room for what curves and events make of a workload", () => {
  const text = "curves: [{ workload: Deployment shop/web, points: [{ at: 1h, replicas: 60 }] }]\n" +
    "events: [{ do: scale, at: 2h, workload: Deployment shop/web, replicas: 100 }]";
  const { scenario } = filled(workload("web", { replicas: 1, pod: cpuOf(1) }), text);
  assert.equal(scenario.nodeGroups[0]!.nodes, 15);
});

Deno.test("completed() leaves node groups, curves and events as they are written", () => {
  const text = "nodeGroups: [{ name: a, nodes: 1, cpu: 4, memory: 8Gi, pricePerHour: 1 }]";
  const { scenario, assumptions } = filled(workload("web"), text);
  assert.deepEqual([scenario.nodeGroups.length, scenario.curves, scenario.events, assumptions], [
    1,
    [],
    [],
    [],
  ]);
});

const HPA = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec: { minReplicas: 2, maxReplicas: 10, scaleTargetRef: { kind: Deployment, name: web } }
`;

Deno.test("completed() has the replicas of an autoscaler follow the day, and says so", () => {
  const { scenario, assumptions } = filled(documents(workload("web"), HPA));
  const [{ points, everyMs }] = scenario.curves as [typeof scenario.curves[number]];
  assert.deepEqual([everyMs, points.length], [86_400_000, 24]);
  const replicas = points.map((point) => point.replicas);
  assert.deepEqual([replicas[4], replicas[10], replicas[16], replicas[22]], [2, 6, 10, 6]);
  assert.deepEqual([Math.min(...replicas), Math.max(...replicas)], [2, 10]);
  assert.match(
    assumptions[1]!,
    /^HorizontalPodAutoscaler of Deployment shop\/web: replicas go from 2, 4 hours after/,
  );
});

Deno.test("completed() takes the scenario's curve before that of an autoscaler", () => {
  const text = "curves: [{ workload: Deployment shop/web, points: [{ at: 1h, replicas: 3 }] }]";
  const { scenario, assumptions } = filled(documents(workload("web"), HPA), text);
  assert.deepEqual(scenario.curves.map(({ points }) => points.length), [1]);
  assert.ok(!assumptions.some((each) => each.includes("HorizontalPodAutoscaler")));
});

Deno.test("completed() says what nodes it assumes", () => {
  assert.deepEqual(filled(workload("web")).assumptions, [
    "Nodes: 2 spot and 2 on-demand, each of 4 cores and 16 GiB, for 0.064 (spot) and 0.192 (on-demand) USD an hour; " +
    "the autoscaler adds more when pods need them; every 4 hours, in the mean, a spot node is taken back.",
    "Deploys: one workload after the other is rolled out anew, one every two hours.",
  ]);
});
