import type {
  ClusterSeries,
  Figures,
  InputNote,
  Report,
  TimelineEntry,
  VariantReport,
  WorkloadReport,
  WorkloadSeries,
} from "../../../../src/cli/simulate/report.ts";

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface SampleOptions {
  readonly workloads?: number;
  readonly lengthMs?: number;
  readonly bucketMs?: number;
  readonly variants?: readonly string[];
  readonly seeds?: readonly number[];
  /** Chance of a reclaim that touches a workload, a bucket; 0: nothing ever happens. */
  readonly unrest?: number;
  /** What every number of pods is multiplied with. */
  readonly times?: number;
  readonly notes?: readonly InputNote[];
  readonly findings?: readonly InputNote[];
}

type Random = () => number;

/** mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A report as a simulation of so much would make it: made up, but its sums are right. */
export function sampleReport(options: SampleOptions = {}): Report {
  const { lengthMs = 7 * DAY, variants = ["as given"], seeds = [1], notes = NOTES, findings = [] } = options;
  return {
    version: "0.1.0",
    scenario: {
      file: "week.yaml",
      manifests: ["shop.yaml", "-"],
      currency: "EUR",
      seeds,
      lengthMs,
      startMs: Date.UTC(2025, 1, 3),
      nodeGroups: [
        { name: "spot-a", capacity: "spot", nodes: 24, pricePerHour: 0.0336, reclaimsPerHour: 0.08 },
        { name: "spot-b", capacity: "spot", nodes: 12, pricePerHour: 0.0412, reclaimsPerHour: 0.125 },
        { name: "stable", capacity: "on-demand", nodes: 24, pricePerHour: 0.096, reclaimsPerHour: 0 },
      ],
    },
    findings,
    notes,
    assumptions: [
      "A container is ready 10 s after its image is there.",
      "Deployment shop/api asks for no CPU: 100m was taken.",
    ],
    variants: variants.map((name, i) => sampleVariant(name, { ...options, i })),
  };
}

function sampleVariant(name: string, { i, ...options }: SampleOptions & { i: number }): VariantReport {
  const { workloads: count = 12, lengthMs = 7 * DAY, bucketMs = HOUR, seeds = [1] } = options;
  const random = randomOf(1 + i);
  const atMs = Array.from({ length: Math.ceil(lengthMs / bucketMs) }, (_, n) => n * bucketMs);
  const timeline: TimelineEntry[] = [];
  const workloads = Array.from({ length: count }, (_, n) =>
    sampleWorkload(n, {
      ...options,
      random,
      atMs,
      percentage: Math.min(50 + 20 * i, 90),
      push: (entry) => timeline.push(entry),
    }));
  timeline.sort((a, b) => a.atMs - b.atMs);
  const figures = sumOf(workloads, timeline);
  return {
    name,
    figures,
    ranges: seeds.length > 1 ? rangesOf(figures) : undefined,
    series: clusterSeries(workloads, { atMs, bucketMs, timeline }),
    workloads,
    timeline,
  };
}

interface Making extends SampleOptions {
  readonly random: Random;
  readonly atMs: readonly number[];
  readonly percentage: number;
  readonly push: (entry: TimelineEntry) => void;
}

const NAMES = [
  "web",
  "api",
  "cart",
  "search",
  "mail",
  "ledger",
  "images",
  "queue",
  "auth",
  "feed",
  "maps",
  "db",
];

