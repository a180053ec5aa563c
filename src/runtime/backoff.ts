import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";

export interface BackoffOptions {
  readonly firstMs: number;
  readonly longestMs: number;
  /** A success that lasted this long starts over. */
  readonly resetMs: number;
}

/**
 * Delays that double and are spread: each is between once and twice its base. The defaults are
 * client-go's for reflectors: about 0.2 requests a second against a sick server.
 */
export class Backoff {
  readonly #deps: { clock: Clock; random: Random };
  readonly #options: BackoffOptions;
  #failures = 0;
  #lastMs = 0;

  constructor(deps: { clock: Clock; random: Random }, options: Partial<BackoffOptions> = {}) {
    this.#deps = deps;
    this.#options = { firstMs: 800, longestMs: 30_000, resetMs: 120_000, ...options };
  }

  /** How long to wait after one more failure. */
  nextMs(): number {
    const now = this.#deps.clock.now();
    if (this.#failures > 0 && now - this.#lastMs > this.#options.resetMs) this.#failures = 0;
    const base = Math.min(this.#options.firstMs * 2 ** this.#failures++, this.#options.longestMs);
    const waitMs = base * (1 + this.#deps.random());
    this.#lastMs = now + waitMs;
    return waitMs;
  }

  reset(): void {
    this.#failures = 0;
  }
}
