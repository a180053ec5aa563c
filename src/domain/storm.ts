import { CAPACITIES, type Capacity, isCapacity, type NodeCapacity } from "./capacity.ts";

/** What of a node counts here. */
export interface NodeState {
  readonly capacity: NodeCapacity;
  /** Why it is departing. */
  readonly departing: string | undefined;
}

export interface NodeChange {
  readonly name: string;
  /** Undefined: it is new. */
  readonly before: NodeState | undefined;
  /** Undefined: it is gone. */
  readonly after: NodeState | undefined;
  /** Whether no pod of a workload is on it. */
  readonly isEmpty: boolean;
}

/** What a process can know of the time before it has read the cluster, by kind. */
export type Past = Readonly<Record<Capacity, { readonly departing: number; readonly told: number }>>;

/** Why no pod is moved by choice, and until when if nothing changes. */
export interface StormHold {
  readonly detail: string;
  readonly untilMs: number;
}

/** The count that the nodes of now are compared with is the highest of so long. */
export const MEMORY_MS = 600_000;
/** A storm is over when no kind has been short for so long: nodes that come and go make one storm. */
export const CALM_MS = 60_000;
/** When one node changes its kind, others of its group are likely to follow in a moment. */
export const RELABEL_MS = 10_000;

/** So many nodes of a kind were there and not departing, until that time; Infinity: they are. */
interface Level {
  count: number;
  untilMs: number;
}

/**
 * Tells a storm: more than a third of the nodes of a kind are departing, gone, or say now that they are of
 * another kind. It ends when the nodes are back, or when there has been no worse for ten minutes: then it is
 * meant, or nothing to wait for. Times are monotonic milliseconds.
 */
