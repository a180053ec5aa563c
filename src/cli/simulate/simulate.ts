import { loadConfig } from "../../config/load.ts";
import { loadScenario, type Scenario, scenarioJsonSchema } from "../../config/scenario.ts";
import { missingWorkloads } from "../../config/scenario_workloads.ts";
import type { Config } from "../../config/schema.ts";
import { classifierOf } from "../../config/classifier.ts";
import { systemClock } from "../../runtime/clock.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import type { Outside } from "../context.ts";
import { VERSION } from "../version.ts";
import { completed } from "./defaults.ts";
import { play, RefusedObject, workloadsOf } from "./engine.ts";
import { InputError } from "./input_error.ts";
import { type Manifests, readManifests } from "./manifests.ts";
import { Progress } from "./progress.ts";
import { bucketsOf } from "./recording/buckets.ts";
import { renderPage } from "./render/page.ts";
import { renderText } from "./render/text.ts";
import type { Report, VariantReport } from "./report.ts";
import { crossNotes } from "./scenario_checks.ts";
import { serve } from "./serve.ts";
import { combined } from "./statistics.ts";
import { variantReport } from "./variant_report.ts";
import { type Variant, variantsOf } from "./variants.ts";

interface Surroundings {
  readonly outside: Outside;
  readonly stop: AbortSignal;
}

/** The user's manifests in an embedded cluster: days in seconds, and a report of what would have happened. */
export async function simulate(args: Arguments, { outside, stop }: Surroundings): Promise<void> {
  if (args.schema) {
    outside.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
    return;
  }
  const input = await readInput(args, outside);
  if (args.serve) {
    await serve(args, { ...input, outside, stop });
    return;
  }
  const report = await reportOf(args, { input, surroundings: { outside, stop } });
  outside.write(rendered(report, { args, outside }));
}

export interface SimulationInput {
  readonly manifests: Manifests;
  readonly config: Config;
  readonly scenario: Scenario;
  readonly assumptions: readonly string[];
}

/** All problems of all files are told at once. */
async function readInput(args: Arguments, outside: Outside): Promise<SimulationInput> {
  if (args.files.length === 0) throw new UsageError("simulate needs manifests: -f FILE, or -f - for stdin");
  const unreadable: string[] = [];
  const read = async (path: string) => {
    const text = await readText(path, outside).catch((error) => {
      if (!(error instanceof InputError)) throw error;
      unreadable.push(...error.problems);
    });
    return text === undefined ? [] : [{ path, text }];
  };
  const files = (await Promise.all(args.files.map(read))).flat();
  const [file] = args.scenario === undefined ? [] : await read(args.scenario);
  const [ownConfig] = args.config === undefined ? [] : await read(args.config);
  if (unreadable.length > 0) throw new InputError(unreadable);
  const manifests = readManifests(files);
  const loaded = loadScenario(file);
  const found = loadConfig({ file: ownConfig ?? manifests.operatorConfig, env: outside.env });
  const problems = [
    ...manifests.problems,
    ...loaded.ok ? [] : loaded.problems,
    ...found.ok ? [] : found.problems,
  ];
  if (loaded.ok && file !== undefined && manifests.problems.length === 0) {
    problems.push(...missingWorkloads(loaded.scenario, { file: file.path, workloads: workloadsOf(manifests.objects) }));
  }
  if (problems.length > 0 || !loaded.ok || !found.ok) throw new InputError(problems);
  const { seed = loaded.scenario.seed, lengthMs = loaded.scenario.lengthMs } = args;
  const filled = completed({ ...loaded.scenario, seed, lengthMs }, {
    manifests,
    config: found.config,
    hasFile: file !== undefined,
  });
  const assumptions = [...manifests.assumptions, ...loaded.assumptions, ...filled.assumptions];
  return { manifests, config: found.config, scenario: filled.scenario, assumptions };
}

async function readText(path: string, { readText, readStdin }: Outside): Promise<string> {
  try {
    return path === "-" ? await readStdin() : await readText(path);
  } catch (error) {
    throw new InputError([`${path}: cannot be read: ${error instanceof Error ? error.message : error}`]);
  }
}

async function reportOf(
  args: Arguments,
  { input, surroundings: { outside, stop } }: { input: SimulationInput; surroundings: Surroundings },
): Promise<Report> {
  const { manifests, config, scenario, assumptions } = input;
  const variants = await variantsOf(args.compare, {
    objects: manifests.objects,
    config,
    readConfig: async (path) => await otherConfig(path, outside),
  });
  const seeds = Array.from({ length: args.runs }, (_, i) => scenario.seed + i);
  const progress = new Progress({
    clock: systemClock,
    write: outside.writeError,
    isTerminal: outside.isErrorTerminal,
  });
  const reports: VariantReport[] = [];
  const total = variants.length * seeds.length;
  let done = 0;
  for (const variant of variants) {
    const runs: VariantReport[] = [];
    for (const seed of seeds) {
      const what = `${variant.name}, seed ${seed}`;
      const onProgress = (share: number) => progress.show((done + share) / total, what);
      runs.push(await runOf(variant, { scenario, seed, onProgress, stop }));
      done++;
    }
    reports.push(combined(runs));
  }
  progress.clear();
  const classifier = classifierOf(config);
  return {
    version: VERSION,
    scenario: {
      file: args.scenario,
      manifests: args.files,
      currency: scenario.currency,
      seeds,
      lengthMs: scenario.lengthMs,
      startMs: scenario.startMs,
      nodeGroups: scenario.nodeGroups.map(({ name, labels, nodes, pricePerHour, reclaimsPerHour }) => ({
        name,
        capacity: classifier.classify(labels),
        nodes,
        pricePerHour,
        reclaimsPerHour,
      })),
    },
    notes: [...manifests.notes, ...crossNotes(manifests.objects, { scenario, config })],
    assumptions,
    variants: reports,
  };
}

async function otherConfig(path: string, outside: Outside): Promise<Config> {
  const loaded = loadConfig({ file: { path, text: await readText(path, outside) }, env: outside.env });
  if (!loaded.ok) throw new InputError(loaded.problems);
  return loaded.config;
}

async function runOf(
  { objects, config, withOperator, name }: Variant,
  { scenario, seed, onProgress, stop }: {
    scenario: Scenario;
    seed: number;
    onProgress: (share: number) => void;
    stop: AbortSignal;
  },
): Promise<VariantReport> {
  const simulation = { scenario, objects, config, seed, withOperator };
  try {
    const recorder = await play(simulation, { onProgress, signal: stop });
    return variantReport(recorder, { name, buckets: bucketsOf(scenario.lengthMs) });
  } catch (error) {
    if (error instanceof RefusedObject) throw new InputError([error.message]);
    throw error;
  }
}

function rendered(report: Report, { args, outside }: { args: Arguments; outside: Outside }): string {
  switch (args.output) {
    case "json":
      return `${JSON.stringify(report)}\n`;
    case "html":
      return renderPage(report);
    case "text":
      return renderText(report, { isTerminal: outside.isTerminal, columns: outside.size().columns });
  }
}
