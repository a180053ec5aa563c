import { setImmediate } from "node:timers";
import type { Clock } from "./clock.ts";

interface Timer {
  readonly atMs: number;
  /** Decides between timers of the same moment: the one that was made first. */
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * Time that passes only when it is told to, as far as it is told to, however long that takes in real
 * time. Between two timers all promises run that can, so that the same program with the same seed does
 * the same things in the same order.
 */
export class VirtualClock implements Clock {
  readonly #startWallMs: number;
  /** A binary heap: the next timer is the first. */
  readonly #heap: Timer[] = [];
  #nowMs = 0;
  #made = 0;

  constructor({ wallMs }: { wallMs: number }) {
    this.#startWallMs = wallMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return Math.floor(this.#startWallMs + this.#nowMs);
  }

  after(ms: number, run: () => void): () => void {
    // Whole milliseconds, as real timers have: a remainder of 1e-12 ms would be waited for without end.
    const atMs = Math.ceil(this.#nowMs + Math.max(ms, 0));
    const timer = { atMs, order: this.#made++, run, isCancelled: false };
    this.#push(timer);
    return () => void (timer.isCancelled = true);
  }

  /** Fires in order what is due until `untilMs`, and stops early, at a timer, once `signal` is aborted. */
  async run(untilMs: number, signal?: AbortSignal): Promise<void> {
    await settled();
    for (let timer = this.#heap[0]; timer !== undefined && timer.atMs <= untilMs; timer = this.#heap[0]) {
      if (signal?.aborted) return;
      this.#pop();
      if (timer.isCancelled) continue;
      this.#nowMs = timer.atMs;
      timer.run();
      await settled();
    }
    if (!signal?.aborted) this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Lets time pass until `work` is done, at whatever moment that is; fails where nothing is left to happen. */
  async complete<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = new AbortController();
    const end = () => {
      isDone = true;
      done.abort();
    };
    work.then(end, end);
    await this.run(Number.MAX_VALUE, done.signal);
    if (!isDone) throw new Error("nothing is left to happen, and what was waited for has not");
    return await work;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, timer)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** One turn of the event loop: it comes after every promise that can go on without it. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
