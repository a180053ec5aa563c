import type { Capacity } from "../domain/capacity.ts";
import { formatDuration } from "../domain/duration.ts";
import { type Past, type StormHold, StormWatch } from "../domain/storm.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { ClusterCache } from "./cluster_cache.ts";

export interface StormsDeps {
  readonly cache: Pick<ClusterCache, "nodes" | "pods" | "hasSynced">;
  /** Whether pods of a namespace can be ours: what others say of nodes, such as another operator, is theirs. */
  readonly isOurs: (namespace: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly announce: (storm: { readonly isOver: boolean; readonly note: string }) => void;
}

/** How often to look whether a storm is over. */
const CHECK_MS = 5_000;

/** Watches the nodes for a storm, on every replica: so one that takes over knows what came before. */
export class Storms {
  readonly #deps: StormsDeps;
  readonly #watch = new StormWatch();
  #hasBegun = false;
  #sinceMs: number | undefined;
  #wake: () => void = () => {};

  constructor(deps: StormsDeps) {
    this.#deps = deps;
  }

  /** Follows the nodes, from before they are first read. */
  connect(): void {
    const { cache, clock } = this.#deps;
    cache.nodes.onChange(({ before, after }) => {
      const { name } = (after ?? before)!;
      const isEmpty = cache.pods.by("byNode", name).size === 0;
      this.#watch.change({ name, before, after, isEmpty }, clock.now());
    });
  }

  /** Called when the caches are synced; looks for what the pods tell of the time before. */
  begin(): void {
    if (this.#hasBegun || !this.#deps.cache.hasSynced) return;
    this.#hasBegun = true;
    this.#watch.begin(this.#past(), this.#deps.clock.now());
  }

  /** Tells the end of a storm when it comes, also where no workload waits for it. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    signal.addEventListener("abort", () => this.#wake());
    while (!signal.aborted) {
      if (this.#sinceMs === undefined) {
        await new Promise<void>((resolve) => this.#wake = resolve);
      } else {
        await sleep(clock, CHECK_MS, signal);
        if (!signal.aborted) this.hold(clock.now());
      }
    }
  }

  /** The kinds that the storm is about. */
  stormy(): readonly Capacity[] {
    return this.#watch.stormy(this.#deps.clock.now());
  }

  /** Why no pod may be moved by choice now, or undefined. Asked by the leader, who tells of it as well. */
  hold(nowMs: number): StormHold | undefined {
    this.begin();
    const hold = this.#watch.hold(nowMs);
    const kinds = this.#watch.stormy(nowMs);
    if (kinds.length > 0 && this.#sinceMs === undefined) this.#begun(hold!, { kinds, nowMs });
    else if (kinds.length === 0 && this.#sinceMs !== undefined) this.#ended(nowMs);
    return hold;
  }

  #begun(
    { detail, untilMs }: StormHold,
    { kinds, nowMs }: { kinds: readonly Capacity[]; nowMs: number },
  ): void {
    const { log, announce } = this.#deps;
    this.#sinceMs = nowMs;
    this.#wake();
    const longestMs = Math.round(untilMs - nowMs);
    log.warn("node storm", { kinds, detail, longestMs });
    const note = `${detail}: no pod is moved for the sake of a split until they are back, ` +
      `or for ${formatDuration(longestMs)} if it gets no worse`;
    announce({ isOver: false, note });
  }

  #ended(nowMs: number): void {
    const { log, announce } = this.#deps;
    const afterMs = Math.round(nowMs - this.#sinceMs!);
    this.#sinceMs = undefined;
    log.info("node storm over", { afterMs });
    announce({ isOver: true, note: `the nodes are back, or have stayed as they are: moves go on` });
  }

  #past(): Past {
    const { cache } = this.#deps;
    const past = {
      "spot": { departing: 0, told: 0 },
      "on-demand": { departing: 0, told: 0 },
    };
    for (const { capacity, departing } of cache.nodes.values()) {
      if (departing !== undefined && capacity !== "unknown") past[capacity].departing++;
    }
    for (const [name, kinds] of this.#kindsToldByPods()) {
      const [told] = kinds;
      if (kinds.size === 1 && cache.nodes.get(name)?.capacity !== told) past[told!].told++;
    }
    return past;
  }

  /** A placed pod can only have been bound to a node of its kind. */
  #kindsToldByPods(): Map<string, Set<Capacity>> {
    const byNode = new Map<string, Set<Capacity>>();
    const { cache, isOurs } = this.#deps;
    for (const { namespace, nodeName, placed, isFinished } of cache.pods.values()) {
      if (nodeName === undefined || placed === undefined || isFinished || !isOurs(namespace)) continue;
      const kinds = byNode.get(nodeName) ?? new Set();
      byNode.set(nodeName, kinds.add(placed));
    }
    return byNode;
  }
}
