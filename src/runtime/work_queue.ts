import type { Clock } from "./clock.ts";

/**
 * Keys to be worked on. One key is never worked on twice at once; many adds before it is taken are
 * one; an add while it is worked on makes it come again (client-go's `util/workqueue`).
 */
export class WorkQueue {
  readonly #clock: Clock;
  /** To be taken, in order of arrival. Never holds a key that is being worked on. */
  readonly #queue = new Set<string>();
  /** Taken and not done. */
  readonly #processing = new Set<string>();
  /** Added while it was being worked on: queued again when that is done. */
  readonly #again = new Set<string>();
  /** Waits for its time; the earliest of several wins. */
  readonly #later = new Map<string, { readonly atMs: number; readonly cancel: () => void }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#queue.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  add(key: string): void {
    if (this.#isClosed) return;
    if (this.#processing.has(key)) {
      this.#again.add(key);
      return;
    }
    const taker = this.#queue.has(key) ? undefined : this.#takers.shift();
    if (taker === undefined) {
      this.#queue.add(key);
    } else {
      this.#processing.add(key);
      taker(key);
    }
  }

  addAfter(key: string, ms: number): void {
    if (this.#isClosed) return;
    const atMs = this.#clock.now() + ms;
    const waiting = this.#later.get(key);
    if (waiting !== undefined && waiting.atMs <= atMs) return;
    waiting?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#later.delete(key);
      this.add(key);
    });
    this.#later.set(key, { atMs, cancel });
  }

  /** The next key, as soon as there is one; undefined when the queue is closed. */
  take(): Promise<string | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    const [key] = this.#queue;
    if (key === undefined) return new Promise((resolve) => this.#takers.push(resolve));
    this.#queue.delete(key);
    this.#processing.add(key);
    return Promise.resolve(key);
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  close(): void {
    this.#isClosed = true;
    for (const { cancel } of this.#later.values()) cancel();
    this.#later.clear();
    this.#queue.clear();
    this.#again.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}
