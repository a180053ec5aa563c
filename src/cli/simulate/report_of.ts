import { classifierOf } from "../../config/classifier.ts";
import type { Scenario } from "../../config/scenario.ts";
import type { Config } from "../../config/schema.ts";
import { systemClock } from "../../runtime/clock.ts";
import type { Arguments } from "../arguments.ts";
import type { Outside } from "../context.ts";
import { VERSION } from "../version.ts";
import { countedOf } from "./counted.ts";
import { play } from "./engine.ts";
import { findingsOf } from "./findings.ts";
import { readConfig, type SimulationInput } from "./input.ts";
import { Progress } from "./progress.ts";
import { bucketsOf } from "./recording/buckets.ts";
import type { NodeGroupReport, Report, VariantReport } from "./report.ts";
import { combined } from "./statistics.ts";
import { variantReport } from "./variant_report.ts";
import { type Variant, variantsOf } from "./variants.ts";

interface Surroundings {
  readonly input: SimulationInput;
  readonly outside: Outside;
  readonly stop: AbortSignal;
}

/** Plays every variant with every seed, one after the other. */
export async function reportOf(args: Arguments, { input, outside, stop }: Surroundings): Promise<Report> {
  const { manifests, config, scenario } = input;
  const { variants, assumptions } = await variantsOf(args.compare, {
    objects: manifests.objects,
    config,
    events: scenario.events,
    readConfig: async (path) => await readConfig(path, outside),
  });
  const seeds = Array.from({ length: args.runs }, (_, i) => scenario.seed + i);
  const { lengthMs, startMs, currency } = scenario;
  return {
    version: VERSION,
    scenario: {
      file: args.scenario,
      manifests: args.files,
      currency,
      seeds,
      lengthMs,
      startMs,
      nodeGroups: nodeGroupsOf(scenario, config),
    },
    findings: findingsOf({ objects: manifests.objects, scenario, scenarioFile: args.scenario, config }),
    notes: manifests.notes,
    assumptions: [...input.assumptions, ...assumptions],
    variants: await playAll(variants, {
      seeds,
      scenario,
      counted: countedOf(variants, scenario),
      outside,
      stop,
    }),
  };
}

function nodeGroupsOf({ nodeGroups }: Scenario, config: Config): NodeGroupReport[] {
  const classifier = classifierOf(config);
  return nodeGroups.map(({ name, labels, nodes, pricePerHour, reclaimsPerHour }) => ({
    name,
    capacity: classifier.classify(labels),
    nodes,
    pricePerHour,
    reclaimsPerHour,
  }));
}

interface Playing {
  readonly seeds: readonly number[];
  readonly scenario: Scenario;
  readonly counted: ReadonlySet<string>;
  readonly outside: Outside;
  readonly stop: AbortSignal;
}

async function playAll(
  variants: readonly Variant[],
  { seeds, outside, ...rest }: Playing,
): Promise<VariantReport[]> {
  const { writeError: write, isErrorTerminal: isTerminal } = outside;
  const progress = new Progress({ clock: systemClock, write, isTerminal });
  const total = variants.length * seeds.length;
  const reports: VariantReport[] = [];
  let done = 0;
  try {
    for (const variant of variants) {
      const runs: VariantReport[] = [];
      for (const seed of seeds) {
        const onProgress = (share: number) =>
          progress.show((done + share) / total, `${variant.name}, seed ${seed}`);
        runs.push(await playOne(variant, { seed, onProgress, ...rest }));
        done++;
      }
      reports.push(combined(runs));
    }
    return reports;
  } finally {
    progress.clear();
  }
}

async function playOne(
  { name, objects, config, withOperator }: Variant,
  { scenario, counted, seed, onProgress, stop }: Omit<Playing, "seeds" | "outside"> & {
    readonly seed: number;
    readonly onProgress: (share: number) => void;
  },
): Promise<VariantReport> {
  try {
    const simulation = { scenario, objects, config, seed, withOperator };
    const recorder = await play(simulation, { onProgress, signal: stop });
    return variantReport(recorder, { name, buckets: bucketsOf(scenario.lengthMs), counted });
  } catch (error) {
    if (stop.aborted) throw new Error("stopped before its end: there is no report");
    throw error;
  }
}
