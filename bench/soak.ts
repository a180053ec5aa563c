import { churn, type ChurnSample } from "../tests/e2e/support/churn.ts";
import { Operator } from "../tests/e2e/support/operator.ts";
import { soak, type SoakReport, type SoakSample } from "../tests/e2e/support/soak.ts";
import { medianOf, trendOf } from "../tests/e2e/support/trend.ts";
import { withCluster } from "./with_cluster.ts";

export interface SoakOptions {
  readonly lengthMs: number;
  readonly cutEveryMs: number;
  readonly faultEveryMs: number;
}

export interface LongFigures {
  readonly soak: SoakReport;
  readonly churn: readonly ChurnSample[];
  readonly churned: number;
}

const HOUR_MS = 3_600_000;
/** What a process takes up at first is no slope: so much of the samples is left out. */
const WARM_UP = 1 / 5;
const ROUNDS = 20;
const CHURN_WORKLOADS = 1_000;

/** Rows 62 and 63 of the fault matrix at full length. */
export async function benchSoak(options: SoakOptions, say: (text: string) => void): Promise<LongFigures> {
  return await withCluster({ nodes: 6 }, async (cluster) => {
    const report = await soak(cluster, {
      ...options,
      sampleEveryMs: 5_000,
      faultMs: 40_000,
      changeEveryMs: 20_000,
      workloads: 25,
      replicas: 20,
      cooldown: "5s",
    }, say);
    say(`${ROUNDS * CHURN_WORKLOADS} workloads come and go`);
    const name = "churn";
    await using operator = await Operator.start(cluster, { name });
    const samples = await churn({ cluster, operator }, { name, rounds: ROUNDS, workloads: CHURN_WORKLOADS });
    return { soak: report, churn: samples, churned: ROUNDS * CHURN_WORKLOADS };
  });
}

/** As rows of a table: figure and measured. */
export function soakRows({ soak, churn, churned }: LongFigures): string[][] {
  const [before, after] = [churn[0]!, churn.at(-1)!];
  const [warm] = churn.slice(1);
  const seconds = soak.recoveredMs.map((ms) => (ms / 1_000).toFixed(0)).join(", ");
  return [
    ["faults", soak.faults.join("; ")],
    ["seconds until both replicas were ready after each", seconds],
    ["times that all watches were cut; watches begun", `${soak.cuts}; ${soak.watches}`],
    [
      "pods asked to move; evicted; at the end asked; evicted",
      [
        soak.asked,
        soak.evicted,
        soak.last.asked,
        soak.last.evicted,
      ].join("; "),
    ],
    ...soak.samples.flatMap((samples, i) =>
      (["residentMB", "anonymousMB", "handles", "threads", "timers"] as const)
        .map((what) => [`replica ${i + 1}, ${what}: median; slope an hour`, describe(samples, what)])
    ),
    [
      `${churned} workloads made and deleted: series and RSS before, after the first ${CHURN_WORKLOADS}, at the end`,
      [before, warm!, after].map(({ series, residentMB }) => `${series} and ${residentMB.toFixed(0)} MB`)
        .join(", "),
    ],
    ["the same, heap in use", [before, warm!, after].map(({ heapMB }) => `${heapMB.toFixed(0)} MB`).join(", ")],
  ];
}

function describe(samples: readonly SoakSample[], what: keyof SoakSample): string {
  const kept = samples.slice(Math.floor(samples.length * WARM_UP)).flatMap((sample) => {
    const value = sample[what];
    return value === undefined ? [] : [{ at: sample.atMs / HOUR_MS, value }];
  });
  if (kept.length === 0) return "not known of a binary";
  const { median, slope, error } = trendOf(kept);
  const third = Math.floor(kept.length / 3);
  const thirds = [kept.slice(0, third), kept.slice(third, -third), kept.slice(-third)]
    .map((part) => medianOf(part.map(({ value }) => value)).toFixed(1));
  return `${median.toFixed(1)}; ${slope.toFixed(1)} ± ${error.toFixed(1)}; thirds ${thirds.join(", ")}`;
}
