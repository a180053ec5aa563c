import { WEBHOOK_ADDRESS, WEBHOOK_CONFIGURATION } from "../../../src/cli/embedded/webhook_configuration.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { WEBHOOKS } from "../../../src/sim/resources.ts";
import type { WebhookState } from "../plan/action.ts";
import type { OperatorProcess } from "../process/operator_process.ts";

/** The Service in front of the webhooks of all processes, which takes them in turn. */
export class WebhookService {
  readonly #cluster: EmbeddedCluster;
  readonly #processes: () => readonly OperatorProcess[];
  readonly #leader: () => OperatorProcess | undefined;
  #turn = 0;
  state: WebhookState = "well";

  constructor(deps: {
    readonly cluster: EmbeddedCluster;
    readonly processes: () => readonly OperatorProcess[];
    /** To which the others hand reviews on; undefined: each answers by itself. */
    readonly leader: () => OperatorProcess | undefined;
  }) {
    this.#cluster = deps.cluster;
    this.#processes = deps.processes;
    this.#leader = deps.leader;
  }

  async install(): Promise<void> {
    this.#cluster.serveWebhook(WEBHOOK_ADDRESS, (request) => this.#answer(request));
    await this.#cluster.api.create(WEBHOOKS, WEBHOOK_CONFIGURATION);
  }

  async become(state: WebhookState): Promise<void> {
    const { api } = this.#cluster;
    const was = this.state;
    this.state = state;
    const { name } = WEBHOOK_CONFIGURATION.metadata;
    if (state === "unregistered" && api.storage.get(WEBHOOKS, { name }) !== undefined) {
      api.delete(WEBHOOKS, { name });
    }
    if (was === "unregistered" && state !== "unregistered") await api.create(WEBHOOKS, WEBHOOK_CONFIGURATION);
  }

  async #answer(request: Request): Promise<Response> {
    if (this.state === "silent") return await new Promise(() => {});
    if (this.state === "failing") return new Response("chaos", { status: 500 });
    const there = this.#processes().filter((process) => process.isInService);
    if (this.state === "refused" || there.length === 0) {
      throw new Error("dial tcp: connect: connection refused");
    }
    const asked = there[this.#turn++ % there.length]!;
    const leader = this.#leader();
    const isReached = asked.isRunning && leader !== undefined && leader.isRunning && there.includes(leader);
    return await (isReached ? leader : asked).review(request);
  }
}
