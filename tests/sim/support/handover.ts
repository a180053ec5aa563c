import { EmbeddedOperator } from "../../../src/cli/embedded/operator.ts";
import { WEBHOOK_ADDRESS } from "../../../src/cli/embedded/webhook_configuration.ts";
import { sleep } from "../../../src/runtime/clock.ts";
import { createLog } from "../../../src/runtime/log.ts";
import type { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { LogBook } from "../../scenarios/support/log_book.ts";
import { metricSum } from "../../scenarios/support/metric_sum.ts";
import type { Stage } from "../../scenarios/support/stage.ts";
import { configOf } from "./embedded_stage.ts";

type EmbeddedStage = Stage & { readonly embedded: EmbeddedCluster };

/** Gives the Lease of a stage's operator to another identity, for so long unless that renews it. */
export async function giveLease(
  { cluster, name, clock }: EmbeddedStage,
  { to, forMs }: { to: string; forMs: number },
): Promise<void> {
  const renewTime = new Date(clock.wall()).toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: to, leaseDurationSeconds: forMs / 1_000, renewTime };
  await cluster.patch("lease/spotalis-controller-leader", `lease-${name}`, { spec });
}

/** While nobody answers the webhook, pods are let through as they are. */
export function stopAdmission({ embedded }: EmbeddedStage): void {
  embedded.serveWebhook(WEBHOOK_ADDRESS, () => Promise.reject(new Error("connection refused")));
}

/** A second operator on a stage, which stands by. */
export class SecondOperator {
  readonly #stage: EmbeddedStage;
  readonly #operator: EmbeddedOperator;
  readonly #book: LogBook;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;

  private constructor(stage: EmbeddedStage, { operator, book }: { operator: EmbeddedOperator; book: LogBook }) {
    this.#stage = stage;
    this.#operator = operator;
    this.#book = book;
    this.#running = operator.run(this.#abort.signal);
  }

  static async start(stage: EmbeddedStage, config: unknown): Promise<SecondOperator> {
    const { clock, embedded, name } = stage;
    const book = new LogBook(clock);
    const log = createLog({ write: (line) => book.add(line), wall: () => clock.wall() }, {
      level: "debug",
      format: "json",
    });
    const deps = { cluster: embedded, config: configOf(name, config), clock, seed: 2, log };
    const operator = new EmbeddedOperator(deps as typeof deps & { clock: VirtualClock }, "operator-1");
    const second = new SecondOperator(stage, { operator, book });
    while (!operator.app.observer.cache.hasSynced) await sleep(clock, 10, second.#abort.signal);
    return second;
  }

  get log(): LogBook["lines"] {
    return this.#book.lines;
  }

  /** It answers the webhook from now on, and leads as soon as it sees that. */
  async takeOver(): Promise<void> {
    this.admits();
    await giveLease(this.#stage, { to: "operator-1", forMs: 15_000 });
  }

  admits(): void {
    this.#stage.embedded.serveWebhook(WEBHOOK_ADDRESS, this.#operator.app.webhook);
  }

  async leads(): Promise<void> {
    await this.#book.logged((line) => line.message === "leadership acquired");
  }

  async metric(name: string, labels?: Record<string, string>): Promise<number> {
    return metricSum(await this.#operator.app.metrics.text(), { name, labels });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }
}
