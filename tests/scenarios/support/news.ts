import type { Clock } from "../../../src/runtime/clock.ts";

/** Lets callers wait for what others bring about. */
export class News {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Something has changed: whoever waits asks again. */
  tell(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** Asks `ready` at once and at all news: its first answer, or undefined after `ms`. */
  async until<T>(ready: () => T | undefined, ms: number): Promise<T | undefined> {
    const endMs = this.#clock.now() + ms;
    for (;;) {
      const answer = ready();
      const leftMs = endMs - this.#clock.now();
      if (answer !== undefined || leftMs <= 0) return answer;
      await this.#next(leftMs);
    }
  }

  #next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = this.#clock.after(ms, wake);
      this.#waiting.add(wake);
    });
  }
}
