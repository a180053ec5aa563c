import { type Clock, sleep } from "../runtime/clock.ts";

export interface RateLimit {
  /** Requests a second in the long run. */
  readonly qps: number;
  /** Requests at once after a pause. */
  readonly burst: number;
}

/** A token bucket; callers are let through in the order in which they came. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  readonly #onDelay: (ms: number) => void;
  #tokens: number;
  #atMs: number;

  constructor(clock: Clock, limit: RateLimit, onDelay: (ms: number) => void = () => {}) {
    this.#clock = clock;
    this.#limit = limit;
    this.#onDelay = onDelay;
    this.#tokens = limit.burst;
    this.#atMs = clock.now();
  }

  /** Resolves when the caller may go on, or when `signal` is aborted: then no token is spent. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const nowMs = this.#clock.now();
    const grown = (nowMs - this.#atMs) * this.#limit.qps / 1_000;
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + grown) - 1;
    this.#atMs = nowMs;
    if (this.#tokens >= 0) return;
    // A negative count is a queue: each caller in it has taken the token that will exist at its time.
    const waitMs = -this.#tokens * 1_000 / this.#limit.qps;
    this.#onDelay(waitMs);
    await sleep(this.#clock, waitMs, signal);
    if (signal.aborted) this.#tokens++;
  }
}
