import { loadConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { Lifecycle } from "../../../src/runtime/lifecycle.ts";
import type { NodeGroup } from "../../../src/sim/cloud/node_group.ts";
import { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { NAMESPACES } from "../../../src/sim/resources.ts";
import { EvictionJudge } from "../oracle/eviction_judge.ts";
import { Mending } from "../oracle/mending.ts";
import { Oracle } from "../oracle/oracle.ts";
import type { Violation } from "../oracle/rules.ts";
import { DAY_MS, type Plan } from "../plan/plan.ts";
import { Director } from "./director.ts";
import { Fleet } from "./fleet.ts";
import { Journal } from "./journal.ts";
import { NodeActs } from "./node_acts.ts";
import { Undoing } from "./undoing.ts";
import { WatchfulClock } from "./watchful_clock.ts";
import { WebhookService } from "./webhook_service.ts";
import { WorkloadActs } from "./workload_acts.ts";

export interface Outcome {
  readonly seed: number;
  readonly days: number;
  readonly digest: string;
  readonly violations: readonly Violation[];
  /** The last things that happened before the first violation. */
  readonly lines: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly longestUnmendedMs: number;
}

const WALL = Date.UTC(2026, 0, 5, 9, 30);
const HOUR_MS = 3_600_000;
const TICK_MS = 30_000;
const TICKS_A_DAY = DAY_MS / TICK_MS;
/** From the end of all trouble until everything has to be exact: the longest hold of the operator's own is an hour. */
const CALM_MS = 3 * HOUR_MS;

type Limits = Pick<Plan, "maxUnavailable" | "maxEvictionsPerMinute">;

/** Slow enough that a month of renewals is affordable, in the proportions of the defaults. */
const ELECTION = { leaseDuration: "10m", renewDeadline: "6m", retryPeriod: "2m" };

export function configOf({ maxUnavailable, maxEvictionsPerMinute }: Limits): Config {
  const file = {
    operator: { leaderElection: ELECTION },
    controllers: { reconcileInterval: "10m", disruption: { maxUnavailable, maxEvictionsPerMinute } },
    // Its requests are carried by the embedded cluster.
    webhook: { enabled: false },
    observability: { metrics: { enabled: false }, health: { enabled: false } },
  };
  const loaded = loadConfig({ file: { path: "chaos", text: JSON.stringify(file) }, env: {} });
  if (!loaded.ok) throw new Error(loaded.problems.join("; "));
  return loaded.config;
}

export function nodeGroup(name: string, reclaimsPerHour: number): NodeGroup {
  return {
    name,
    labels: { "karpenter.sh/capacity-type": name },
    taints: [],
    nodes: 5,
    most: 8,
    cpuMillis: 4_000,
    memoryBytes: 16 * 2 ** 30,
    pods: 110,
    startupMs: 40_000,
    reclaimsPerHour,
    reclaimNoticeMs: 120_000,
    reclaimTaint: { key: "karpenter.sh/disrupted", effect: "NoSchedule" },
  };
}

/** Plays a plan to its end, or to the first thing that is never to be. */
export async function play(plan: Plan): Promise<Outcome> {
  const clock = new WatchfulClock({ wallMs: WALL });
  const journal = new Journal(clock);
  const { seed } = plan;
  const cluster = new EmbeddedCluster({
    clock,
    seed,
    kubelets: { startupMs: 1_500, startupJitterMs: 6_000, shutdownMs: 1_500 },
    nodeGroups: [nodeGroup("spot", plan.reclaimsPerHour), nodeGroup("on-demand", 0)],
    autoscaler: plan.hasAutoscaler ? { delayMs: 20_000, idleMs: 600_000 } : undefined,
    recordsEvents: false,
    onCloudEvent: (event) => journal.note(JSON.stringify(event)),
  });
  clock.onStandstill = (timers) => journal.report("busy", `${timers} timers at one moment`);
  cluster.storage.onChange((change) => journal.saw(change));
  const report = journal.report.bind(journal);
  const oracle = new Oracle({ storage: cluster.storage, clock });
  const config = configOf(plan);
  const settings = {
    maxUnavailable: plan.maxUnavailable,
    maxEvictionsPerMinute: plan.maxEvictionsPerMinute,
    cooldownMs: config.controllers.workloadTiming.cooldownPeriod.ms,
    fallbackAfterMs: config.controllers.spotFallback.after.ms,
    fallbackRetryMs: config.controllers.spotFallback.retryAfter.ms,
  };
  const judge = new EvictionJudge({ storage: cluster.storage, clock, oracle, settings, report });
  const replicas = plan.operators;
  const fleet = new Fleet({ cluster, clock, config, seed, judge, journal, oracle, replicas });
  const mending = new Mending({ oracle, clock, calmSinceMs: () => fleet.calmSinceMs(), report });
  const undoing = new Undoing(clock);
  const webhook = new WebhookService({ cluster, processes: () => fleet.members.map(({ process }) => process) });
  const workloads = new WorkloadActs({ api: cluster.api, clock, catalogue: plan.catalogue, undoing });
  const nodes = new NodeActs({ cluster, clock, undoing });
  const director = new Director({ clock, cluster, journal, fleet, undoing, webhook, workloads, nodes });

  const lifecycle = new Lifecycle();
  const begin = async () => {
    lifecycle.start("the embedded cluster", (signal) => cluster.run(signal));
    await cluster.start();
    await cluster.api.create(NAMESPACES, { metadata: { name: "spotalis-system" } });
    await webhook.install();
    fleet.startAll();
    await workloads.createAll();
  };
  const watch = async () => {
    for (let ticks = 1; !lifecycle.signal.aborted; ticks++) {
      await sleep(clock, TICK_MS, lifecycle.signal);
      fleet.tick();
      mending.tick();
      if (ticks % TICKS_A_DAY === 0) await fleet.compareMetrics();
    }
  };
  await clock.complete(begin());
  lifecycle.start("looking at what is overdue", watch);
  lifecycle.signal.addEventListener("abort", () => journal.stop());
  const isBroken = () => journal.broken.aborted;
  for (const { atMs, action } of plan.actions) {
    await clock.run(atMs, journal.broken);
    if (isBroken()) break;
    await clock.complete(director.play(action));
  }
  await clock.run(plan.days * DAY_MS, journal.broken);
  if (!isBroken()) {
    await clock.complete(director.calm());
    await clock.run(clock.now() + CALM_MS, journal.broken);
    oracle.flush();
    await fleet.compareMetrics();
    mending.expectExact();
  }
  lifecycle.stop();
  await lifecycle.join();
  return {
    seed,
    days: plan.days,
    digest: journal.digest,
    violations: journal.violations,
    lines: journal.lines,
    counts: Object.fromEntries([...journal.counts].sort()),
    longestUnmendedMs: mending.longestMs,
  };
}
