import { classifierOf } from "../../config/classifier.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import type { NodeClassifier } from "../../domain/node_classifier.ts";
import { sleep } from "../../runtime/clock.ts";
import type { VirtualClock } from "../../runtime/virtual_clock.ts";
import type { EmbeddedCluster } from "../../sim/cluster.ts";
import { NAMESPACES } from "../../sim/resources.ts";
import { EmbeddedOperator } from "../embedded/operator.ts";
import { recordingLog } from "../embedded/recording_log.ts";
import { WEBHOOK_ADDRESS } from "../embedded/webhook_configuration.ts";
import { World } from "../embedded/world.ts";
import { KUBELETS, NAMESPACE, NODE_GROUPS } from "./cast.ts";
import { Ledger } from "./ledger.ts";
import { Tally } from "./tally.ts";

const SEED = 5;
const SYNC_POLL_MS = 10;

interface RunningOperator {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** The embedded cluster that the story plays in, and the operator, which can be started anew. */
export class Theatre {
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly classifier: NodeClassifier;
  /** Aborted when a part of it has failed: `close` then throws what. */
  readonly failed: AbortSignal;
  readonly #clock: VirtualClock;
  readonly #world: World;
  readonly #operatorFailed = new AbortController();
  #operator: RunningOperator | undefined;
  #operators = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    const config = configOf({ isReadOnly: false });
    this.classifier = classifierOf(config);
    const noticeMs = (name: string) => NODE_GROUPS.find((group) => group.name === name)?.reclaimNoticeMs ?? 0;
    this.ledger = new Ledger({ clock, noticeMs });
    this.#world = new World({
      clock,
      seed: SEED,
      config,
      withOperator: false,
      nodeGroups: NODE_GROUPS,
      autoscaler: undefined,
      kubelets: KUBELETS,
      recordsEvents: false,
      onLog: () => {},
      onCloudEvent: (event) => this.ledger.cloudEvent(event),
    });
    this.failed = AbortSignal.any([this.#world.signal, this.#operatorFailed.signal]);
    this.ledger.watch(this.cluster);
    this.tally = new Tally(this.cluster);
  }

  get cluster(): EmbeddedCluster {
    return this.#world.cluster;
  }

  /** Resolves when the operator leads in a cluster that has all but workloads. */
  async open(): Promise<void> {
    await this.#world.start();
    await this.cluster.api.create(NAMESPACES, { metadata: { name: NAMESPACE } });
    const operator = this.#newOperator({ isReadOnly: false });
    await operator.install();
    await this.#run(operator);
  }

  /** Ends the operator, and starts another one that only says what it would do. */
  async restartReadOnly(): Promise<void> {
    await this.#endOperator();
    const operator = this.#newOperator({ isReadOnly: true });
    this.cluster.serveWebhook(WEBHOOK_ADDRESS, operator.app.webhook);
    await this.#run(operator);
  }

  async close(): Promise<void> {
    try {
      await this.#endOperator();
    } finally {
      await this.#world.stop();
    }
  }

  #newOperator({ isReadOnly }: { isReadOnly: boolean }): EmbeddedOperator {
    const log = recordingLog((entry) => this.ledger.logEntry(entry));
    const deps = {
      cluster: this.cluster,
      config: configOf({ isReadOnly }),
      clock: this.#clock,
      seed: SEED,
      log,
    };
    return new EmbeddedOperator(deps, `operator-${this.#operators++}`);
  }

  async #run(operator: EmbeddedOperator): Promise<void> {
    const stop = new AbortController();
    const ended = operator.run(stop.signal);
    ended.catch((error) => this.#operatorFailed.abort(error));
    this.#operator = { stop, ended };
    while (!operator.app.standings.mayReconcile() && !this.failed.aborted) {
      await sleep(this.#clock, SYNC_POLL_MS, this.failed);
    }
  }

  async #endOperator(): Promise<void> {
    this.#operator?.stop.abort();
    await this.#operator?.ended;
    this.#operator = undefined;
  }
}

/** The defaults, as an operator has them that is given no configuration. */
function configOf({ isReadOnly }: { isReadOnly: boolean }): Config {
  const env: Record<string, string> = isReadOnly ? { SPOTALIS_OPERATOR_READ_ONLY_MODE: "true" } : {};
  const loaded = loadConfig({ file: undefined, env });
  if (!loaded.ok) throw new Error(loaded.problems.join("; "));
  return loaded.config;
}
