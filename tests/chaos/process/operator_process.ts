import { type App, createApp } from "../../../src/app.ts";
import { type LogEntry, recordingLog } from "../../../src/cli/embedded/recording_log.ts";
import type { Config } from "../../../src/config/schema.ts";
import { runApp } from "../../../src/runner.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { ApiTrouble } from "./api_trouble.ts";
import { ProcessClock } from "./process_clock.ts";
import { ProcessTransport, type RequestWatcher } from "./process_transport.ts";

export interface OperatorProcessDeps {
  readonly cluster: EmbeddedCluster;
  readonly clock: Clock;
  readonly seed: number;
  readonly config: Config;
  readonly watcher: RequestWatcher;
  readonly onLog: (entry: LogEntry) => void;
  /** It has ended: undefined where that was in order, and it was asked to. */
  readonly onEnd: (why: string | undefined) => void;
}

/** One process of the operator, from its start to its end, with a clock and connections of its own. */
export class OperatorProcess {
  readonly identity: string;
  readonly clock: ProcessClock;
  readonly trouble: ApiTrouble;
  readonly transport: ProcessTransport;
  readonly app: App;
  readonly startedMs: number;
  readonly #deps: OperatorProcessDeps;
  readonly #stop = new AbortController();
  #isOver = false;
  /** When it last ran again after it had been frozen, and for how long it had been. */
  thawed: { readonly atMs: number; readonly afterMs: number } | undefined;
  #frozenMs = 0;

  constructor(deps: OperatorProcessDeps, identity: string) {
    this.#deps = deps;
    this.identity = identity;
    const { cluster, clock, seed, config, watcher } = deps;
    this.startedMs = clock.now();
    const random = (part: string) => seededRandom(seed, `${part} of ${identity}`);
    this.clock = new ProcessClock(clock);
    this.trouble = new ApiTrouble({ clock, random: random("trouble") });
    this.transport = new ProcessTransport({
      cluster,
      clock,
      own: this.clock,
      random: random("requests"),
      trouble: this.trouble,
      watcher,
    });
    this.app = createApp({
      config,
      connection: {
        server: "https://embedded",
        token: undefined,
        namespace: undefined,
        connect: () => this.transport.connect(),
      },
      clock: this.clock,
      random: random("choices"),
      log: recordingLog((entry) => {
        if (this.clock.state !== "dead") deps.onLog(entry);
      }),
      identity,
      version: "chaos",
      runtime: "embedded",
      process: () => ({
        residentBytes: 0,
        heapUsedBytes: 0,
        heapTotalBytes: 0,
        cpuSeconds: 0,
        startSeconds: 0,
      }),
    });
  }

  get isRunning(): boolean {
    return !this.#isOver && this.clock.state === "running";
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Whether its Service sends it reviews. */
  get isInService(): boolean {
    return !this.#isOver && !this.#stop.signal.aborted && this.clock.state !== "dead" &&
      this.app.observer.cache.hasSynced;
  }

  async metrics(): Promise<string> {
    return await this.app.metrics.text();
  }

  start(): void {
    const { config, onEnd } = this.#deps;
    const log = recordingLog((entry) => {
      if (this.clock.state !== "dead") this.#deps.onLog(entry);
    });
    const ended = (why: string | undefined) => {
      if (this.#isOver) return;
      this.#isOver = true;
      onEnd(why);
    };
    runApp({ app: this.app, config, clock: this.clock, log }, this.#stop.signal).then(
      () => ended(this.#stop.signal.aborted ? undefined : "it ended by itself"),
      (error) => ended(error instanceof Error ? error.stack ?? error.message : String(error)),
    );
  }

  /** As SIGTERM. */
  stop(): void {
    this.#stop.abort();
  }

  /** As SIGKILL: it does nothing more, and the server sees its connections go. */
  kill(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.clock.kill();
    this.transport.cutWatches();
    this.#deps.onEnd(undefined);
  }

  freeze(): void {
    this.#frozenMs = this.#deps.clock.now();
    this.clock.freeze();
  }

  thaw(): void {
    if (this.clock.state !== "frozen") return;
    const nowMs = this.#deps.clock.now();
    this.thawed = { atMs: nowMs, afterMs: nowMs - this.#frozenMs };
    this.clock.thaw();
  }

  /** Answers a review, when it runs. */
  async review(request: Request): Promise<Response> {
    const held = this.clock.wake();
    if (held !== undefined) await held;
    return await this.app.webhook(request);
  }
}
