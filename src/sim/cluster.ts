import type { Transport } from "../kube/transport.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import { Lifecycle } from "../runtime/lifecycle.ts";
import { seededRandom } from "../runtime/random.ts";
import { ApiServer } from "./api/api_server.ts";
import { Webhooks } from "./api/webhooks.ts";
import type { ClientConfig } from "./api/webhook_call.ts";
import { Storage } from "./api/storage.ts";
import { Autoscaler, type AutoscalerTiming } from "./cloud/autoscaler.ts";
import { Cloud, type CloudEvent } from "./cloud/cloud.ts";
import type { NodeGroup } from "./cloud/node_group.ts";
import { Budgets } from "./controllers/budgets.ts";
import type { ControllerDeps } from "./controllers/control_loop.ts";
import { DaemonSets } from "./controllers/daemon_sets.ts";
import { Deployments } from "./controllers/deployments.ts";
import { EventLog } from "./controllers/event_log.ts";
import { GarbageCollector } from "./controllers/garbage_collector.ts";
import { Jobs } from "./controllers/jobs.ts";
import { Kubelets, type KubeletTiming } from "./controllers/kubelets.ts";
import { Namespaces } from "./controllers/namespaces.ts";
import { NodeTaints } from "./controllers/node_taints.ts";
import { ReplicaSets } from "./controllers/replica_sets.ts";
import { StatefulSets } from "./controllers/stateful_sets.ts";
import { createHandler } from "./http/handler.ts";
import type { ApiRequest } from "./http/request.ts";
import { Watches } from "./http/watches.ts";
import { Writes } from "./http/writes.ts";
import { NAMESPACES } from "./resources.ts";
import { Scheduler } from "./scheduling/scheduler.ts";
import { STRATEGIES } from "./strategies/strategies.ts";

export interface EmbeddedClusterOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly kubelets: KubeletTiming;
  readonly nodeGroups: readonly NodeGroup[];
  /** Undefined: only the nodes that there are. */
  readonly autoscaler: AutoscalerTiming | undefined;
  /** Whether controllers write Events of what they do, for people who look. */
  readonly recordsEvents: boolean;
  readonly onCloudEvent?: (event: CloudEvent) => void;
}

type WebhookHandler = (request: Request) => Promise<Response>;

/** Of a request in the same process, there and back: what a network and a server take. */
const REQUEST_MS = { least: 1, most: 4 };

/** A whole Kubernetes cluster in this process: its API server, controllers, scheduler, kubelets and cloud. */
export class EmbeddedCluster {
  readonly storage = new Storage();
  readonly api: ApiServer;
  readonly cloud: Cloud;
  readonly scheduler: Scheduler;
  /** Answers any request to the API. */
  readonly handle: (request: ApiRequest) => Promise<Response>;
  readonly #options: EmbeddedClusterOptions;
  readonly #watches: Watches;
  readonly #webhooks = new Map<string, WebhookHandler>();
  readonly #controllers: readonly { run(signal: AbortSignal): Promise<void> }[];

  constructor(options: EmbeddedClusterOptions) {
    this.#options = options;
    const { clock, seed } = options;
    const { storage } = this;
    const random = (part: string) => seededRandom(seed, part);
    const webhooks = new Webhooks({
      clock,
      random: random("reviews"),
      storage,
      dial: (client, request) => this.#dial(client, request),
    });
    const admit = webhooks.admit.bind(webhooks);
    this.api = new ApiServer({ clock, random: random("names"), storage, strategies: STRATEGIES, admit });
    this.#watches = new Watches({ clock, random: random("watches"), storage });
    const writes = new Writes({ api: this.api, strategies: STRATEGIES, admit });
    this.handle = createHandler({ api: this.api, admit, clock, watches: this.#watches, writes });
    const events = new EventLog({ api: this.api, clock }, { isOn: options.recordsEvents });
    const deps = (part: string): ControllerDeps => ({
      api: this.api,
      clock,
      random: random(part),
      record: (object, event) => events.record(object, event),
    });
    this.scheduler = new Scheduler(deps("scheduler"));
    const onEvent = options.onCloudEvent ?? (() => {});
    const chances = { random: random("cloud"), choices: random("cloud choices") };
    this.cloud = new Cloud({ api: this.api, clock, ...chances, onEvent }, options.nodeGroups);
    this.#controllers = [
      events,
      this.scheduler,
      new Kubelets(deps("kubelets"), options.kubelets),
      new Deployments(deps("deployments")),
      new ReplicaSets(deps("replica sets")),
      new StatefulSets(deps("stateful sets")),
      new DaemonSets(deps("daemon sets")),
      new Jobs(deps("jobs")),
      new Budgets(deps("budgets")),
      new GarbageCollector(deps("garbage")),
      new Namespaces(deps("namespaces")),
      new NodeTaints(deps("node taints")),
      this.cloud,
      ...this.#autoscalers(),
    ];
  }

  /** Runs the cluster until `signal` is aborted. Its first nodes are there when `onStarted` is called. */
  async run(signal: AbortSignal): Promise<void> {
    const lifecycle = new Lifecycle();
    signal.addEventListener("abort", () => lifecycle.stop());
    for (const controller of this.#controllers) {
      lifecycle.start(controller.constructor.name, (own) => controller.run(own));
    }
    await lifecycle.join();
    this.#watches.endAll();
  }

  /** Makes what every cluster has. */
  async start(): Promise<void> {
    for (const name of ["default", "kube-system", "kube-public", "kube-node-lease"]) {
      await this.api.create(NAMESPACES, { metadata: { name } });
    }
    await this.cloud.start();
  }

  /** From now on, a webhook with this URL, or `SERVICE.NAMESPACE`, is answered by `handler`. */
  serveWebhook(address: string, handler: WebhookHandler): void {
    this.#webhooks.set(address, handler);
  }

  /** A way to the API server for clients in the same process. */
  transport(part: string): Transport {
    const { clock, seed } = this.#options;
    const random = seededRandom(seed, `requests of ${part}`);
    const { least, most } = REQUEST_MS;
    return {
      fetch: async (url, init) => {
        const signal = init.signal ?? new AbortController().signal;
        await sleep(clock, least + random() * (most - least), signal);
        signal.throwIfAborted();
        return await untilAborted(signal, this.handle(apiRequest(url, init)));
      },
      reset: () => {},
      close: () => {},
    };
  }

  /** What an API server forgets every few minutes: how things came to be as they are. */
  compact(): void {
    this.storage.compact();
  }

  #autoscalers(): Autoscaler[] {
    const { autoscaler, clock } = this.#options;
    if (autoscaler === undefined) return [];
    const { api, cloud, scheduler } = this;
    return [new Autoscaler({ api, clock, cloud, scheduler }, autoscaler)];
  }

  #dial({ url, service }: ClientConfig, request: Request): Promise<Response> {
    const address = service === undefined ? url ?? "" : `${service.name}.${service.namespace}`;
    const handler = this.#webhooks.get(address);
    return handler === undefined
      ? Promise.reject(new Error("dial tcp: connect: connection refused"))
      : handler(request);
  }
}

function apiRequest(url: string, { method = "GET", headers = {}, body }: RequestInit): ApiRequest {
  const { pathname, searchParams } = new URL(url);
  const given = headers as Record<string, string>;
  return {
    method,
    path: pathname,
    query: searchParams,
    header: (name) => given[name],
    body: () => Promise.resolve(typeof body === "string" ? body : ""),
  };
}

function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
