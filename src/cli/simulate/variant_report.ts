import type { PolicyResult } from "../../domain/policy.ts";
import { describeProblem } from "../../domain/policy.ts";
import { type Buckets, lengthOf } from "./recording/buckets.ts";
import type { Recorder } from "./recording/recorder.ts";
import type { WorkloadRecord } from "./recording/workload_record.ts";
import type { ClusterSeries, Figures, VariantReport, WorkloadReport, WorkloadSeries } from "./report.ts";

const MINUTE_MS = 60_000;

/** What a recorder holds at its end, as a report shows it. */
export function variantReport(
  recorder: Recorder,
  { name, buckets, counted }: { name: string; buckets: Buckets; counted: ReadonlySet<string> },
): VariantReport {
  const records = [...recorder.workloads];
  const workloads = records.map(([key, record]) => workloadReport(key, { recorder, record, buckets }));
  const chosen = records.flatMap(([key, record]) => counted.has(key) ? [record] : []);
  return {
    name,
    figures: figuresOf(recorder, chosen),
    ranges: undefined,
    series: clusterSeries(recorder, { chosen, buckets }),
    workloads,
    timeline: recorder.timeline.entries,
  };
}

function figuresOf({ timeline, nodes }: Recorder, chosen: readonly WorkloadRecord[]): Figures {
  const sum = (of: (record: WorkloadRecord) => number) => chosen.reduce((sum, record) => sum + of(record), 0);
  return {
    podsCreated: sum((record) => record.podsCreated),
    evictions: sum((record) => record.evictions),
    reclaims: total(timeline.reclaims),
    podsReclaimed: sum((record) => record.podsReclaimed),
    minutesBelowFloor: minutes(sum(({ overTime }) => total(overTime.belowFloor))),
    minutesOffSplit: minutes(sum(({ sums }) => sums.offSplitMs)),
    minutesPending: minutes(sum(({ overTime }) => total(overTime.pending))),
    recoverySeconds: recovery(chosen.flatMap(({ recoveries }) => recoveries.tookMs)),
    unrecovered: chosen.filter(({ recoveries }) => recoveries.isOpen).length,
    spotShare: share(sum(({ sums }) => sums.spotMs), sum(({ sums }) => sums.placedMs)),
    spotShareAsked: share(sum(({ sums }) => sums.spotAskedMs), sum(({ sums }) => sums.managedMs)),
    ...costs({ cost: sum(({ sums }) => sums.cost), costOnDemand: sum(({ sums }) => sums.costOnDemand) }),
    costOfNodes: rounded(nodes.cost),
  };
}

function workloadReport(
  key: string,
  { recorder, record, buckets }: { recorder: Recorder; record: WorkloadRecord; buckets: Buckets },
): WorkloadReport {
  const [kind, path] = key.split(" ") as ["Deployment" | "StatefulSet", string];
  const [namespace, name] = path.split("/") as [string, string];
  const { sums, overTime, recoveries } = record;
  const held = [...record.heldMs].sort(([a], [b]) => a < b ? -1 : 1).map(([why, ms]) => [why, minutes(ms)]);
  return {
    kind,
    namespace,
    name,
    policy: policyText(record.policy),
    isManaged: record.wasManaged,
    replicas: record.replicas,
    spot: record.spot,
    onDemand: record.onDemand,
    spotAsked: record.spotAsked,
    podsCreated: record.podsCreated,
    evictions: record.evictions,
    podsReclaimed: record.podsReclaimed,
    minutesBelowFloor: minutes(total(overTime.belowFloor)),
    minutesOffSplit: minutes(sums.offSplitMs),
    minutesPending: minutes(total(overTime.pending)),
    minutesInFallback: minutes(sums.fallbackMs),
    recoverySeconds: recovery(recoveries.tookMs),
    isRecovered: !recoveries.isOpen,
    ...costs(sums),
    trouble: recorder.troubles.get(key),
    heldMinutes: Object.fromEntries(held),
    series: workloadSeries(record, buckets),
  };
}

function policyText(policy: PolicyResult): string {
  if (policy.kind === "unmanaged") return `not managed: ${policy.why}`;
  if (policy.kind === "invalid") {
    return `left alone, invalid: ${policy.problems.map(describeProblem).join("; ")}`;
  }
  const { spotPercentage, minOnDemand } = policy.policy;
  return `${spotPercentage} % spot, at least ${minOnDemand} on-demand`;
}

function workloadSeries(record: WorkloadRecord, buckets: Buckets): WorkloadSeries {
  const mean = (values: Float64Array) => means(values, buckets);
  const fewest = (values: Float64Array) => [...values].map((value) => Number.isFinite(value) ? value : 0);
  const { overTime } = record;
  return {
    replicas: mean(overTime.replicas),
    spotAsked: mean(overTime.spotAsked),
    spot: mean(overTime.spot),
    onDemand: mean(overTime.onDemand),
    ready: fewest(record.fewestReady),
    readyOnDemand: fewest(record.fewestReadyOnDemand),
    floor: [...record.highestFloor],
    belowFloor: [...overTime.belowFloor].map(minutes),
  };
}

function clusterSeries(
  { nodes, timeline }: Recorder,
  { chosen, buckets }: { chosen: readonly WorkloadRecord[]; buckets: Buckets },
): ClusterSeries {
  const sum = (name: "spotAsked" | "spot" | "onDemand" | "pending") => {
    const all = new Float64Array(buckets.count);
    for (const { overTime } of chosen) overTime[name].forEach((value, i) => all[i]! += value);
    return means(all, buckets);
  };
  return {
    atMs: Array.from({ length: buckets.count }, (_, i) => i * buckets.bucketMs),
    spotAsked: sum("spotAsked"),
    spot: sum("spot"),
    onDemand: sum("onDemand"),
    pending: sum("pending"),
    spotNodes: means(nodes.spot, buckets),
    onDemandNodes: means(nodes.onDemand, buckets),
    evictions: [...timeline.evictions],
    reclaims: [...timeline.reclaims],
  };
}

/** Sums over time -> means. */
function means(values: Float64Array, buckets: Buckets): number[] {
  return [...values].map((value, i) => rounded(value / lengthOf(buckets, i)));
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function recovery(ms: readonly number[]): Figures["recoverySeconds"] {
  if (ms.length === 0) return undefined;
  const sorted = ms.toSorted((a, b) => a - b);
  return { median: rounded(medianOf(sorted) / 1_000), longest: rounded(sorted.at(-1)! / 1_000) };
}

function costs({ cost, costOnDemand }: { cost: number; costOnDemand: number }) {
  const saved = costOnDemand > 0 ? rounded(1 - cost / costOnDemand) : 0;
  return { cost: rounded(cost), costOnDemand: rounded(costOnDemand), saved };
}

function share(part: number, whole: number): number {
  return whole > 0 ? rounded(part / whole) : 0;
}

function minutes(ms: number): number {
  return rounded(ms / MINUTE_MS);
}

/** Three decimals are more than anybody reads, and keep the JSON small. */
export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** Of numbers in order. */
export function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}
