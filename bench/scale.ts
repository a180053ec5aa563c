import type { Cluster } from "../tests/e2e/support/cluster.ts";
import type { Operator } from "../tests/e2e/support/operator.ts";
import { processFigures } from "../tests/e2e/support/process_figures.ts";
import { deployment } from "../tests/scenarios/support/workloads.ts";
import { load, type LoadResult } from "./admission.ts";
import { type Lag, LagProbe } from "./lag.ts";
import { histogramQuantile } from "./percentile.ts";
import {
  admissionBuckets,
  apply,
  grownOwners,
  growth,
  makeNamespace,
  names,
  pause,
  readyPods,
  requestsIn,
  residentMB,
  startTimed,
} from "./stage.ts";
import { withCluster } from "./with_cluster.ts";

export interface ScaleOptions {
  readonly pods: number;
  readonly workloads: number;
  /** After so long without all pods of a step, the figures are of what there is. */
  readonly stepLimitMs: number;
}

/** While pods were created up to a number. */
export interface StepFigures {
  readonly pods: number;
  readonly workloads: number;
  readonly isReached: boolean;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residentMB: number;
  readonly lag: Lag;
  /** By the API server's histogram: how long it waited for the webhook. */
  readonly admissionP50Ms: number;
  readonly admissionP99Ms: number;
}

export interface ScaleFigures {
  readonly nodes: number;
  readonly steps: readonly StepFigures[];
  readonly peakMB: number;
  /** At the end, what is no page of the program's file. */
  readonly anonymousMB: number;
  readonly steadyRequests: Readonly<Record<string, number>>;
  readonly steadyCpuSeconds: number;
  readonly steadyLag: Lag;
  readonly evictions: number;
  /** By `spotalis plan`. */
  readonly plan: { readonly managed: number; readonly balanced: number };
  readonly readyMs: number;
  readonly restartedMB: number;
  readonly restartedHeapMB: number;
  readonly admission: LoadResult;
}

/** Shares of all workloads that are there after each step. */
const STEPS = [0.2, 0.5, 1];
const NAMESPACES = 10;
const NODE_ROOM = 250;
const PERCENTAGE = 70;
const SETTLE_MS = 15_000;
const MINUTE_MS = 60_000;
const LAG_SAMPLES = 100;
/** So many pods more could be placed: no review has to wait for a slot. */
const ROOM = 10_000;

/** Grows a real control plane step by step, and measures the operator beside it. */
export async function benchScale(
  options: ScaleOptions,
  say: (text: string) => void,
): Promise<ScaleFigures> {
  return await withCluster({ nodes: 0 }, async (cluster) => {
    await addNodes(cluster, options.pods);
    for (const namespace of names(NAMESPACES, "many")) await makeNamespace(cluster, namespace);
    return await measure(cluster, options, say);
  });
}

/** A third more room than the split needs. */
async function addNodes(cluster: Cluster, pods: number): Promise<void> {
  for (const [capacity, share] of [["spot", PERCENTAGE], ["on-demand", 100 - PERCENTAGE]] as const) {
    const label = `karpenter.sh/capacity-type=${capacity}`;
    for (const name of names(Math.ceil(pods * share / 100 * 4 / 3 / NODE_ROOM), capacity)) {
      await cluster.script("node", cluster.dir, name, label, `${NODE_ROOM}`);
    }
  }
}

async function measure(
  cluster: Cluster,
  { pods, workloads, stepLimitMs }: ScaleOptions,
  say: (text: string) => void,
): Promise<ScaleFigures> {
  const { operator } = await startTimed(cluster);
  const probe = await LagProbe.start(cluster, operator);
  const steps: StepFigures[] = [];
  const podsEach = Math.ceil(pods / workloads);
  for (const share of STEPS) {
    const [from, to] = [steps.at(-1)?.workloads ?? 0, Math.round(workloads * share)];
    say(`${to * podsEach} pods of ${to} workloads`);
    const step = await grow({ cluster, operator, probe }, { from, to, podsEach, limitMs: stepLimitMs });
    say(JSON.stringify(step));
    steps.push(step);
    if (!step.isReached) break;
  }
  await pause(SETTLE_MS);
  say("a steady minute");
  const cpuBefore = await cpuSeconds(operator);
  const steadyRequests = await requestsIn(operator, MINUTE_MS);
  const steadyCpuSeconds = await cpuSeconds(operator) - cpuBefore;
  say("how far behind it is");
  for (let i = 0; i < LAG_SAMPLES; i++) await probe.sample();
  const { peakMB, anonymousMB } = await processFigures(operator.pid);
  const evictions = await operator.metric("spotalis_evictions_total");
  const plan = await planned(operator);
  await operator.stop();

  say("a restart");
  const second = await startTimed(cluster);
  await pause(5_000);
  const restartedMB = await residentMB(second.operator);
  const restartedHeapMB = await second.operator.metric("nodejs_heap_size_used_bytes") / 1e6;
  say("admission");
  await cluster.stop("kube-controller-manager");
  const more = Math.ceil(ROOM * NAMESPACES / workloads);
  const owners = await grownOwners(cluster, { namespace: "many-0", names: names(workloads, "web"), more });
  const caCert = await second.operator.caCert();
  const target = { url: second.operator.webhookUrl, caCert, owners, connections: 1 };
  await load({ ...target, reviews: 300 });
  const admission = await load({ ...target, reviews: 1_500 });
  await second.operator.stop();
  return {
    nodes: (await cluster.get("nodes")).items.length,
    steps,
    peakMB,
    anonymousMB,
    steadyRequests,
    steadyCpuSeconds,
    steadyLag: probe.take(),
    evictions,
    plan,
    readyMs: second.ms,
    restartedMB,
    restartedHeapMB,
    admission,
  };
}

