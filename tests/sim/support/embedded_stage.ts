import { embeddedAppDeps, embeddedConnection, EmbeddedOperator } from "../../../src/cli/embedded/operator.ts";
import { type Arguments, parseArguments } from "../../../src/cli/arguments.ts";
import { recordingLog } from "../../../src/cli/embedded/recording_log.ts";
import { planText } from "../../../src/cli/plan.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { Lifecycle } from "../../../src/runtime/lifecycle.ts";
import { createLog } from "../../../src/runtime/log.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import { ApiFailure } from "../../../src/sim/api/failure.ts";
import type { NodeGroup } from "../../../src/sim/cloud/node_group.ts";
import { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { NAMESPACES, RESOURCES, type ResourceType } from "../../../src/sim/resources.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { LogBook } from "../../scenarios/support/log_book.ts";
import { metricSum } from "../../scenarios/support/metric_sum.ts";
import { playScene } from "../../scenarios/support/scene.ts";
import {
  CAPACITY_LABEL,
  type ClusterLike,
  NODES_EACH,
  OPERATOR_LABEL,
  type OperatorLike,
  type Scenario,
  type Stage,
  type StageOptions,
  UNCAPPED,
} from "../../scenarios/support/stage.ts";

const WALL = Date.UTC(2026, 0, 5, 9, 30);
/** As kwok's on the real control plane. */
const KUBELETS = { startupMs: 400, startupJitterMs: 600, shutdownMs: 300 };

/** Nodes as the real stage has them: kubeadm's labels, and one that tells capacity. */
export function stageNodes(capacity: "spot" | "on-demand"): NodeGroup {
  return {
    name: capacity,
    labels: { type: "kwok", [CAPACITY_LABEL]: capacity },
    taints: [],
    nodes: NODES_EACH,
    most: NODES_EACH,
    cpuMillis: 64_000,
    memoryBytes: 256 * 2 ** 30,
    pods: 110,
    startupMs: 30_000,
    reclaimsPerHour: 0,
    reclaimNoticeMs: 120_000,
    reclaimTaint: { key: "karpenter.sh/disrupted", effect: "NoSchedule" },
  };
}

const STAGE_NODES = [stageNodes("spot"), stageNodes("on-demand")];

export function embeddedCluster(
  clock: VirtualClock,
  { seed = 1, nodeGroups = STAGE_NODES }: { seed?: number; nodeGroups?: readonly NodeGroup[] } = {},
): EmbeddedCluster {
  return new EmbeddedCluster({
    clock,
    seed,
    kubelets: KUBELETS,
    nodeGroups,
    autoscaler: undefined,
    recordsEvents: false,
  });
}

export function clientOf(cluster: EmbeddedCluster, clock: VirtualClock): KubeClient {
  const { server, connect } = embeddedConnection(cluster, "tests");
  return new KubeClient({
    clock,
    transport: connect(),
    server,
    token: undefined,
    limiter: undefined,
    userAgent: "tests",
  });
}

function typeOf(kind: string): ResourceType {
  const type = RESOURCES.find(({ singular, group }) => singular === kind && group !== "events.k8s.io");
  if (type === undefined) throw new Error(`the embedded cluster does not serve "${kind}"`);
  return type;
}

class EmbeddedClusterLike implements ClusterLike {
  readonly #cluster: EmbeddedCluster;
  readonly #client: KubeClient;

  constructor(cluster: EmbeddedCluster, client: KubeClient) {
    this.#cluster = cluster;
    this.#client = client;
  }

  async apply(...objects: Json[]): Promise<void> {
    for (const object of objects) await this.#cluster.api.create(typeOf(object.kind.toLowerCase()), object);
  }

  async patch(target: string, namespace: string, patch: Json): Promise<void> {
    const [kind, name] = target.split("/") as [string, string];
    const { group, version, plural, namespaced } = typeOf(kind);
    const root = group === "" ? "/api/v1" : `/apis/${group}/${version}`;
    await this.#client.request(
      "PATCH",
      `${root}${namespaced ? `/namespaces/${namespace}` : ""}/${plural}/${name}`,
      {
        body: patch,
        contentType: "application/merge-patch+json",
        signal: new AbortController().signal,
      },
    );
  }

  remove(target: string, namespace?: string): Promise<void> {
    const [kind, name] = target.split("/") as [string, string];
    const type = typeOf(kind);
    try {
      this.#cluster.api.delete(type, { namespace: type.namespaced ? namespace : undefined, name });
    } catch (error) {
      if (!(error instanceof ApiFailure && error.code === 404)) throw error;
    }
    return Promise.resolve();
  }
}

class EmbeddedOperatorLike implements OperatorLike {
  readonly book: LogBook;
  readonly #operator: EmbeddedOperator;
  readonly #plan: (args: Arguments) => Promise<string>;

