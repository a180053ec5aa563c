/** A loop that ends when its signal is aborted. */
export type Task = (signal: AbortSignal) => Promise<void>;

/**
 * Loops that live and die together: all end on one signal, and where one fails, the others are stopped
 * and the failure is what `join` throws.
 */
export class Lifecycle {
  readonly #controller = new AbortController();
  readonly #running: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(name: string, task: Task): void {
    this.#running.push(this.#run(name, task));
  }

  stop(): void {
    this.#controller.abort(new DOMException("stopped", "AbortError"));
  }

  /** Resolves when all have ended. */
  async join(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #run(name: string, task: Task): Promise<void> {
    try {
      await task(this.signal);
    } catch (error) {
      if (this.signal.aborted) return;
      this.#failure = { error: new Error(`${name} failed`, { cause: error }) };
      this.stop();
    }
  }
}
