import { type App, createApp } from "../../../src/app.ts";
import { embeddedAppDeps, embeddedConnection } from "../../../src/cli/embedded/operator.ts";
import { WEBHOOK_ADDRESS, WEBHOOK_CONFIGURATION } from "../../../src/cli/embedded/webhook_configuration.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import type { TokenSource } from "../../../src/kube/token.ts";
import { runApp } from "../../../src/runner.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { Lifecycle } from "../../../src/runtime/lifecycle.ts";
import { createLog } from "../../../src/runtime/log.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { isTerminating, type Node, type Pod } from "../../../src/sim/objects.ts";
import { NAMESPACES, NODES, PODS, WEBHOOKS } from "../../../src/sim/resources.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { LogBook, type LogLine } from "../../scenarios/support/log_book.ts";
import { metricSum } from "../../scenarios/support/metric_sum.ts";
import { CAPACITY_LABEL } from "../../scenarios/support/stage.ts";
import { FaultTable } from "../../support/fault_table.ts";
import { faultyTransport } from "../../support/faulty_transport.ts";
import { clientOf, embeddedCluster } from "../../sim/support/embedded_stage.ts";

const WALL = Date.UTC(2026, 0, 5, 9, 30);
const POLL_MS = 50;
export const NAMESPACE = "shop";

export interface FaultStageOptions {
  readonly seed?: number;
  /** Of each operator. */
  readonly config?: Json;
  readonly operators?: number;
  readonly token?: (clock: VirtualClock) => TokenSource;
}

/** A pod that was evicted through the API, by whomever. */
export interface SeenEviction {
  readonly atMs: number;
  readonly app: string;
  readonly uid: string;
}

/** The whole operator, with faults between it and its API server. */
export class FaultyOperator {
  readonly name: string;
  readonly app: App;
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly #book: LogBook;

  constructor(name: string, { app, book, run }: { book: LogBook } & Pick<FaultyOperator, "app" | "run">) {
    this.name = name;
    this.app = app;
    this.run = run;
    this.#book = book;
  }

  get log(): readonly LogLine[] {
    return this.#book.lines;
  }

  logged(is: (line: LogLine) => boolean, ms?: number): Promise<LogLine> {
    return this.#book.logged(is, ms);
  }

  tail(): string {
    return this.#book.tail();
  }

  async metric(name: string, labels?: Record<string, string>): Promise<number> {
    return metricSum(await this.app.metrics.text(), { name, labels });
  }

  get isLeader(): boolean {
    return this.app.elector!.isLeader;
  }

  /** How often all objects of the resource were read. */
  lists(resource: string): number {
    return this.app.observer.cache.ages(0).find((each) => each.resource === resource)!.lists;
  }
}

/** An embedded cluster and operators in virtual time. */
export class FaultStage {
  readonly clock = new VirtualClock({ wallMs: WALL });
  readonly cluster: EmbeddedCluster;
  readonly faults: FaultTable;
  readonly operators: readonly FaultyOperator[];
  readonly evictions: SeenEviction[] = [];
  readonly client: KubeClient;
  readonly #config: Config;
  readonly #seed: number;
  readonly #options: FaultStageOptions;

