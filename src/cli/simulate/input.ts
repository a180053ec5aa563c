import { type ConfigResult, loadConfig } from "../../config/load.ts";
import { loadScenario, type Scenario } from "../../config/scenario.ts";
import { missingWorkloads } from "../../config/scenario_workloads.ts";
import type { Config } from "../../config/schema.ts";
import { type Arguments, UsageError } from "../arguments.ts";
import type { Outside } from "../context.ts";
import { completed } from "./defaults.ts";
import { InputError } from "../input_error.ts";
import { fileText, type ManifestFile } from "./manifest_documents.ts";
import { type Manifests, readManifests } from "./manifests.ts";
import { formatLength } from "./render/format.ts";
import { isWorkload } from "./workloads.ts";

/** All that a simulation is made of, with what is missing filled in. */
export interface SimulationInput {
  readonly manifests: Manifests;
  readonly config: Config;
  readonly scenario: Scenario;
  readonly assumptions: readonly string[];
}

/** All problems of all files are told at once. */
export async function readInput(args: Arguments, outside: Outside): Promise<SimulationInput> {
  const files = await readFiles(args, outside);
  const manifests = readManifests(files.manifests);
  const loaded = loadScenario(files.scenario);
  const configFile = files.config ?? manifests.operatorConfig;
  const found = loadConfig({ file: configFile, env: outside.env });
  const problems = [
    ...manifests.problems,
    ...loaded.ok ? [] : loaded.problems,
    ...configProblems(found, configFile?.path),
  ];
  if (loaded.ok && files.scenario !== undefined && manifests.problems.length === 0) {
    const workloads = manifests.objects.filter(isWorkload);
    problems.push(...missingWorkloads(loaded.scenario, { file: files.scenario.path, workloads }));
  }
  if (problems.length > 0 || !loaded.ok || !found.ok) throw new InputError(problems);
  const { seed = loaded.scenario.seed, lengthMs = loaded.scenario.lengthMs } = args;
  const filled = completed({ ...loaded.scenario, seed, lengthMs }, {
    manifests,
    config: found.config,
    hasFile: files.scenario !== undefined,
  });
  const assumptions = [
    ...configAssumptions(files.config, manifests),
    ...manifests.assumptions,
    ...loaded.assumptions,
    ...filled.assumptions,
    ...tooLate(loaded.scenario, lengthMs),
  ];
  return { manifests, config: found.config, scenario: filled.scenario, assumptions };
}

/** Another configuration of the operator. */
export async function readConfig(path: string, outside: Outside): Promise<Config> {
  const file = await readText(path, outside);
  const found = loadConfig({ file, env: outside.env });
  if (!found.ok) throw new InputError(configProblems(found, path));
  return found.config;
}

interface Files {
  readonly manifests: readonly ManifestFile[];
  readonly scenario: ManifestFile | undefined;
  readonly config: ManifestFile | undefined;
}

async function readFiles({ files, scenario, config }: Arguments, outside: Outside): Promise<Files> {
  if (files.length === 0) throw new UsageError("simulate needs manifests: -f FILE, or -f - for stdin");
  const named = [
    ...files,
    ...scenario === undefined ? [] : [scenario],
    ...config === undefined ? [] : [config],
  ];
  if (named.filter((path) => path === "-").length > 1) {
    throw new UsageError("standard input (-) can be read once, by one of -f, --scenario and --config");
  }
  const unreadable: string[] = [];
  const read = async (path: string) =>
    await readText(path, outside).catch((error) => {
      if (!(error instanceof InputError)) throw error;
      unreadable.push(...error.problems);
      return { path, text: "" };
    });
  const texts = await Promise.all(named.map(read));
  if (unreadable.length > 0) throw new InputError(unreadable);
  const others = texts.slice(files.length);
  return {
    manifests: texts.slice(0, files.length),
    scenario: scenario === undefined ? undefined : others.shift(),
    config: config === undefined ? undefined : others.shift(),
  };
}

async function readText(path: string, { readText, readStdin }: Outside): Promise<ManifestFile> {
  try {
    return { path, text: path === "-" ? await readStdin() : await readText(path) };
  } catch (error) {
    // Deno names the path a second time: `…: readfile 'a.yaml'`.
    const why = error instanceof Error ? error.message.replace(/: \w+ '[^']*'$/, "") : error;
    throw new InputError([`${fileText(path)}: cannot be read: ${why}`]);
  }
}

function configProblems(found: ConfigResult, path: string | undefined): string[] {
  if (found.ok) return [];
  const where = path === undefined ? "" : ` (${fileText(path)})`;
  return found.problems.map((problem) =>
    path !== undefined && problem.startsWith(`${path}: `)
      ? problem
      : `the operator's configuration${where}: ${problem}`
  );
}

function configAssumptions(file: ManifestFile | undefined, { operatorConfig }: Manifests): string[] {
  if (operatorConfig === undefined) return [];
  return file === undefined ? [`The operator's configuration is that of ${operatorConfig.path}.`] : [
    `The operator's configuration is that of ${fileText(file.path)}; ${operatorConfig.path} is passed over.`,
  ];
}

/** What a scenario has happen after an end that `--length` has moved forward. */
function tooLate({ events, curves, lengthMs: written }: Scenario, lengthMs: number): string[] {
  if (lengthMs >= written) return [];
  const times = [...events, ...curves.flatMap(({ points }) => points)];
  const late = times.filter(({ atMs }) => atMs >= lengthMs).length;
  if (late === 0) return [];
  const what = late === 1 ? "1 event or point of a curve comes" : `${late} events and points of curves come`;
  return [`The run ends after ${formatLength(lengthMs)}: ${what} later in the scenario and are left out.`];
}
