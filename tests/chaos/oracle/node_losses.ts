import type { Clock } from "../../../src/runtime/clock.ts";
import type { Storage, StorageChange } from "../../../src/sim/api/storage.ts";
import { controllerOf, type Node } from "../../../src/sim/objects.ts";
import { isGoing, nodeKind } from "./truth.ts";

const KINDS = ["spot", "on-demand"] as const;
type Kind = typeof KINDS[number];

/** The count that nodes are compared with is the highest of so long. */
export const MEMORY_MS = 600_000;

interface Losses {
  /** Nodes that were lost with pods on them, and are not back. */
  readonly lost: Map<string, number>;
  /** How many there were, and up to when: the last holds still. */
  readonly counts: { readonly count: number; untilMs: number }[];
  stormSince: number | undefined;
}

/** Follows how many nodes of each kind are there, and tells a storm: more than a third of a kind is lost. */
export class NodeLosses {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #kinds: Readonly<Record<Kind, Losses>> = { "spot": newLosses(), "on-demand": newLosses() };
  /** The kind that each node is counted as. */
  readonly #present = new Map<string, Kind>();
  /** When a node was last lost, or became one of another kind. */
  lostMs = -Infinity;

  constructor(deps: { storage: Storage; clock: Clock }) {
    this.#storage = deps.storage;
    this.#clock = deps.clock;
  }

  /** A node is there, or no longer, or is going, or of another kind. */
  changed(node: Node, event: StorageChange["event"]): void {
    const { name } = node.metadata;
    const nowMs = this.#clock.now();
    const kind = nodeKind(node);
    const [was, is] = [
      this.#present.get(name),
      event === "DELETED" || isGoing(node) || kind === "unknown" ? undefined : kind,
    ];
    if (was === is) return;
    if (is === undefined) this.#present.delete(name);
    else this.#present.set(name, is);
    if (was !== undefined) this.#lose(was, { name, nowMs });
    if (is !== undefined) this.#kinds[is].lost.delete(name);
    for (const each of KINDS) this.#count(each, nowMs);
  }

  /** Since when there is a storm, up to now without a break; undefined: there is none. */
  stormSince(): number | undefined {
    const nowMs = this.#clock.now();
    const since = KINDS.flatMap((kind) => {
      this.#look(kind, nowMs);
      return this.#kinds[kind].stormSince ?? [];
    });
    return since.length === 0 ? undefined : Math.min(...since);
  }

  #lose(kind: Kind, { name, nowMs }: { name: string; nowMs: number }): void {
    this.lostMs = nowMs;
    const hasPods = this.#storage.podsOn(name).some((pod) =>
      ["ReplicaSet", "StatefulSet"].includes(controllerOf(pod)?.kind ?? "")
    );
    if (hasPods) this.#kinds[kind].lost.set(name, nowMs);
  }

  #count(kind: Kind, nowMs: number): void {
    const { counts } = this.#kinds[kind];
    let count = 0;
    for (const each of this.#present.values()) if (each === kind) count++;
    const last = counts.at(-1);
    if (last !== undefined) last.untilMs = nowMs;
    counts.push({ count, untilMs: Infinity });
    this.#look(kind, nowMs);
  }

  #look(kind: Kind, nowMs: number): void {
    const losses = this.#kinds[kind];
    const { lost, counts } = losses;
    while (counts.length > 1 && counts[0]!.untilMs + MEMORY_MS <= nowMs) counts.shift();
    for (const [name, atMs] of lost) if (atMs + MEMORY_MS <= nowMs) lost.delete(name);
    const peak = Math.max(...counts.map(({ count }) => count));
    const missing = Math.min(lost.size, peak - (counts.at(-1)?.count ?? 0));
    const isStorm = missing >= 2 && missing * 3 > peak;
    losses.stormSince = isStorm ? losses.stormSince ?? nowMs : undefined;
  }
}

function newLosses(): Losses {
  return { lost: new Map(), counts: [], stormSince: undefined };
}