  constructor(options: FaultStageOptions) {
    const { clock } = this;
    this.#options = options;
    this.#seed = options.seed ?? 1;
    this.#config = configOf(options.config ?? {});
    this.cluster = embeddedCluster(clock, { seed: this.#seed });
    this.client = clientOf(this.cluster, clock);
    this.faults = new FaultTable({ now: () => clock.now(), random: seededRandom(this.#seed, "faults") });
    this.operators = Array.from({ length: options.operators ?? 1 }, (_, i) => this.#operator(`operator-${i}`));
    this.cluster.storage.onChange(({ type, before, object }) => {
      if (type !== PODS || !isEvicted(object as Pod) || before === undefined || isEvicted(before as Pod)) {
        return;
      }
      const { uid, labels = {} } = object.metadata;
      this.evictions.push({ atMs: clock.now(), app: labels["app"] ?? "", uid });
    });
  }

  /** The first of the operators. */
  get operator(): FaultyOperator {
    return this.operators[0]!;
  }

  async create(object: Json): Promise<void> {
    const root = object.apiVersion === "v1" ? "/api/v1" : `/apis/${object.apiVersion}`;
    const plural = `${object.kind.toLowerCase()}s`;
    const { signal } = new AbortController();
    await this.client.request("POST", `${root}/namespaces/${NAMESPACE}/${plural}`, { body: object, signal });
  }

  /** A merge patch of a Deployment. */
  async patch(name: string, body: Json): Promise<void> {
    await this.client.request("PATCH", `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${name}`, {
      body,
      contentType: "application/merge-patch+json",
      signal: new AbortController().signal,
    });
  }

  async setPercentage(name: string, percentage: number): Promise<void> {
    const annotations = { "spotalis.io/spot-percentage": String(percentage) };
    await this.patch(name, { metadata: { annotations } });
  }

  async pass(ms: number): Promise<void> {
    await sleep(this.clock, ms, new AbortController().signal);
  }

  async until(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
    for (const endMs = this.clock.now() + ms; !await holds();) {
      if (this.clock.now() >= endMs) {
        throw new Error(
          `not within ${ms} ms: ${what}\n${this.operators.map((each) => each.tail()).join("\n")}`,
        );
      }
      await this.pass(POLL_MS);
    }
  }

  pods(app: string): Pod[] {
    return this.cluster.storage.podsWith(NAMESPACE, { key: "app", value: app })
      .filter((pod) => !isTerminating(pod));
  }

  spot(app: string): number {
    const isSpot = ({ spec }: Pod) =>
      this.cluster.storage.get<Node>(NODES, { name: spec.nodeName ?? "" })?.metadata.labels
        ?.[CAPACITY_LABEL] ===
        "spot";
    return this.pods(app).filter(isSpot).length;
  }

  /** So many pods are ready, and so many of them on spot. */
  async settled(app: string, { replicas, spot, ms }: { replicas: number; spot: number; ms?: number }) {
    const isReady = ({ status }: Pod) =>
      status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
    const holds = () => {
      const pods = this.cluster.storage.podsWith(NAMESPACE, { key: "app", value: app });
      return pods.length === replicas && pods.every(isReady) && this.spot(app) === spot;
    };
    await this.until(`${replicas} pods of ${app}, ${spot} on spot`, holds, ms);
  }

  /** Starts all, has `act` play on it, and ends all. */
  async play(act: (stage: FaultStage) => Promise<void>): Promise<void> {
    const lifecycle = new Lifecycle();
    await this.clock.complete(this.#play(act, lifecycle).finally(() => lifecycle.stop()));
    await this.clock.complete(lifecycle.join());
  }

  async #play(act: (stage: FaultStage) => Promise<void>, lifecycle: Lifecycle): Promise<void> {
    const { cluster, operators } = this;
    lifecycle.start("the embedded cluster", (signal) => cluster.run(signal));
    await cluster.start();
    for (const name of [this.#config.operator.namespace, NAMESPACE]) {
      await cluster.api.create(NAMESPACES, { metadata: { name } });
    }
    cluster.serveWebhook(WEBHOOK_ADDRESS, this.operator.app.webhook);
    await cluster.api.create(WEBHOOKS, WEBHOOK_CONFIGURATION);
    for (const { app, name, run } of operators) {
      lifecycle.start(name, run);
      await this.until("its caches are synced", () => app.observer.cache.hasSynced);
      await this.until("there is a leader", () => operators.some(({ isLeader }) => isLeader));
    }
    await this.until("the leader may act", () => this.operator.app.standings.mayReconcile());
    await act(this);
  }

  #operator(name: string): FaultyOperator {
    const { clock, cluster, faults } = this;
    const book = new LogBook(clock);
    const log = createLog({ write: (line) => book.add(line), wall: () => clock.wall() }, {
      level: "debug",
      format: "json",
    });
    const config = this.#config;
    const deps = { cluster, config, clock, seed: this.#seed, log };
    const { connect, ...connection } = embeddedConnection(cluster, name);
    const app = createApp({
      ...embeddedAppDeps(deps, name),
      connection: {
        ...connection,
        token: this.#options.token?.(clock),
        connect: () => faultyTransport(connect(), { table: faults, clock, client: name }),
      },
    });
    return new FaultyOperator(name, {
      app,
      book,
      run: (signal) => runApp({ app, config, clock, log }, signal),
    });
  }
}

/** A test of the whole operator under a fault, in virtual time. */
export function faultTest(
  name: string,
  options: FaultStageOptions,
  act: (stage: FaultStage) => Promise<void>,
): void {
  Deno.test(name, () => new FaultStage(options).play(act));
}

function configOf(config: Json): Config {
  const off = { enabled: false };
  const settings = { ...config, webhook: off, observability: { metrics: off, health: off } };
  const loaded = loadConfig({ file: { path: "config", text: JSON.stringify(settings) }, env: {} });
  if (!loaded.ok) throw new Error(loaded.problems.join("; "));
  return loaded.config;
}

function isEvicted({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined &&
    (status?.conditions ?? []).some(({ reason }) => reason === "EvictionByEvictionAPI");
}
