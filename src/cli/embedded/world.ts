import type { Config } from "../../config/schema.ts";
import type { Clock } from "../../runtime/clock.ts";
import { sleep } from "../../runtime/clock.ts";
import { Lifecycle } from "../../runtime/lifecycle.ts";
import type { AutoscalerTiming } from "../../sim/cloud/autoscaler.ts";
import type { CloudEvent } from "../../sim/cloud/cloud.ts";
import type { NodeGroup } from "../../sim/cloud/node_group.ts";
import { EmbeddedCluster } from "../../sim/cluster.ts";
import type { KubeletTiming } from "../../sim/controllers/kubelets.ts";
import { EmbeddedOperator } from "./operator.ts";
import { type LogEntry, recordingLog } from "./recording_log.ts";

export interface WorldOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly config: Config;
  /** False: a cluster without it, to compare with. */
  readonly withOperator: boolean;
  readonly nodeGroups: readonly NodeGroup[];
  readonly autoscaler: AutoscalerTiming | undefined;
  readonly kubelets: KubeletTiming;
  readonly recordsEvents: boolean;
  readonly onLog: (entry: LogEntry) => void;
  readonly onCloudEvent: (event: CloudEvent) => void;
}

/** How often to look whether the operator has read the cluster for the first time. */
const SYNC_POLL_MS = 10;

/** An embedded cluster with the operator in it. Time has to be let pass by whoever owns the clock. */
export class World {
  readonly cluster: EmbeddedCluster;
  readonly operator: EmbeddedOperator | undefined;
  readonly #clock: Clock;
  readonly #lifecycle = new Lifecycle();

  constructor(options: WorldOptions) {
    const { clock, config, seed } = options;
    this.#clock = clock;
    this.cluster = new EmbeddedCluster(options);
    const log = recordingLog(options.onLog);
    this.operator = options.withOperator
      ? new EmbeddedOperator({ cluster: this.cluster, config, clock, seed, log })
      : undefined;
  }

  /** Aborted when a part of it has failed. */
  get signal(): AbortSignal {
    return this.#lifecycle.signal;
  }

  /** Starts all of it; resolves when the operator has read the cluster. */
  async start(): Promise<void> {
    this.#lifecycle.start("the embedded cluster", (signal) => this.cluster.run(signal));
    await this.cluster.start();
    const { operator } = this;
    if (operator === undefined) return;
    await operator.install();
    this.#lifecycle.start("the operator", (signal) => operator.run(signal));
    while (!operator.app.standings.mayReconcile() && !this.signal.aborted) {
      await sleep(this.#clock, SYNC_POLL_MS, this.signal);
    }
  }

  /** Ends all of it; what failed is thrown. */
  async stop(): Promise<void> {
    this.#lifecycle.stop();
    await this.#lifecycle.join();
  }
}
