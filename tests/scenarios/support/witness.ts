import type { KubeClient } from "../../../src/kube/client.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import { lines } from "../../../src/runtime/lines.ts";
import type { Json } from "./json.ts";
import { News } from "./news.ts";
import { CAPACITY_LABEL, TRUE_KIND_LABEL } from "./stage.ts";

/** A pod as it was last seen. */
export interface SeenPod {
  readonly uid: string;
  readonly name: string;
  readonly app: string;
  readonly owner: string;
  readonly slot: number | undefined;
  readonly label: string | undefined;
  /** Of its node; undefined while it is not bound. */
  readonly on: "spot" | "on-demand" | undefined;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
  readonly object: Json;
}

/** Watches the pods of a namespace from outside, and keeps what the tests ask of their history. */
export class Witness {
  readonly pods = new Map<string, SeenPod>();
  /** Pods that came since `mark`. */
  readonly created = new Set<string>();
  /** UIDs of pods that were evicted through the API. */
  readonly evicted = new Set<string>();
  readonly removed: SeenPod[] = [];
  /** By UID, of those: when. Wall-clock milliseconds. */
  readonly removedMs = new Map<string, number>();
  readonly #known = new Set<string>();
  /** By app: fewest ready pods, and fewest ready on on-demand, at any event since `mark`. */
  #fewest = new Map<string, { ready: number; readyOnDemand: number }>();
  /** By app: the floor, and whether it was ever reached. */
  readonly #floors = new Map<string, { floor: number; isReached: boolean; broken: string | undefined }>();
  readonly #abort = new AbortController();
  readonly #news: News;
  readonly #clock: Clock;
  readonly #nodes: Map<string, "spot" | "on-demand">;
  #reading: Promise<void> = Promise.resolve();

