import type { Clock } from "../../../src/runtime/clock.ts";

type Undo = () => void;

/** What is to be undone in a while, or at once when the chaos ends. */
export class Undoing {
  readonly #clock: Clock;
  readonly #pending = new Set<Undo>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(ms: number, undo: Undo): void {
    this.#pending.add(undo);
    this.#clock.after(ms, () => {
      if (this.#pending.delete(undo)) undo();
    });
  }

  all(): void {
    for (const undo of this.#pending) {
      this.#pending.delete(undo);
      undo();
    }
  }
}
