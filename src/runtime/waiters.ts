import type { Clock } from "./clock.ts";

/**
 * Callers that wait for news of a key, all for the same longest time: so one timer, for whoever waits
 * longest, serves all of them.
 */
export class Waiters {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #waiting = new Set<{ key: string; deadlineMs: number; wake: () => void }>();
  #isArmed = false;

  constructor(clock: Clock, { longestMs }: { longestMs: number }) {
    this.#clock = clock;
    this.#longestMs = longestMs;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Asks `ready` at once and at each news of `key`: its first answer, or undefined when time is up. */
  async until<T>(key: string, ready: () => T | undefined): Promise<T | undefined> {
    const deadlineMs = this.#clock.now() + this.#longestMs;
    for (;;) {
      const answer = ready();
      if (answer !== undefined || this.#clock.now() >= deadlineMs) return answer;
      await new Promise<void>((wake) => {
        this.#waiting.add({ key, deadlineMs, wake });
        this.#arm();
      });
    }
  }

  /** There is news of `key`. */
  poke(key: string): void {
    for (const waiter of this.#waiting) if (waiter.key === key) this.#wake(waiter);
  }

  #wake(waiter: { key: string; deadlineMs: number; wake: () => void }): void {
    this.#waiting.delete(waiter);
    waiter.wake();
  }

  #arm(): void {
    if (this.#isArmed) return;
    let firstMs = Infinity;
    for (const { deadlineMs } of this.#waiting) firstMs = Math.min(firstMs, deadlineMs);
    if (firstMs === Infinity) return;
    this.#isArmed = true;
    this.#clock.after(firstMs - this.#clock.now(), () => {
      this.#isArmed = false;
      const nowMs = this.#clock.now();
      for (const waiter of this.#waiting) if (waiter.deadlineMs <= nowMs) this.#wake(waiter);
      this.#arm();
    });
  }
}