function sampleWorkload(n: number, making: Making): WorkloadReport {
  const { random, atMs, percentage, unrest = 0.02, times = 1, bucketMs = HOUR, push } = making;
  const kind = n % 7 === 5 ? "StatefulSet" : "Deployment";
  const [namespace, name] = [
    ["shop", "data", "platform"][n % 3]!,
    `${NAMES[n % 12]!}${n < 12 ? "" : `-${Math.floor(n / 12)}`}`,
  ];
  const subject = `${kind} ${namespace}/${name}`;
  const isManaged = n % 11 !== 10;
  const [base, floor] = [(2 + Math.floor(random() * 14)) * times, (1 + n % 3) * times];
  const series = {
    replicas: [],
    spotAsked: [],
    spot: [],
    onDemand: [],
    ready: [],
    readyOnDemand: [],
    floor: [],
    belowFloor: [],
  } as Record<
    keyof WorkloadSeries,
    number[]
  >;
  const sums = { evictions: 0, podsReclaimed: 0, below: 0, off: 0, pending: 0, created: base };
  atMs.forEach((at, bucket) => {
    const wave = n % 4 === 1 && unrest > 0 ? 1 + 0.6 * Math.sin((at / DAY) * 2 * Math.PI - 2) : 1;
    const replicas = Math.max(1, Math.round(base * wave));
    const asked = isManaged
      ? Math.max(0, Math.min(Math.floor(replicas * percentage / 100), replicas - floor))
      : 0;
    const isHit = random() < unrest;
    const lost = isHit && asked > 0 ? Math.ceil(random() * asked) : 0;
    const spot = asked - lost * random();
    const onDemand = replicas - spot - lost * 0.1;
    const isDeploy = unrest > 0 && bucket % 24 === 9 + n % 8;
    const readyOnDemand = Math.max(0, Math.floor(onDemand) - (isDeploy && random() < 0.4 ? 2 * times : 0));
    const point = {
      replicas,
      spotAsked: asked,
      spot,
      onDemand,
      ready: replicas - lost,
      readyOnDemand,
      floor: Math.min(floor, replicas),
      belowFloor: readyOnDemand < Math.min(floor, replicas) ? 1 + random() * 4 : 0,
    };
    for (const key of Object.keys(series) as (keyof WorkloadSeries)[]) series[key].push(point[key]);
    if (isDeploy) {
      push({ atMs: at + 5 * MINUTE, what: "deploy", subject, detail: "A new template is rolled out." });
      sums.created += replicas;
    }
    if (bucket > 0 && replicas !== series.replicas[bucket - 1]) {
      const detail = `${series.replicas[bucket - 1]} to ${replicas} replicas.`;
      push({ atMs: at, what: "scale", subject, detail });
    }
    if (lost > 0) {
      const when = at + Math.floor(random() * bucketMs);
      push({ atMs: when, what: "reclaim", subject: `spot-a-${n}`, detail: `${lost} pods go with it.` });
      for (let k = 0; k < Math.min(lost, 3); k++) {
        push({ atMs: when + (k + 4) * MINUTE, what: "eviction", subject, detail: "From on-demand to spot." });
        sums.evictions++;
      }
      sums.podsReclaimed += lost;
      sums.off += 7 + random() * 20;
      sums.pending += lost * random() * 2;
    }
    sums.below += point.belowFloor;
  });
  if (n === 0 && unrest > 0 && atMs.length > 60) {
    const outage = { what: "outage", subject: "spot-b", detail: "No spot capacity until it ends." } as const;
    push({ ...outage, atMs: atMs[50]!, untilMs: atMs[54]! });
    push({ ...outage, atMs: atMs.at(-2)!, untilMs: atMs.at(-1)! + DAY });
    push({ atMs: atMs[30]!, what: "policy", subject, detail: "From 50 % to 70 % spot." });
    push({ atMs: atMs[31]!, what: "warning", subject, detail: "No on-demand node has room for its pod." });
  }
  const cost = series.spot.reduce((a, b) => a + b, 0) * 0.0031 +
    series.onDemand.reduce((a, b) => a + b, 0) * 0.012;
  const costOnDemand = series.replicas.reduce((a, b) => a + b, 0) * 0.012;
  return {
    kind,
    namespace,
    name,
    policy: isManaged ? `${percentage} % spot, at least ${floor} on-demand` : "no label spotalis.io/enabled",
    isManaged,
    replicas: series.replicas.at(-1) ?? base,
    spot: Math.round(series.spot.at(-1) ?? 0),
    onDemand: Math.round(series.onDemand.at(-1) ?? 0),
    spotAsked: series.spotAsked.at(-1) ?? 0,
    podsCreated: sums.created + sums.podsReclaimed + sums.evictions,
    evictions: sums.evictions,
    podsReclaimed: sums.podsReclaimed,
    minutesBelowFloor: sums.below,
    minutesOffSplit: sums.off,
    minutesPending: sums.pending,
    minutesInFallback: n % 5 === 4 ? 42.5 : 0,
    recoverySeconds: sums.podsReclaimed > 0
      ? { median: 150 + random() * 90, longest: 400 + random() * 4_000 }
      : undefined,
    isRecovered: n !== 3,
    cost,
    costOnDemand,
    saved: costOnDemand > 0 ? 1 - cost / costOnDemand : 0,
    trouble: n === 3
      ? "2 pods wait for a node at the end, for up to 61 minutes: 0/60 nodes are available"
      : undefined,
    heldMinutes: (sums.evictions > 0 ? { budget: sums.evictions * 1.5, rollout: 4 } : {}) as Record<
      string,
      number
    >,
    series,
  };
}

