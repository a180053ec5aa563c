import type { Clock } from "./clock.ts";

/** Keys that are remembered; beyond them all share one. */
const MOST_KEYS = 100;

/** Lets one of many events of a kind through in each period, so that nobody can fill a log. */
export class Sparing {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #kinds = new Map<string, { throughMs: number; leftOut: number }>();

  constructor(clock: Clock, { everyMs }: { everyMs: number }) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** How many of this kind were left out before this one; undefined: this one is to be left out, too. */
  pass(kind: string): number | undefined {
    const key = this.#kinds.has(kind) || this.#kinds.size < MOST_KEYS ? kind : "";
    const nowMs = this.#clock.now();
    const known = this.#kinds.get(key);
    if (known !== undefined && nowMs < known.throughMs + this.#everyMs) {
      known.leftOut++;
      return undefined;
    }
    this.#kinds.set(key, { throughMs: nowMs, leftOut: 0 });
    return known?.leftOut ?? 0;
  }
}
