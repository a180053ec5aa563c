import type { KubeClient } from "../../../src/kube/client.ts";
import { spotTarget } from "../../../src/domain/distribution.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import { OPERATOR_LABEL } from "../../scenarios/support/stage.ts";
import { Witness } from "../../scenarios/support/witness.ts";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { FaultProxy } from "./fault_proxy.ts";
import { Operator } from "./operator.ts";
import { type ProcessFigures, processFigures } from "./process_figures.ts";

export interface SoakPlan {
  readonly lengthMs: number;
  readonly sampleEveryMs: number;
  /** All watches are cut. */
  readonly cutEveryMs: number;
  /** One after the other, see `FAULTS`. */
  readonly faultEveryMs: number;
  /** How long a fault lasts that ends by itself. */
  readonly faultMs: number;
  /** The policy of one workload after the other. */
  readonly changeEveryMs: number;
  readonly workloads: number;
  readonly replicas: number;
  /** A Go duration. */
  readonly cooldown: string;
}

export interface SoakSample extends ProcessFigures {
  readonly atMs: number;
  /** Undefined of a binary. */
  readonly timers: number | undefined;
}

export interface SoakReport {
  /** Of the two replicas of the operator. */
  readonly samples: readonly [SoakSample[], SoakSample[]];
  readonly cuts: number;
  /** That the replicas began. */
  readonly watches: number;
  readonly faults: readonly string[];
  /** Pods that the changes moved from one kind to the other, and evictions that both replicas count. */
  readonly asked: number;
  readonly evicted: number;
  /** Of a last change of every workload, when all is well again; evictions are seen from outside. */
  readonly last: { readonly asked: number; readonly evicted: number };
  /** After a fault: how long until both replicas were ready. */
  readonly recoveredMs: readonly number[];
}

interface Stage {
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly client: KubeClient;
  readonly replicas: readonly [Operator, Operator];
  readonly plan: SoakPlan;
  readonly say: (text: string) => void;
}

const NAME = "soak";
const PERCENTAGES = [70, 50] as const;
const SETTLE_MS = 300_000;

const FAULTS: readonly [what: string, happen: (stage: Stage) => Promise<void>][] = [
  ["the API server restarts", async ({ cluster }) => {
    await cluster.stop("kube-apiserver");
    await pause(3_000);
    await cluster.start("kube-apiserver");
  }],
  ["half of the requests fail with 500", async ({ proxy, plan }) => {
    const end = proxy.table.add({ fault: { kind: "status", code: 500 }, probability: 0.5 });
    await pause(plan.faultMs);
    end();
  }],
  ["packets vanish", async ({ proxy, plan }) => {
    const end = proxy.table.add({ fault: { kind: "silence" } });
    proxy.blackHole();
    await pause(plan.faultMs);
    end();
  }],
  ["the Lease is stolen", async ({ client }) => {
    await patch(client, `/apis/coordination.k8s.io/v1/namespaces/lease-${NAME}/leases/${LEASE}`, {
      spec: { holderIdentity: "a thief", renewTime: new Date().toISOString().replace("Z", "000Z") },
    });
  }],
];
const LEASE = "spotalis-controller-leader";

/** Two replicas of the operator on a real control plane for a long time, with nothing going well. */
export async function soak(
  cluster: Cluster,
  plan: SoakPlan,
  say: (text: string) => void = () => {},
): Promise<SoakReport> {
  const proxy = await FaultProxy.start({ access: await cluster.access(), dir: cluster.dir });
  const config = { controllers: { workloadTiming: { cooldownPeriod: plan.cooldown } } };
  const isBinary = Deno.env.get("SPOTALIS_E2E_BINARY") !== undefined;
  const common = { name: NAME, config, kubeconfig: await proxy.kubeconfig(await cluster.operatorKubeconfig()) };
  await using first = await Operator.start(cluster, { ...common, countsTimers: !isBinary });
  await using second = await Operator.spawn(cluster, { ...common, countsTimers: true, registers: false });
  await second.ready();
  const client = await cluster.client();
  const stage: Stage = { cluster, proxy, client, replicas: [first, second], plan, say };
  await fill(stage);
  const report = await play(stage);
  await Promise.all([first.stop(), second.stop()]);
  await proxy.close();
  return report;
}

async function fill({ cluster, plan, say }: Stage): Promise<void> {
  say(`${plan.workloads} workloads of ${plan.replicas} pods`);
  const metadata = { name: NAME, labels: { [OPERATOR_LABEL]: NAME } };
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata });
  const workloads = Array.from({ length: plan.workloads }, (_, i) => {
    const object = deployment({
      name: `web-${i}`,
      replicas: plan.replicas,
      percentage: PERCENTAGES[0],
      floor: 1,
    });
    return { ...object, metadata: { ...object.metadata, namespace: NAME } };
  });
  await cluster.apply(...workloads);
  await cluster.kubectl(["-n", NAME, "wait", "deployments", "--all", "--for=condition=Available"]);
  for (let i = 0; i < plan.workloads; i++) {
    await cluster.kubectl(["-n", NAME, "rollout", "status", `deployment/web-${i}`, "--timeout=300s"]);
  }
}

