import assert from "node:assert/strict";
import { begin } from "../../../src/cli/simulate/engine.ts";
import { DEPLOYMENTS } from "../../../src/sim/resources.ts";
import { documents, reportOf, simulationOf, workload } from "./simulations.ts";

const MANIFESTS = documents(
  workload("web", { policy: { "spot-percentage": "50" } }),
  workload("api", { replicas: 1 }),
  workload("db", { kind: "StatefulSet", replicas: 1 }),
);

const GROUPS =
  "nodeGroups: [{ name: spot, labels: { karpenter.sh/capacity-type: spot }, nodes: 3, cpu: 4, memory: 8Gi, " +
  "pricePerHour: 1 }, { name: steady, labels: { karpenter.sh/capacity-type: on-demand }, nodes: 2, cpu: 4, memory: 8Gi, pricePerHour: 1 }]";

/** `minute what subject: detail` of all that was done to the cluster. */
async function happened(rest: string): Promise<string[]> {
  const { timeline } = await reportOf({ manifests: MANIFESTS, scenario: `length: 1h\n${GROUPS}\n${rest}` });
  return timeline.filter(({ what }) => what !== "eviction" && what !== "warning").map((
    { atMs, what, subject, detail },
  ) => `${atMs / 60_000} ${what} ${subject}: ${detail}`);
}

const ROLLED = "a new revision is rolled out";

Deno.test("Director rolls out one workload after the other, or all at once, or one", async () => {
  const events = "events: [{ do: deploy, at: 5m, every: 15m }, { do: deploy, at: 7m, workload: all }, " +
    "{ do: deploy, at: 8m, workload: StatefulSet shop/db }]";
  assert.deepEqual(await happened(events), [
    `5 deploy Deployment shop/web: ${ROLLED}`,
    `7 deploy Deployment shop/web: ${ROLLED}`,
    `7 deploy Deployment shop/api: ${ROLLED}`,
    `7 deploy StatefulSet shop/db: ${ROLLED}`,
    `8 deploy StatefulSet shop/db: ${ROLLED}`,
    `20 deploy Deployment shop/api: ${ROLLED}`,
    `35 deploy StatefulSet shop/db: ${ROLLED}`,
    `50 deploy Deployment shop/web: ${ROLLED}`,
  ]);
});

Deno.test("Director scales along curves that begin again, and tells of what changes only", async () => {
  const curves =
    "curves: [{ workload: Deployment shop/web, every: 30m, points: [{ at: 0s, replicas: 4 }, { at: 10m, replicas: 6 }, " +
    "{ at: 20m, replicas: 6 }] }]\nevents: [{ do: scale, at: 25m, workload: Deployment shop/api, replicas: 0 }]";
  assert.deepEqual(await happened(curves), [
    "10 scale Deployment shop/web: from 4 to 6 replicas",
    "25 scale Deployment shop/api: from 1 to 0 replicas",
    "30 scale Deployment shop/web: from 6 to 4 replicas",
    "40 scale Deployment shop/web: from 4 to 6 replicas",
  ]);
});

Deno.test("Director takes nodes back, and closes a group", async () => {
  const told = await happened(
    "events: [{ do: reclaim, at: 10m, group: spot, nodes: 2 }, { do: outage, at: 20m, group: steady, for: 5m }]",
  );
  assert.deepEqual(
    told.map((line) => line.replace(/spot-\d/, "spot-N").replace(/with \d pods?/, "with N pods")),
    [
      "10 reclaim spot-N: the cloud takes the node back, with N pods on it",
      "10 reclaim spot-N: the cloud takes the node back, with N pods on it",
      "20 outage steady: no new nodes for 5 minutes",
    ],
  );
});

Deno.test("Director sets and removes annotations", async () => {
  const events =
    'events: [{ do: annotate, at: 10m, workload: Deployment shop/web, annotations: { spotalis.io/min-on-demand: "3", a: "b" } }, ' +
    "{ do: annotate, at: 20m, workload: Deployment shop/web, annotations: { spotalis.io/spot-percentage: ~ } }]";
  assert.deepEqual(await happened(events), [
    "10 policy Deployment shop/web: spotalis.io/min-on-demand: 3, a: b",
    "20 policy Deployment shop/web: spotalis.io/spot-percentage: removed",
  ]);
  const { workloads } = await reportOf({ manifests: MANIFESTS, scenario: `length: 1h\n${GROUPS}\n${events}` });
  const web = workloads.find(({ name }) => name === "web")!;
  assert.deepEqual([web.policy, web.spot], ["0 % spot, at least 3 on-demand", 0]);
});

Deno.test("Director leaves a workload alone that somebody has deleted", async () => {
  const events =
    "events: [{ do: deploy, at: 5m, workload: all }, { do: scale, at: 6m, workload: Deployment shop/web, replicas: 9 }]";
  const simulation = simulationOf({ manifests: MANIFESTS, scenario: `length: 1h\n${GROUPS}\n${events}` });
  const { world, clock, recorder, startMs } = await begin(simulation);
  await clock.run(startMs + 60_000);
  world.cluster.api.delete(DEPLOYMENTS, { namespace: "shop", name: "web" });
  await clock.run(startMs + 600_000);
  assert.deepEqual(recorder.timeline.entries.map(({ subject }) => subject), [
    "Deployment shop/api",
    "StatefulSet shop/db",
  ]);
  await clock.complete(world.stop());
});