  private constructor(nodes: Map<string, "spot" | "on-demand">, clock: Clock) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#news = new News(clock);
  }

  static async start(
    client: KubeClient,
    { namespace, clock }: { namespace: string; clock: Clock },
  ): Promise<Witness> {
    const signal = new AbortController().signal;
    const { items } = await client.request<Json>("GET", "/api/v1/nodes", { signal });
    const kindOf = (labels: Json = {}) => labels[TRUE_KIND_LABEL] ?? labels[CAPACITY_LABEL];
    const nodes = items.map(({ metadata }: Json) => [metadata.name, kindOf(metadata.labels)]);
    const witness = new Witness(new Map(nodes), clock);
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const { metadata } = await client.request<Json>("GET", path, { signal });
    witness.#reading = witness.#read(client, { path, from: metadata.resourceVersion });
    return witness;
  }

  /** A node that was made after the witness came. */
  knowNode(name: string, kind: "spot" | "on-demand"): void {
    this.#nodes.set(name, kind);
  }

  /** From now on, fewer ready on-demand pods than `floor` are a failure, once there were as many. */
  watchFloor(app: string, floor: number): void {
    this.#floors.set(app, { floor, isReached: false, broken: undefined });
  }

  /** Whoever waits with `until` asks again: for what no event tells. */
  tell(): void {
    this.#news.tell();
  }

  /** Starts counting anew. */
  mark(): void {
    this.created.clear();
    this.evicted.clear();
    this.removed.length = 0;
    this.#fewest = new Map();
  }

  of(app: string): SeenPod[] {
    return [...this.pods.values()].filter((pod) => pod.app === app);
  }

  /** Pods that stay, by the kind of their node. */
  split(app: string): { spot: number; onDemand: number; unbound: number } {
    const live = this.of(app).filter((pod) => !pod.isTerminating);
    const count = (on: SeenPod["on"]) => live.filter((pod) => pod.on === on).length;
    return { spot: count("spot"), onDemand: count("on-demand"), unbound: count(undefined) };
  }

  fewestReady(app: string): number {
    return this.#fewest.get(app)?.ready ?? Infinity;
  }

  /** Throws where a floor that `watchFloor` named was never reached, or broken after that. */
  checkFloors(): void {
    for (const [app, { broken, floor, isReached }] of this.#floors) {
      if (broken !== undefined) throw new Error(broken);
      if (!isReached) throw new Error(`${app} never had its floor of ${floor} ready on-demand pods`);
    }
  }

  /** What a change must have cost: pods that came, and pods that were evicted, since `mark`. */
  cost(): { created: number; evicted: number } {
    return { created: this.created.size, evicted: this.evicted.size };
  }

  /** The slots of an app's pods, in order. */
  slots(app: string): (number | undefined)[] {
    return this.of(app).map((pod) => pod.slot).toSorted((a, b) => (a ?? -1) - (b ?? -1));
  }

  /** Whether exactly `replicas` pods of an app are there and ready, and none is on its way out. */
  isSettled(app: string, replicas: number): boolean {
    const pods = this.of(app);
    return pods.length === replicas && pods.every((pod) => pod.isReady && !pod.isTerminating);
  }

  async settled(app: string, replicas: number, ms = 60_000): Promise<void> {
    await this.until(() => this.isSettled(app, replicas), { what: `${replicas} ready pods of ${app}`, ms });
  }

  /** Waits for the moment at which `holds` does: asked at every event. */
  async until(holds: () => boolean, { what, ms = 60_000 }: { what: string; ms?: number }): Promise<void> {
    const isSeen = await this.#news.until(() => holds() || undefined, ms);
    if (!isSeen) throw new Error(`not within ${ms} ms: ${what}\n${this.#describe()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#reading;
  }

  /** A burst makes the API server end watches cleanly: going on from the last event misses nothing. */
  async #read(client: KubeClient, { path, from }: { path: string; from: string }): Promise<void> {
    const { signal } = this.#abort;
    let resourceVersion = from;
    while (!signal.aborted) {
      try {
        const query = { watch: "true", resourceVersion, allowWatchBookmarks: "true", timeoutSeconds: "3000" };
        const stream = await client.stream(path, { query, signal });
        for await (const batch of lines(stream, { signal })) {
          for (const line of batch) {
            const event = JSON.parse(line);
            resourceVersion = event.object.metadata?.resourceVersion ?? resourceVersion;
            this.#see(event);
          }
          this.#news.tell();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  #see({ type, object }: { type: string; object: Json }): void {
    if (type === "BOOKMARK") return;
    if (type === "ERROR") throw new Error(`the witness's watch: ${JSON.stringify(object)}`);
    const pod = this.#seen(object);
    if (!this.#known.has(pod.uid)) this.created.add(pod.uid);
    this.#known.add(pod.uid);
    const isEvicted = (object.status?.conditions ?? []).some(({ type, reason }: Json) =>
      type === "DisruptionTarget" && reason === "EvictionByEvictionAPI"
    );
    if (isEvicted) this.evicted.add(pod.uid);
    if (type === "DELETED") {
      this.pods.delete(pod.uid);
      this.removed.push(pod);
      this.removedMs.set(pod.uid, this.#clock.wall());
    } else {
      this.pods.set(pod.uid, pod);
    }
    this.#measure(pod.app);
  }

  #seen({ metadata, spec, status }: Json): SeenPod {
    const slot = metadata.annotations?.["spotalis.io/slot"];
    return {
      uid: metadata.uid,
      name: metadata.name,
      app: metadata.labels?.app ?? "",
      owner: metadata.ownerReferences?.[0]?.name ?? "",
      slot: slot === undefined ? undefined : Number(slot),
      label: metadata.labels?.["spotalis.io/capacity"],
      on: spec.nodeName === undefined ? undefined : this.#nodes.get(spec.nodeName),
      isReady: (status?.conditions ?? []).some(({ type, status }: Json) =>
        type === "Ready" && status === "True"
      ),
      isTerminating: metadata.deletionTimestamp !== undefined,
      object: { metadata, spec, status },
    };
  }

  #measure(app: string): void {
    const ready = this.of(app).filter((pod) => pod.isReady && !pod.isTerminating);
    const readyOnDemand = ready.filter((pod) => pod.on === "on-demand").length;
    const fewest = this.#fewest.get(app) ?? { ready: Infinity, readyOnDemand: Infinity };
    this.#fewest.set(app, {
      ready: Math.min(fewest.ready, ready.length),
      readyOnDemand: Math.min(fewest.readyOnDemand, readyOnDemand),
    });
    const watched = this.#floors.get(app);
    if (watched === undefined) return;
    if (readyOnDemand >= watched.floor) watched.isReached = true;
    else if (watched.isReached) {
      watched.broken ??= `${app} had ${readyOnDemand} ready on-demand pods, its floor is ${watched.floor}`;
    }
  }

  #describe(): string {
    return [...this.pods.values()].map((pod) =>
      `${pod.name} slot=${pod.slot} label=${pod.label} on=${pod.on}` +
      `${pod.isReady ? " ready" : ""}${pod.isTerminating ? " terminating" : ""}`
    ).join("\n");
  }
}
