import assert from "node:assert/strict";
import { loadConfig } from "../../../src/config/load.ts";
import { loadScenario } from "../../../src/config/scenario.ts";
import { countedOf } from "../../../src/cli/simulate/counted.ts";
import { completed } from "../../../src/cli/simulate/defaults.ts";
import { play, type Simulation } from "../../../src/cli/simulate/engine.ts";
import { readManifests } from "../../../src/cli/simulate/manifests.ts";
import { bucketsOf } from "../../../src/cli/simulate/recording/buckets.ts";
import type { Recorder } from "../../../src/cli/simulate/recording/recorder.ts";
import type { VariantReport } from "../../../src/cli/simulate/report.ts";
import { variantReport } from "../../../src/cli/simulate/variant_report.ts";

export interface Written {
  readonly manifests: string;
  readonly scenario?: string;
  /** The operator's. */
  readonly config?: string;
  readonly withOperator?: boolean;
  readonly seed?: number;
  readonly lengthMs?: number;
}

/** What the command line makes of such files. */
export function simulationOf({ withOperator = true, seed, lengthMs, ...files }: Written): Simulation {
  const manifests = readManifests([{ path: "m.yaml", text: files.manifests }]);
  assert.deepEqual(manifests.problems, []);
  const hasFile = files.scenario !== undefined;
  const loaded = loadScenario(hasFile ? { path: "s.yaml", text: files.scenario! } : undefined);
  const found = loadConfig({ file: { path: "c.yaml", text: files.config ?? "" }, env: {} });
  assert.ok(loaded.ok && found.ok, JSON.stringify([loaded, found]));
  const { config } = found;
  const own = { ...loaded.scenario, lengthMs: lengthMs ?? loaded.scenario.lengthMs };
  const { scenario } = completed(own, { manifests, config, hasFile });
  return { scenario, objects: manifests.objects, config, seed: seed ?? scenario.seed, withOperator };
}

/** One run from its beginning to its end. */
export async function reportOf(written: Written): Promise<VariantReport> {
  const simulation = simulationOf(written);
  const recorder = await play(simulation, { onProgress: () => {}, signal: new AbortController().signal });
  return variantReportOf(recorder, simulation);
}

/** What is reported of a simulation that has come to its end. */
export function variantReportOf(recorder: Recorder, simulation: Simulation): VariantReport {
  const { scenario } = simulation;
  const counted = countedOf([simulation], scenario);
  return variantReport(recorder, { name: "as given", buckets: bucketsOf(scenario.lengthMs), counted });
}

export interface WorkloadOptions {
  readonly kind?: "Deployment" | "StatefulSet";
  readonly namespace?: string;
  readonly replicas?: number;
  /** `spotalis.io/` is left out; undefined: not managed. */
  readonly policy?: Readonly<Record<string, string>> | undefined;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly pod?: Readonly<Record<string, unknown>>;
}

/** A workload of small pods, as YAML: its JSON. */
export function workload(name: string, options: WorkloadOptions = {}): string {
  const { kind = "Deployment", namespace = "shop", replicas = 4, policy, spec = {}, pod = {} } = options;
  const labels = { app: name };
  const resources = { requests: { cpu: "500m", memory: "512Mi" } };
  const annotations = Object.entries(policy ?? {}).map(([key, value]) => [`spotalis.io/${key}`, value]);
  return JSON.stringify({
    apiVersion: "apps/v1",
    kind,
    metadata: {
      name,
      namespace,
      labels: policy === undefined ? {} : { "spotalis.io/enabled": "true" },
      annotations: Object.fromEntries(annotations),
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "main", image: "i", resources }], ...pod },
      },
      ...kind === "StatefulSet" ? { serviceName: name } : {},
      ...spec,
    },
  });
}

export function documents(...all: readonly string[]): string {
  return all.join("\n---\n");
}
