import { classifierOf } from "../../config/classifier.ts";
import type { Scenario } from "../../config/scenario.ts";
import type { WorkloadName } from "../../config/scenario_values.ts";
import type { Config } from "../../config/schema.ts";
import type { JsonObject } from "../../domain/json.ts";
import { VirtualClock } from "../../runtime/virtual_clock.ts";
import type { Draft } from "../../sim/api/api_server.ts";
import { ApiFailure } from "../../sim/api/failure.ts";
import type { ApiObject } from "../../sim/objects.ts";
import { BUDGETS, DEPLOYMENTS, NAMESPACES, type ResourceType, STATEFUL_SETS } from "../../sim/resources.ts";
import { World } from "../embedded/world.ts";
import { Director } from "./director.ts";
import { InputError } from "../input_error.ts";
import { placeText } from "./manifest_documents.ts";
import type { ManifestObject } from "./manifests.ts";
import { policyReader } from "./policy_reader.ts";
import { bucketsOf } from "./recording/buckets.ts";
import { Recorder } from "./recording/recorder.ts";

export interface Simulation {
  readonly scenario: Scenario;
  readonly objects: readonly ManifestObject[];
  readonly config: Config;
  readonly seed: number;
  readonly withOperator: boolean;
}

const TYPES: Readonly<Record<ManifestObject["kind"], ResourceType>> = {
  Namespace: NAMESPACES,
  Deployment: DEPLOYMENTS,
  StatefulSet: STATEFUL_SETS,
  PodDisruptionBudget: BUDGETS,
};

/** Time enough for the operator to read the empty cluster, before anything is counted. */
const WARM_UP_MS = 60_000;
/** How finely progress is told. */
const STEPS = 200;

/** A simulation whose time begins now. */
export interface Started {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly recorder: Recorder;
  /** On the clock. */
  readonly startMs: number;
}

/** Plays one simulation to its end; the recorder holds what happened. */
export async function play(
  simulation: Simulation,
  { onProgress, signal }: { onProgress: (share: number) => void; signal: AbortSignal },
): Promise<Recorder> {
  const { world, clock, recorder, startMs } = await begin(simulation);
  const { lengthMs } = simulation.scenario;
  for (let step = 1; step <= STEPS && !world.signal.aborted; step++) {
    await clock.run(startMs + lengthMs * step / STEPS);
    signal.throwIfAborted();
    onProgress(step / STEPS);
  }
  recorder.finish();
  await clock.complete(world.stop());
  return recorder;
}

/** Everything is made, and what the scenario says will happen: time has to be let pass. */
export async function begin({ scenario, objects, config, seed, withOperator }: Simulation): Promise<Started> {
  const clock = new VirtualClock({ wallMs: scenario.startMs - WARM_UP_MS });
  let recorder = undefined as Recorder | undefined;
  const world = new World({
    clock,
    seed,
    config: withoutElection(config),
    withOperator,
    nodeGroups: scenario.nodeGroups,
    autoscaler: scenario.autoscaler.enabled ? scenario.autoscaler : undefined,
    kubelets: { ...KUBELETS, ...scenario.pods },
    recordsEvents: false,
    onLog: (entry) => recorder?.logEntry(entry),
    onCloudEvent: (event) => recorder?.cloudEvent(event),
  });
  await clock.complete(world.start());
  await clock.run(WARM_UP_MS);
  const { cluster } = world;
  recorder = new Recorder({
    cluster,
    clock,
    classifier: classifierOf(config),
    groups: scenario.nodeGroups,
    buckets: bucketsOf(scenario.lengthMs),
    readPolicy: policyReader(config),
  });
  await clock.complete(createAll(world, objects));
  const tell: Recorder["tell"] = (what, about) => recorder?.tell(what, about);
  new Director({ cluster, clock, tell, workloads: workloadsOf(objects) }).start(scenario);
  return { world, clock, recorder, startMs: WARM_UP_MS };
}

/** Containers end by themselves soon after they are told to. */
export const KUBELETS = { shutdownMs: 2_000 };

/** One operator needs no election, and half a million renewals a week would tell nothing. */
function withoutElection(config: Config): Config {
  const { operator } = config;
  return {
    ...config,
    operator: { ...operator, leaderElection: { ...operator.leaderElection, enabled: false } },
  };
}

/** Makes all objects in their order; what the API server refuses is told all at once. */
export async function createAll({ cluster }: World, objects: readonly ManifestObject[]): Promise<void> {
  const spaces = new Set(objects.map(({ namespace }) => namespace).filter((name) => name !== ""));
  const given = new Set(objects.filter(({ kind }) => kind === "Namespace").map(({ name }) => name));
  for (const name of spaces) {
    const isThere = given.has(name) || cluster.storage.get(NAMESPACES, { name }) !== undefined;
    if (!isThere) await cluster.api.create(NAMESPACES, { metadata: { name } });
  }
  const refused: string[] = [];
  for (const each of objects) {
    const why = await refusalOf(cluster, each);
    if (why !== undefined) refused.push(`${placeText(each)}: the API server refuses it: ${why}`);
  }
  if (refused.length > 0) throw new InputError(refused);
}

/** Creates one object; answers why it could not be. */
async function refusalOf(
  { api, storage }: World["cluster"],
  manifest: ManifestObject,
): Promise<string | undefined> {
  const type = TYPES[manifest.kind];
  const draft = manifest.object as JsonObject as unknown as Draft<ApiObject>;
  try {
    const there = storage.get(type, { name: manifest.name });
    if (type === NAMESPACES && there !== undefined) {
      api.update(type, { ...there, metadata: { ...there.metadata, ...draft.metadata } });
    } else {
      await api.create(type, draft);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return error.message;
  }
}

/** What deploys and curves can be of. */
export function workloadsOf(objects: readonly ManifestObject[]): WorkloadName[] {
  return objects.flatMap(({ kind, namespace, name }) =>
    kind === "Deployment" || kind === "StatefulSet" ? [{ kind, namespace, name }] : []
  );
}
