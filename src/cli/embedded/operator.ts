import { type App, createApp } from "../../app.ts";
import type { AppDeps, Connection } from "../../observer.ts";
import type { Config } from "../../config/schema.ts";
import { runApp } from "../../runner.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Log } from "../../runtime/log.ts";
import { type Random, seededRandom } from "../../runtime/random.ts";
import type { EmbeddedCluster } from "../../sim/cluster.ts";
import { NAMESPACES, WEBHOOKS } from "../../sim/resources.ts";
import { VERSION } from "../version.ts";
import { WEBHOOK_ADDRESS, WEBHOOK_CONFIGURATION } from "./webhook_configuration.ts";

export interface EmbeddedOperatorDeps {
  readonly cluster: EmbeddedCluster;
  readonly config: Config;
  readonly clock: Clock;
  readonly seed: number;
  readonly log: Log;
}

/** What a process would show of itself: here there is none, and simulations are to be the same each time. */
const NO_PROCESS = { residentBytes: 0, heapUsedBytes: 0, heapTotalBytes: 0, cpuSeconds: 0, startSeconds: 0 };

/** The connection of a client in the same process; `part` keeps the randomness of several apart. */
export function embeddedConnection(cluster: EmbeddedCluster, part: string): Connection {
  return {
    server: "https://embedded",
    token: undefined,
    namespace: undefined,
    connect: () => cluster.transport(part),
  };
}

/** What any command of the operator's needs to work on an embedded cluster. */
export function embeddedAppDeps(
  { cluster, config, clock, seed, log }: EmbeddedOperatorDeps,
  identity: string,
): AppDeps {
  const random: Random = seededRandom(seed, identity);
  return {
    config,
    connection: embeddedConnection(cluster, identity),
    clock,
    random,
    log,
    identity,
    version: VERSION,
    runtime: "embedded",
    process: () => NO_PROCESS,
  };
}

/** The operator as it is, in an embedded cluster: its webhook is called there, and nothing listens. */
export class EmbeddedOperator {
  readonly app: App;
  readonly #deps: EmbeddedOperatorDeps;

  constructor(deps: EmbeddedOperatorDeps, identity = "operator-0") {
    this.#deps = deps;
    this.app = createApp(embeddedAppDeps(deps, identity));
  }

  /** Registers the webhook, and what the operator needs to be there. */
  async install(): Promise<void> {
    const { cluster, config } = this.#deps;
    const { namespace } = config.operator;
    if (cluster.storage.get(NAMESPACES, { name: namespace }) === undefined) {
      await cluster.api.create(NAMESPACES, { metadata: { name: namespace } });
    }
    if (!config.webhook.enabled) return;
    cluster.serveWebhook(WEBHOOK_ADDRESS, this.app.webhook);
    await cluster.api.create(WEBHOOKS, WEBHOOK_CONFIGURATION);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { config, clock, log } = this.#deps;
    await runApp({ app: this.app, config: withoutServers(config), clock, log }, signal);
  }
}

function withoutServers(config: Config): Config {
  const { observability, webhook } = config;
  return {
    ...config,
    webhook: { ...webhook, enabled: false },
    observability: {
      ...observability,
      metrics: { ...observability.metrics, enabled: false },
      health: { ...observability.health, enabled: false },
    },
  };
}
