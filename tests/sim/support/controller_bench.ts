import { seededRandom } from "../../../src/runtime/random.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";
import { bind } from "../../../src/sim/api/binding.ts";
import { type Admit, ApiServer, type Draft } from "../../../src/sim/api/api_server.ts";
import { Storage } from "../../../src/sim/api/storage.ts";
import type { ControllerDeps } from "../../../src/sim/controllers/control_loop.ts";
import { type ApiObject, isTerminating, type Pod } from "../../../src/sim/objects.ts";
import { NAMESPACES, PODS, type ResourceType } from "../../../src/sim/resources.ts";
import { readyStatus } from "./workloads.ts";

const NAMESPACE = "default";
const BIND_MS = 50;

export interface BenchOptions {
  /** Of admission webhooks; by default there are none. */
  readonly admit?: (bench: ControllerBench, ...request: Parameters<Admit>) => ReturnType<Admit>;
  /** From a pod's creation until it is ready. */
  readonly startMs?: number;
  /** From a pod's deletion until it is gone. */
  readonly stopMs?: number;
}

interface Controller {
  run(signal: AbortSignal): Promise<void>;
}

/** Controllers on an API server of their own, in virtual time, with a kubelet that plays along. */
export class ControllerBench {
  readonly clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5, 12) });
  readonly storage = new Storage();
  readonly api: ApiServer;
  readonly deps: ControllerDeps;
  /** What has been recorded: `KIND/NAME REASON MESSAGE`. */
  readonly events: string[] = [];
  /** Pods for which this holds stay as they are. */
  isStuck: (pod: Pod) => boolean = () => false;
  readonly #options: BenchOptions;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    const { clock, storage } = this;
    const { admit = (_, { object }) => object } = options;
    const random = seededRandom(7);
    this.api = new ApiServer({
      clock,
      random,
      storage,
      strategies: new Map(),
      admit: (request) => admit(this, request),
    });
    const record: ControllerDeps["record"] = ({ kind, metadata }, { reason, message }) => {
      this.events.push(`${kind}/${metadata.name} ${reason} ${message}`);
    };
    this.deps = { api: this.api, clock, random: seededRandom(8), record };
    storage.onChange(({ type, before, object, event }) => {
      if (type !== PODS) return;
      if (event === "ADDED") this.#start(object as Pod);
      if (event === "MODIFIED" && isTerminating(object) && !isTerminating(before!)) this.#stop(object as Pod);
    });
  }

  async create<T extends ApiObject>(type: ResourceType, draft: Draft<T>): Promise<T> {
    return await this.api.create<T>(type, { ...draft, metadata: { namespace: NAMESPACE, ...draft.metadata } });
  }

  get<T extends ApiObject>(type: ResourceType, name: string): T {
    return this.api.get<T>(type, { namespace: NAMESPACE, name });
  }

  /** Writes a changed object, as `kubectl edit` does. */
  edit<T extends ApiObject>(type: ResourceType, name: string, change: (object: T) => T): T {
    return this.api.update(type, change(this.get<T>(type, name)));
  }

  /** Changes the status of a pod, as a kubelet does. */
  setPodStatus(name: string, status: Pod["status"]): void {
    const pod = this.get<Pod>(PODS, name);
    this.api.update(PODS, { ...pod, status: { ...pod.status, ...status } }, { subresource: "status" });
  }

  delete(type: ResourceType, name: string): void {
    this.api.delete(type, { namespace: NAMESPACE, name });
  }

  /** By name. */
  all<T extends ApiObject>(type: ResourceType): T[] {
    return [...this.storage.all<T>(type)].sort((a, b) => a.metadata.name < b.metadata.name ? -1 : 1);
  }

  get pods(): Pod[] {
    return this.all<Pod>(PODS);
  }

  async pass(seconds: number): Promise<void> {
    await this.clock.run(this.clock.now() + seconds * 1_000);
  }

  #start({ metadata }: Pod): void {
    this.#later(metadata, BIND_MS, (pod) => {
      if (isTerminating(pod)) return;
      bind(this.api, { ref: pod.metadata, nodeName: "node-0", wallMs: this.clock.wall() });
    });
    this.#later(metadata, this.#options.startMs ?? 1_000, (pod) => {
      if (isTerminating(pod)) return;
      const status = readyStatus(this.clock.wall());
      this.api.update(PODS, { ...pod, status }, { subresource: "status" });
    });
  }

  #stop({ metadata }: Pod): void {
    this.#later(
      metadata,
      this.#options.stopMs ?? 500,
      () => this.api.delete(PODS, metadata, { gracePeriodSeconds: 0 }),
    );
  }

  #later({ uid, ...ref }: Pod["metadata"], ms: number, act: (pod: Pod) => void): void {
    this.clock.after(ms, () => {
      const pod = this.storage.get<Pod>(PODS, ref);
      if (pod?.metadata.uid === uid && !this.isStuck(pod)) act(pod);
    });
  }
}

/** Runs `story` on a bench with these controllers, and ends them after it. */
export async function onBench(
  controllers: (deps: ControllerDeps) => readonly Controller[],
  story: (bench: ControllerBench) => Promise<void>,
  options: BenchOptions = {},
): Promise<void> {
  const bench = new ControllerBench(options);
  await bench.api.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  const end = new AbortController();
  const runs = controllers(bench.deps).map((controller) => controller.run(end.signal));
  try {
    await story(bench);
  } finally {
    end.abort();
    await Promise.all(runs);
  }
}