async function play(stage: Stage): Promise<SoakReport> {
  const { plan, replicas, proxy, say } = stage;
  const stop = AbortSignal.timeout(plan.lengthMs);
  const samples: [SoakSample[], SoakSample[]] = [[], []];
  const percentages = Array.from({ length: plan.workloads }, () => 0);
  const faults: string[] = [];
  const recoveredMs: number[] = [];
  let [cuts, asked, changed] = [0, 0, 0];
  const watches = () => proxy.table.requests({ isWatch: true }).length;
  const watchesBefore = watches();
  const startedMs = performance.now();
  const change = async (workload: number): Promise<number> => {
    const [before, after] = [percentages[workload]!, 1 - percentages[workload]!];
    percentages[workload] = after;
    await patch(stage.client, `/apis/apps/v1/namespaces/${NAME}/deployments/web-${workload}`, {
      metadata: { annotations: { "spotalis.io/spot-percentage": `${PERCENTAGES[after]}` } },
    });
    const target = (index: number) =>
      spotTarget(plan.replicas, { spotPercentage: PERCENTAGES[index]!, minOnDemand: 1 });
    return Math.abs(target(before) - target(after));
  };
  await Promise.all([
    each(plan.sampleEveryMs, stop, async () => {
      const atMs = performance.now() - startedMs;
      for (const [i, replica] of replicas.entries()) samples[i]!.push(await sample(replica, atMs));
    }),
    each(plan.cutEveryMs, stop, () => {
      cuts++;
      proxy.table.cut({ isWatch: true });
      return Promise.resolve();
    }),
    each(plan.changeEveryMs, stop, async () => void (asked += await change(changed++ % plan.workloads))),
    each(plan.faultEveryMs, stop, async () => {
      const [what, happen] = FAULTS[faults.length % FAULTS.length]!;
      say(what);
      faults.push(what);
      await happen(stage);
      const endedMs = performance.now();
      await Promise.all(replicas.map((replica) => replica.ready(120_000)));
      recoveredMs.push(performance.now() - endedMs);
    }),
  ]);
  const begun = watches() - watchesBefore;
  say("all is well again");
  await settled(stage);
  const evicted = await evictions(replicas);
  const witness = await Witness.start(stage.client, { namespace: NAME, clock: systemClock });
  const last = { asked: 0, evicted: 0 };
  for (let i = 0; i < plan.workloads; i++) last.asked += await change(i);
  await settled(stage);
  last.evicted = witness.evicted.size;
  await witness[Symbol.asyncDispose]();
  return { samples, cuts, watches: begun, faults, asked, evicted, last, recoveredMs };
}

async function sample(replica: Operator, atMs: number): Promise<SoakSample> {
  const line = replica.log.findLast(({ message }) => message === "timers");
  return { atMs, ...await processFigures(replica.pid), timers: line?.["waiting"] as number | undefined };
}

async function evictions(replicas: readonly Operator[]): Promise<number> {
  const counts = replicas.map((replica) => replica.metric("spotalis_evictions_total", { outcome: "evicted" }));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Every split is as asked, and nothing moves any more. */
async function settled({ replicas: [operator], plan }: Stage): Promise<void> {
  for (const end = performance.now() + SETTLE_MS;;) {
    const { workloads } = JSON.parse(await operator.cli("plan", "-o", "json"));
    const done = workloads.filter(({ reason }: { reason: string }) => reason === "balanced").length;
    if (done === plan.workloads) return;
    if (performance.now() > end) throw new Error(`${done} of ${plan.workloads} workloads are balanced`);
    await pause(1_000);
  }
}

/** A merge patch; tried again where the API server is away. */
async function patch(client: KubeClient, path: string, body: unknown): Promise<void> {
  const contentType = "application/merge-patch+json";
  await eventually(async () => {
    await client.request("PATCH", path, { body, contentType, signal: AbortSignal.timeout(10_000) });
  }, 60_000);
}

/** Again and again, until `stop` is aborted; what has begun then goes on to its end. */
async function each(everyMs: number, stop: AbortSignal, act: () => Promise<void>): Promise<void> {
  for (let next = performance.now() + everyMs;; next += everyMs) {
    await pause(next - performance.now(), stop);
    if (stop.aborted) return;
    await act();
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, ms));
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
