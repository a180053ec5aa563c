import type { Clock } from "../../src/runtime/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** Longest chain of promises that one step of the program under test goes through, with room to spare. */
const MICROTASKS = 200;

/** Lets everything run that waits for nothing but other promises. */
export async function settle(): Promise<void> {
  for (let i = 0; i < MICROTASKS; i++) await undefined;
}

/** Time that moves only when a test says so. */
export class FakeClock implements Clock {
  /** In order of creation, which is what decides between timers of the same moment. */
  readonly #timers = new Set<Timer>();
  readonly #startMs: number;
  #nowMs: number;
  #startWallMs: number;
  #created = 0;

  constructor({ now = 1_000, wall = Date.UTC(2026, 0, 1) }: { now?: number; wall?: number } = {}) {
    this.#startMs = now;
    this.#nowMs = now;
    this.#startWallMs = wall;
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return Math.floor(this.#startWallMs + this.#nowMs - this.#startMs);
  }

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(ms, 0), run };
    this.#timers.add(timer);
    this.#created++;
    return () => void this.#timers.delete(timer);
  }

  /** How many timers wait to fire. */
  get timers(): number {
    return this.#timers.size;
  }

  /** How many timers were ever made. */
  get created(): number {
    return this.#created;
  }

  /** How long until the next timer fires; undefined: there is none. */
  get nextMs(): number | undefined {
    const next = this.#next(Infinity);
    return next === undefined ? undefined : next.atMs - this.#nowMs;
  }

  /** Fires what is due within `ms`, in order, and lets promises run between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.run();
      await settle();
    }
    this.#nowMs = endMs;
  }

  /** Somebody sets the wall clock; elapsed time is not touched. */
  jumpWall(ms: number): void {
    this.#startWallMs += ms;
  }

  /** The process stands still, as under SIGSTOP: time passes, and what is due has not fired yet. */
  freeze(ms: number): void {
    this.#nowMs += ms;
  }

  #next(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= untilMs && (first === undefined || timer.atMs < first.atMs)) first = timer;
    }
    return first;
  }
}
