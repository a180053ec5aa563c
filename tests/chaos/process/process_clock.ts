import type { Clock } from "../../../src/runtime/clock.ts";

/** The time of one process, which can be stopped for a while as by SIGSTOP, or for good as by SIGKILL. */
export class ProcessClock implements Clock {
  readonly #clock: Clock;
  #state: "running" | "frozen" | "dead" = "running";
  /** Timers that were due while the process was frozen, in order. */
  readonly #late: (() => void)[] = [];
  #thawed: Promise<void> | undefined;
  #onThaw: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get state(): "running" | "frozen" | "dead" {
    return this.#state;
  }

  now(): number {
    return this.#clock.now();
  }

  wall(): number {
    return this.#clock.wall();
  }

  after(ms: number, run: () => void): () => void {
    let isCancelled = false;
    const fire = () => {
      if (isCancelled || this.#state === "dead") return;
      if (this.#state === "frozen") this.#late.push(fire);
      else run();
    };
    const cancel = this.#clock.after(ms, fire);
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  freeze(): void {
    if (this.#state !== "running") return;
    this.#state = "frozen";
    this.#thawed = new Promise((resolve) => this.#onThaw = resolve);
  }

  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    this.#thawed = undefined;
    this.#onThaw();
    for (const fire of this.#late.splice(0)) this.#clock.after(0, fire);
  }

  kill(): void {
    this.#state = "dead";
    this.#late.length = 0;
  }

  /** Undefined while the process runs. Else when it runs again, which of a dead one is never. */
  wake(): Promise<void> | undefined {
    if (this.#state === "dead") return new Promise(() => {});
    return this.#thawed;
  }
}