interface Scene {
  readonly cluster: Cluster;
  readonly operator: Operator;
  readonly probe: LagProbe;
}

/** More workloads, spread over the namespaces, until all their pods are ready or it has taken too long. */
async function grow(
  { cluster, operator, probe }: Scene,
  { from, to, podsEach, limitMs }: { from: number; to: number; podsEach: number; limitMs: number },
): Promise<StepFigures> {
  const [began, cpuBefore, before] = [Date.now(), await cpuSeconds(operator), await admissionBuckets(cluster)];
  const done = new AbortController();
  const probing = probe.run(500, done.signal);
  for (const [i, namespace] of names(NAMESPACES, "many").entries()) {
    const here = names(to, "web").slice(from).filter((_, n) => n % NAMESPACES === i);
    await apply(
      cluster,
      namespace,
      here.map((name) => deployment({ name, replicas: podsEach, percentage: PERCENTAGE, floor: 1 })),
    );
  }
  let ready = 0;
  while (ready < to * podsEach && Date.now() - began < limitMs) {
    await pause(1_000);
    ready = await readyPods(cluster, "-A");
  }
  const seconds = (Date.now() - began) / 1_000;
  done.abort();
  await probing;
  const buckets = growth(before, await admissionBuckets(cluster));
  return {
    pods: ready,
    workloads: to,
    isReached: ready >= to * podsEach,
    seconds,
    cpuSeconds: await cpuSeconds(operator) - cpuBefore,
    residentMB: await residentMB(operator),
    lag: probe.take(),
    admissionP50Ms: histogramQuantile(buckets, 0.5) * 1_000,
    admissionP99Ms: histogramQuantile(buckets, 0.99) * 1_000,
  };
}

async function cpuSeconds(operator: Operator): Promise<number> {
  return await operator.metric("process_cpu_seconds_total");
}

async function planned(operator: Operator): Promise<{ managed: number; balanced: number }> {
  return JSON.parse(await operator.cli("plan", "-o", "json")).sum;
}

const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);

/** As rows of a table: figure and measured. */
export function scaleRows(figures: ScaleFigures): string[][] {
  const { nodes, steps, steadyLag, steadyRequests, admission, plan } = figures;
  const requests = Object.entries(steadyRequests).map(([what, count]) => `${count} ${what}`).join(", ");
  const lagOf = (lag: Lag) => `${ms(lag.p50Ms)} / ${ms(lag.p99Ms)} ms of ${lag.samples}`;
  return [
    ...steps.map((step) => [
      `up to ${step.pods} pods of ${step.workloads} workloads${
        step.isReached ? "" : ", given up"
      }: time; RSS; ` +
      "CPU; admission p50 / p99 by the API server; event lag p50 / p99",
      `${step.seconds.toFixed(0)} s; ${step.residentMB.toFixed(0)} MB; ${step.cpuSeconds.toFixed(1)} s; ` +
      `${ms(step.admissionP50Ms)} / ${ms(step.admissionP99Ms)} ms; ${lagOf(step.lag)}`,
    ]),
    [
      "nodes; balanced of managed workloads; evictions",
      `${nodes}; ${plan.balanced} of ${plan.managed}; ${figures.evictions}`,
    ],
    [
      "most RSS / of the last RSS, without the pages of its file / RSS and heap after a restart",
      [figures.peakMB, figures.anonymousMB, figures.restartedMB, figures.restartedHeapMB]
        .map((value) => value.toFixed(0)).join(" / ") + " MB",
    ],
    ["start to readyz 200", `${(figures.readyMs / 1_000).toFixed(2)} s`],
    ["event lag in peace: p50 / p99", lagOf(steadyLag)],
    [
      "the same with the write of the change",
      `${ms(steadyLag.withWriteP50Ms)} / ${ms(steadyLag.withWriteP99Ms)} ms`,
    ],
    [
      "admission, one connection: p50 / p99",
      `${admission.p50Ms.toFixed(2)} / ${admission.p99Ms.toFixed(2)} ms`,
    ],
    ["a steady minute: requests; CPU", `${requests}; ${figures.steadyCpuSeconds.toFixed(2)} s`],
  ];
}