function sumOf(workloads: readonly WorkloadReport[], timeline: readonly TimelineEntry[]): Figures {
  const sum = (of: (workload: WorkloadReport) => number) =>
    workloads.reduce((total, workload) => total + of(workload), 0);
  const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const [cost, costOnDemand] = [sum((one) => one.cost), sum((one) => one.costOnDemand)];
  const time = sum(({ series }) => total(series.replicas));
  const recoveries = workloads.flatMap(({ recoverySeconds }) => recoverySeconds ?? []);
  return {
    podsCreated: sum((one) => one.podsCreated),
    evictions: sum((one) => one.evictions),
    reclaims: timeline.filter(({ what }) => what === "reclaim").length,
    podsReclaimed: sum((one) => one.podsReclaimed),
    minutesBelowFloor: sum((one) => one.minutesBelowFloor),
    minutesOffSplit: sum((one) => one.minutesOffSplit),
    minutesPending: sum((one) => one.minutesPending),
    recoverySeconds: recoveries.length === 0 ? undefined : {
      median: recoveries[Math.floor(recoveries.length / 2)]!.median,
      longest: Math.max(...recoveries.map(({ longest }) => longest)),
    },
    unrecovered: workloads.filter(({ isRecovered }) => !isRecovered).length,
    spotShare: time > 0 ? sum(({ series }) => total(series.spot)) / time : 0,
    spotShareAsked: time > 0 ? sum(({ series }) => total(series.spotAsked)) / time : 0,
    cost,
    costOnDemand,
    saved: costOnDemand > 0 ? 1 - cost / costOnDemand : 0,
    costOfNodes: cost * 1.4,
  };
}

function rangesOf(figures: Figures): VariantReport["ranges"] {
  const { recoverySeconds, ...numbers } = figures;
  const all: Record<string, number> = { ...numbers };
  for (const key of ["median", "longest"] as const) {
    if (recoverySeconds !== undefined) all[`recoverySeconds.${key}`] = recoverySeconds[key];
  }
  const entries = Object.entries(all).map(([key, value]) => {
    const round = Number.isInteger(value) ? Math.round : (n: number) => n;
    return [key, { least: round(value * 0.91), most: round(value * 1.07) }];
  });
  return Object.fromEntries(entries);
}

function clusterSeries(
  workloads: readonly WorkloadReport[],
  { atMs, bucketMs, timeline }: {
    atMs: readonly number[];
    bucketMs: number;
    timeline: readonly TimelineEntry[];
  },
): ClusterSeries {
  const summed = (key: keyof WorkloadSeries) =>
    atMs.map((_, i) => workloads.reduce((sum, { series }) => sum + series[key][i]!, 0));
  const counted = (what: TimelineEntry["what"]) => {
    const counts = atMs.map(() => 0);
    for (const entry of timeline) {
      if (entry.what === what) counts[Math.min(Math.floor(entry.atMs / bucketMs), counts.length - 1)]!++;
    }
    return counts;
  };
  const [spot, onDemand, replicas] = [summed("spot"), summed("onDemand"), summed("replicas")];
  const reclaims = counted("reclaim");
  return {
    atMs,
    spotAsked: summed("spotAsked"),
    spot,
    onDemand,
    pending: atMs.map((_, i) => replicas[i]! - spot[i]! - onDemand[i]!),
    spotNodes: atMs.map((_, i) => workloads.length === 0 ? 0 : Math.max(0, 36 - reclaims[i]!)),
    onDemandNodes: atMs.map(() => workloads.length === 0 ? 0 : 24),
    evictions: counted("eviction"),
    reclaims,
  };
}

export const FINDINGS: readonly InputNote[] = [{
  file: "shop.yaml",
  document: 2,
  object: "Deployment shop/api",
  path: "metadata",
  why: "Left alone, since its policy is invalid.",
}];

