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
  { name, buckets }: { name: string; buckets: Buckets },
): VariantReport {
  const records = [...recorder.workloads];
  const workloads = records.map(([key, record]) => workloadReport(key, { record, buckets }));
  return {
    name,
    figures: figuresOf(recorder, records.map(([, record]) => record)),
    ranges: undefined,
    series: clusterSeries(recorder, { workloads, buckets }),
    workloads,
    timeline: recorder.timeline,
  };
}

function figuresOf(recorder: Recorder, records: readonly WorkloadRecord[]): Figures {
  const managed = records.filter((record) => record.policy.kind === "managed");
  const sum = (of: (record: WorkloadRecord) => number) => managed.reduce((total, record) => total + of(record), 0);
  const placedMs = sum(({ sums }) => sums.placedMs);
  return {
    podsCreated: sum((record) => record.podsCreated),
    evictions: sum((record) => record.evictions),
    reclaims: recorder.reclaims.reduce((total, each) => total + each, 0),
    podsReclaimed: sum((record) => record.podsReclaimed),
    minutesBelowFloor: minutes(sum(({ sums }) => sums.belowFloorMs)),
    minutesOffSplit: minutes(sum(({ sums }) => sums.offSplitMs)),
    minutesPending: minutes(sum(({ sums }) => sums.pendingMs)),
    recoverySeconds: recovery(managed.flatMap(({ recoveriesMs }) => recoveriesMs)),
    spotShare: share(sum(({ sums }) => sums.spotMs), placedMs),
    spotShareAsked: share(sum(({ sums }) => sums.spotAskedMs), sum((record) => total(record.means.replicas))),
    ...costs({ cost: sum(({ sums }) => sums.cost), costOnDemand: sum(({ sums }) => sums.costOnDemand) }),
    costOfNodes: rounded(recorder.nodes.cost),
  };
}

function workloadReport(
  key: string,
  { record, buckets }: { record: WorkloadRecord; buckets: Buckets },
): WorkloadReport {
  const [kind, path] = key.split(" ") as ["Deployment" | "StatefulSet", string];
  const [namespace, name] = path.split("/") as [string, string];
  const { sums } = record;
  const held = [...record.heldMs].sort(([a], [b]) => a < b ? -1 : 1).map(([why, ms]) => [why, minutes(ms)]);
  return {
    kind,
    namespace,
    name,
    policy: policyText(record.policy),
    isManaged: record.policy.kind === "managed",
    replicas: record.replicas,
    spot: record.spot,
    onDemand: record.onDemand,
    spotAsked: record.spotAsked,
    podsCreated: record.podsCreated,
    evictions: record.evictions,
    podsReclaimed: record.podsReclaimed,
    minutesBelowFloor: minutes(sums.belowFloorMs),
    minutesOffSplit: minutes(sums.offSplitMs),
    minutesPending: minutes(sums.pendingMs),
    recoverySeconds: recovery(record.recoveriesMs),
    ...costs(sums),
    heldMinutes: Object.fromEntries(held),
    series: workloadSeries(record, buckets),
  };
}

function policyText(policy: PolicyResult): string {
  if (policy.kind === "unmanaged") return `not managed: ${policy.why}`;
  if (policy.kind === "invalid") return `not managed, invalid: ${policy.problems.map(describeProblem).join("; ")}`;
  const { spotPercentage, minOnDemand } = policy.policy;
  return `${spotPercentage} % spot, at least ${minOnDemand} on-demand`;
}

function workloadSeries(record: WorkloadRecord, buckets: Buckets): WorkloadSeries {
  const mean = (values: Float64Array) => means(values, buckets);
  const fewest = (values: Float64Array) => [...values].map((value) => Number.isFinite(value) ? value : 0);
  return {
    replicas: mean(record.means.replicas),
    spotAsked: mean(record.means.spotAsked),
    spot: mean(record.means.spot),
    onDemand: mean(record.means.onDemand),
    ready: fewest(record.fewestReady),
    readyOnDemand: fewest(record.fewestReadyOnDemand),
    floor: [...record.highestFloor],
  };
}

function clusterSeries(
  recorder: Recorder,
  { workloads, buckets }: { workloads: readonly WorkloadReport[]; buckets: Buckets },
): ClusterSeries {
  const managed = workloads.filter(({ isManaged }) => isManaged);
  const indexes = Array.from({ length: buckets.count }, (_, i) => i);
  const sum = (of: (series: WorkloadSeries) => readonly number[]) =>
    indexes.map((i) => rounded(managed.reduce((total, { series }) => total + of(series)[i]!, 0)));
  const pending = new Float64Array(buckets.count);
  for (const record of recorder.workloads.values()) {
    if (record.policy.kind === "managed") record.means.pending.forEach((value, i) => pending[i]! += value);
  }
  return {
    atMs: indexes.map((i) => i * buckets.bucketMs),
    spotAsked: sum((series) => series.spotAsked),
    spot: sum((series) => series.spot),
    onDemand: sum((series) => series.onDemand),
    pending: means(pending, buckets),
    spotNodes: means(recorder.nodes.spot, buckets),
    onDemandNodes: means(recorder.nodes.onDemand, buckets),
    evictions: [...recorder.evictions],
    reclaims: [...recorder.reclaims],
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
  return Number.isInteger(middle)
    ? (sorted[middle - 1]! + sorted[middle]!) / 2
    : sorted[Math.floor(middle)]!;
}
