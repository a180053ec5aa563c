import { Lifecycle } from "../../../src/runtime/lifecycle.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import { ApiServer } from "../../../src/sim/api/api_server.ts";
import { bind } from "../../../src/sim/api/binding.ts";
import { Storage } from "../../../src/sim/api/storage.ts";
import type { ControllerDeps } from "../../../src/sim/controllers/control_loop.ts";
import { type ApiObject, isTerminating, type Pod, timestamp } from "../../../src/sim/objects.ts";
import { NAMESPACES, PODS, type ResourceType } from "../../../src/sim/resources.ts";
import { STRATEGIES } from "../../../src/sim/strategies/strategies.ts";

interface Controller {
  run(signal: AbortSignal): Promise<void>;
}

// deno-lint-ignore no-explicit-any
type Loose = any;

export const SPEC = { containers: [{ name: "c", image: "nginx:1" }] };
export const TEMPLATE = { metadata: { labels: { app: "a" } }, spec: SPEC };
export const SELECTOR = { matchLabels: { app: "a" } };

/** An API server with some controllers and no nodes: what kubelets would do, a test does. */
export class SmallCluster implements AsyncDisposable {
  readonly clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5) });
  readonly storage = new Storage();
  readonly api = new ApiServer({
    clock: this.clock,
    random: seededRandom(1, "names"),
    storage: this.storage,
    strategies: STRATEGIES,
    admit: ({ object }) => object,
  });
  /** Reasons of the Events that the controllers recorded. */
  readonly told: string[] = [];
  readonly #lifecycle = new Lifecycle();

  /** With the namespace `a`. */
  static async with(...controllers: (new (deps: ControllerDeps) => Controller)[]): Promise<SmallCluster> {
    const cluster = new SmallCluster();
    await cluster.api.create(NAMESPACES, { metadata: { name: "a" } });
    cluster.start(...controllers);
    await cluster.pass();
    return cluster;
  }

  start(...controllers: (new (deps: ControllerDeps) => Controller)[]): void {
    for (const type of controllers) {
      const controller = new type({
        api: this.api,
        clock: this.clock,
        random: seededRandom(1, type.name),
        record: (_, { reason }) => this.told.push(reason),
      });
      this.#lifecycle.start(type.name, (signal) => controller.run(signal));
    }
  }

  /** Lets time pass: a second is enough for all that follows from a change. */
  async pass(ms = 1_000): Promise<void> {
    await this.clock.run(this.clock.now() + ms);
  }

  /** In the namespace `a`, unless it is told. */
  async create<T extends ApiObject = Loose>(type: ResourceType, object: Loose): Promise<T> {
    const metadata = { ...(type.namespaced ? { namespace: "a" } : {}), ...object.metadata };
    return await this.api.create(type, { ...object, metadata });
  }

  get<T extends ApiObject = Loose>(type: ResourceType, name: string, namespace = "a"): T | undefined {
    return this.storage.get<T>(type, type.namespaced ? { namespace, name } : { name });
  }

  names(type: ResourceType): string[] {
    return [...this.storage.all(type)].map(({ metadata }) => metadata.name).sort();
  }

  pods(): Pod[] {
    return [...this.storage.all<Pod>(PODS)].toSorted((a, b) => a.metadata.name < b.metadata.name ? -1 : 1);
  }

  /** Binds a pod that has no node, and reports how it does. */
  report(
    { metadata }: Pod,
    phase: "Running" | "Succeeded" | "Failed",
    { isReady = phase === "Running", nodeName = "n" } = {},
  ): void {
    const { spec } = this.api.get<Pod>(PODS, metadata);
    if (spec.nodeName === undefined) bind(this.api, { ref: metadata, nodeName, wallMs: this.clock.wall() });
    const pod = this.api.get<Pod>(PODS, metadata);
    const lastTransitionTime = timestamp(this.clock.wall());
    const conditions = [{ type: "Ready", status: isReady ? "True" : "False", lastTransitionTime }];
    this.api.update(PODS, { ...pod, status: { ...pod.status, phase, conditions } as Loose }, {
      subresource: "status",
    });
  }

  /** Ends what is being deleted, as a kubelet does in the end. */
  endPods(): void {
    for (const pod of this.pods().filter(isTerminating)) {
      this.api.delete(PODS, pod.metadata, { gracePeriodSeconds: 0 });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lifecycle.stop();
    await this.#lifecycle.join();
  }
}