const NOTES: readonly InputNote[] = [
  ...["data/db", "data/ledger", "shop/images"].map((name, i) => ({
    file: "shop.yaml",
    document: 4 + i,
    object: `StatefulSet ${name}`,
    path: "spec.volumeClaimTemplates",
    why: "Volumes are not simulated: a pod may move to every node.",
  })),
  {
    file: "-",
    document: 1,
    object: "DaemonSet kube-system/agent",
    path: "",
    why: "DaemonSets are not simulated: their requests take no room on the nodes.",
  },
];

/** Names and notes that somebody chose to break a page with. */
export const HOSTILE =
  `</title></script><script>alert("1")</script>' onload='x' & \u{1f4a5} \u202e\u05e9\u05dc\u05d5\u05dd \ud800 \u0000\u001b[31m\nend`;

export function hostileReport(): Report {
  const report = sampleReport({ workloads: 3, variants: [HOSTILE, "b"], seeds: [1, 2] });
  const mine = (workload: WorkloadReport, i: number): WorkloadReport => ({
    ...workload,
    namespace: HOSTILE,
    name: `${HOSTILE}${i}`,
    policy: HOSTILE,
    trouble: HOSTILE,
    heldMinutes: { 'a "key".with <points>': 2 },
  });
  return {
    ...report,
    version: HOSTILE,
    scenario: {
      ...report.scenario,
      file: HOSTILE,
      manifests: [HOSTILE],
      currency: HOSTILE,
      nodeGroups: report.scenario.nodeGroups.map((group) => ({ ...group, name: HOSTILE })),
    },
    findings: [{ file: HOSTILE, document: 2, object: HOSTILE, path: "", why: HOSTILE }],
    notes: [{ file: HOSTILE, document: 1, object: HOSTILE, path: HOSTILE, why: HOSTILE }],
    assumptions: [HOSTILE],
    variants: report.variants.map((variant) => ({
      ...variant,
      workloads: variant.workloads.map(mine),
      timeline: variant.timeline.map((entry) => ({ ...entry, subject: HOSTILE, detail: HOSTILE })),
    })),
  };
}

/** Reports that look unlike each other, by what is special about them. */
export const SAMPLES: Readonly<Record<string, () => Report>> = onceEach({
  usual: () => sampleReport(),
  week: () => sampleReport({ workloads: 200 }),
  compared: () =>
    sampleReport({
      findings: FINDINGS,
      workloads: 8,
      variants: ["without the operator", "as given", "percentage 70", "percentage 90"],
      seeds: [1, 2, 3, 4, 5],
    }),
  "compared week": () =>
    sampleReport({ workloads: 200, variants: ["as given", "percentage 70", "percentage 90", "nothing"] }),
  seeds: () => sampleReport({ workloads: 1, seeds: [7, 11], lengthMs: DAY, bucketMs: 10 * MINUTE }),
  nothing: () => sampleReport({ workloads: 2, unrest: 0, notes: [] }),
  empty: () => ({ ...sampleReport({ workloads: 0, notes: [] }), assumptions: [] }),
  bucket: () => sampleReport({ workloads: 2, lengthMs: 90_000, bucketMs: HOUR, unrest: 1 }),
  buckets: () => sampleReport({ workloads: 1, lengthMs: 25 * MINUTE, bucketMs: 10 * MINUTE, unrest: 0.6 }),
  none: () => sampleReport({ workloads: 1, lengthMs: 0 }),
  huge: () => sampleReport({ workloads: 3, times: 3e12, lengthMs: 60 * DAY, bucketMs: 12 * HOUR }),
  "not managed": () => {
    const report = sampleReport({ workloads: 1 });
    const variants = report.variants.map((variant) => ({
      ...variant,
      workloads: variant.workloads.map((workload) => ({ ...workload, isManaged: false })),
    }));
    return { ...report, scenario: { ...report.scenario, manifests: ["shop.yaml"] }, variants };
  },
  hostile: hostileReport,
});

/** The same functions, each of which does its work the first time only. */
export function onceEach<T>(all: Readonly<Record<string, () => T>>): Readonly<Record<string, () => T>> {
  const known = new Map<string, T>();
  return Object.fromEntries(
    Object.entries(all).map(([name, make]) => [name, () => {
      if (!known.has(name)) known.set(name, make());
      return known.get(name)!;
    }]),
  );
}