export class StormWatch {
  readonly #kinds: Readonly<Record<Capacity, KindWatch>> = {
    "spot": new KindWatch(),
    "on-demand": new KindWatch(),
  };

  /** Nodes that have changed their kind, and of which they were before. */
  readonly #relabelled = new Map<string, { readonly was: NodeCapacity; readonly atMs: number }>();

  /** A node is new, gone, departing, back, or of another kind. */
  change({ name, before, after, isEmpty }: NodeChange, nowMs: number): void {
    const isRelabelled = before !== undefined && after !== undefined && before.capacity !== after.capacity;
    // A label that is taken back: it never was what it said in between.
    const isBack = isRelabelled && this.#wasLately(name, nowMs) === after.capacity;
    if (isRelabelled) this.#relabel(name, { was: before.capacity, isBack, nowMs });
    const [from, to] = [presentKind(before), presentKind(after)];
    if (from === to) return;
    if (from !== undefined) this.#kinds[from].lose({ isNoLoss: isRelabelled ? isBack : isEmpty, nowMs });
    if (to !== undefined) this.#kinds[to].gain(1, nowMs);
  }

  /**
   * Called once, when the cluster has been read: `departing` nodes of a kind were whole not long ago, and
   * `told` are nodes of another kind now, or gone, of which all pods say that they were of it.
   */
  begin(past: Past, nowMs: number): void {
    for (const capacity of CAPACITIES) {
      const { departing, told } = past[capacity];
      const kind = this.#kinds[capacity];
      if (told > 0) kind.relabelled(nowMs);
      kind.gain(departing + told, nowMs);
      kind.gain(-departing - told, nowMs);
    }
  }

  #wasLately(name: string, nowMs: number): NodeCapacity | undefined {
    const known = this.#relabelled.get(name);
    return known !== undefined && known.atMs + MEMORY_MS > nowMs ? known.was : undefined;
  }

  #relabel(
    name: string,
    { was, isBack, nowMs }: { was: NodeCapacity; isBack: boolean; nowMs: number },
  ): void {
    for (const [other, { atMs }] of this.#relabelled) {
      if (atMs + MEMORY_MS <= nowMs) this.#relabelled.delete(other);
    }
    if (isBack) this.#relabelled.delete(name);
    else this.#relabelled.set(name, { was, atMs: nowMs });
    if (isCapacity(was)) this.#kinds[was].relabelled(nowMs);
  }

  /** The kinds that the storm is about. */
  stormy(nowMs: number): readonly Capacity[] {
    return CAPACITIES.filter((capacity) => this.#kinds[capacity].endMs(nowMs) > nowMs);
  }

  /** Why no pod may be moved by choice now, or undefined. */
  hold(nowMs: number): StormHold | undefined {
    const kinds = this.stormy(nowMs);
    if (kinds.length > 0) {
      return {
        detail: kinds.map((capacity) => this.#kinds[capacity].describe(capacity, nowMs)).join("; "),
        untilMs: Math.max(...kinds.map((capacity) => this.#kinds[capacity].endMs(nowMs))),
      };
    }
    const changed = CAPACITIES.find((capacity) => nowMs < this.#kinds[capacity].relabelledMs + RELABEL_MS);
    return changed === undefined ? undefined : {
      detail: `the kind of a node has changed only now (it was ${changed}): others may follow`,
      untilMs: this.#kinds[changed].relabelledMs + RELABEL_MS,
    };
  }
}

/** The kind that a node is counted as: none where it is departing. */
function presentKind(node: NodeState | undefined): Capacity | undefined {
  return node !== undefined && node.departing === undefined && isCapacity(node.capacity)
    ? node.capacity
    : undefined;
}

class KindWatch {
  /** When a node of this kind last became one of another. */
  relabelledMs = -Infinity;
  /** Oldest first, and each higher than those that came later: the others no longer matter. */
  #levels: Level[] = [{ count: 0, untilMs: Infinity }];
  /** When too many were last missing, as far as that is over. */
  #shortMs = -Infinity;

  relabelled(nowMs: number): void {
    this.relabelledMs = nowMs;
  }

  gain(nodes: number, nowMs: number): void {
    this.#note(nowMs);
    const count = this.#present + nodes;
    while (this.#levels.length > 0 && this.#levels[0]!.untilMs + MEMORY_MS <= nowMs) this.#levels.shift();
    const last = this.#levels.at(-1);
    if (last !== undefined) last.untilMs = nowMs;
    while (this.#levels.length > 0 && this.#levels.at(-1)!.count <= count) this.#levels.pop();
    this.#levels.push({ count, untilMs: Infinity });
  }

  /** `isNoLoss`, where nothing ran on it: autoscalers remove such nodes by the dozen, and nobody is worse off. */
  lose({ isNoLoss, nowMs }: { isNoLoss: boolean; nowMs: number }): void {
    this.gain(-1, nowMs);
    if (!isNoLoss) return;
    for (const level of this.#levels) level.count = Math.max(this.#present, level.count - 1);
  }

  /** When the storm is over if nothing changes; a time that has passed: there is none. */
  endMs(nowMs: number): number {
    const isShort = this.#levels.filter((level) => level.untilMs + MEMORY_MS > nowMs && this.#isShortOf(level));
    this.#note(nowMs);
    return Math.max(this.#shortMs, ...isShort.map(({ untilMs }) => untilMs + MEMORY_MS)) + CALM_MS;
  }

  describe(capacity: Capacity, nowMs: number): string {
    const known = this.#levels.filter(({ untilMs }) => untilMs + MEMORY_MS > nowMs);
    const peak = Math.max(...known.map(({ count }) => count));
    return peak > this.#present
      ? `${peak - this.#present} of ${peak} ${capacity} nodes are departing, gone or of another kind`
      : `${capacity} nodes were missing until a moment ago`;
  }

  get #present(): number {
    return this.#levels.at(-1)!.count;
  }

  /** Before the counts change, and whenever they are looked at: up to when too many were missing. */
  #note(nowMs: number): void {
    for (const level of this.#levels) {
      if (!this.#isShortOf(level)) continue;
      this.#shortMs = Math.max(this.#shortMs, Math.min(nowMs, level.untilMs + MEMORY_MS));
    }
  }

  /** One node that goes is nothing unusual, even of two; one that changes its kind is. */
  #isShortOf({ count, untilMs }: Level): boolean {
    const missing = count - this.#present;
    const least = this.relabelledMs >= untilMs ? 1 : 2;
    return missing >= least && missing * 3 > count;
  }
}