  constructor(
    operator: EmbeddedOperator,
    { book, plan }: { book: LogBook; plan: (args: Arguments) => Promise<string> },
  ) {
    this.#operator = operator;
    this.book = book;
    this.#plan = plan;
  }

  get log() {
    return this.book.lines;
  }

  logged: OperatorLike["logged"] = (is, ms) => this.book.logged(is, ms);
  tail: OperatorLike["tail"] = (lines) => this.book.tail(lines);

  async metrics(): Promise<string> {
    return await this.#operator.app.metrics.text();
  }

  async metric(name: string, labels?: Record<string, string>): Promise<number> {
    return metricSum(await this.metrics(), { name, labels });
  }

  async cli(...args: string[]): Promise<string> {
    const parsed = parseArguments(args);
    if (parsed.command !== "plan") throw new Error(`no scenario needs "${parsed.command}" yet`);
    return await this.#plan(parsed);
  }
}

export function configOf(name: string, config: Json): Config {
  const settings = {
    ...config,
    operator: { leaderElection: { namespace: `lease-${name}` }, ...config.operator },
    controllers: {
      namespaceSelector: { matchLabels: { [OPERATOR_LABEL]: name } },
      ...config.controllers,
      disruption: { maxEvictionsPerMinute: UNCAPPED, ...config.controllers?.disruption },
    },
  };
  const loaded = loadConfig({ file: { path: name, text: JSON.stringify(settings) }, env: {} });
  if (!loaded.ok) throw new Error(loaded.problems.join("; "));
  return loaded.config;
}

/** A cluster and an operator in virtual time, while `act` plays on them. */
export async function onEmbeddedStage<T>(
  { name, config, seed = 1, nodeGroups }: StageOptions & { seed?: number; nodeGroups?: readonly NodeGroup[] },
  act: (stage: Stage & { readonly embedded: EmbeddedCluster }) => Promise<T>,
): Promise<T> {
  const clock = new VirtualClock({ wallMs: WALL });
  const embedded = embeddedCluster(clock, { seed, nodeGroups });
  const client = clientOf(embedded, clock);
  const book = new LogBook(clock);
  const log = createLog({ write: (line) => book.add(line), wall: () => clock.wall() }, {
    level: "debug",
    format: "json",
  });
  const deps = { cluster: embedded, config: configOf(name, config?.(clock) ?? {}), clock, seed, log };
  const operator = new EmbeddedOperator(deps);
  const plan = (args: Arguments) => {
    const quiet = { ...deps, log: recordingLog(() => {}) };
    return planText(embeddedAppDeps(quiet, "plan"), {
      args,
      outside: { isTerminal: false },
      stop: new AbortController().signal,
    });
  };
  const lifecycle = new Lifecycle();
  const play = async () => {
    lifecycle.start("the embedded cluster", (signal) => embedded.run(signal));
    await embedded.start();
    await embedded.api.create(NAMESPACES, { metadata: { name: `lease-${name}` } });
    await operator.install();
    lifecycle.start("the operator", (signal) => operator.run(signal));
    const operatorLike = new EmbeddedOperatorLike(operator, { book, plan });
    await operatorLike.logged((line) => line.message === "leadership acquired");
    while (!operator.app.standings.mayReconcile()) await sleep(clock, 10, lifecycle.signal);
    let count = 0;
    const stage = {
      name,
      cluster: new EmbeddedClusterLike(embedded, client),
      operator: operatorLike,
      client,
      clock,
      serveWebhook: (handler: (request: Request) => Promise<Response>) => {
        const service = { namespace: "tests", name: `hook-${count++}` };
        embedded.serveWebhook(`${service.name}.${service.namespace}`, handler);
        return Promise.resolve({ clientConfig: { service }, [Symbol.asyncDispose]: () => Promise.resolve() });
      },
      unique: () => `n${count++}`,
      embedded,
    };
    try {
      return await act(stage);
    } finally {
      lifecycle.stop();
    }
  };
  const result = await clock.complete(play());
  await clock.complete(lifecycle.join());
  return result;
}

/** Plays a scenario in virtual time; each of its scenes is told of by name where it fails. */
export async function playEmbedded({ options, act }: Scenario): Promise<readonly string[]> {
  const titles: string[] = [];
  await onEmbeddedStage(options, async (stage) => {
    const failures: unknown[] = [];
    const play = async (
      title: string,
      scene: Parameters<typeof playScene>[1],
      sceneOptions?: Parameters<typeof playScene>[2],
    ) => {
      titles.push(title);
      try {
        await playScene(stage, scene, sceneOptions);
      } catch (error) {
        failures.push(new Error(`${title}\n${stage.operator.tail(20)}`, { cause: error }));
      }
    };
    await act(play, stage);
    if (failures.length > 0) {
      throw new AggregateError(failures, `${failures.length} scenes of "${options.name}" failed`);
    }
  });
  return titles;
}
