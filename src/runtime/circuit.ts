export interface CircuitOptions {
  /** An attempt that fails after this long has met silence; one that fails earlier, a refusal. */
  readonly silenceMs: number;
  /** Refusals in a row that open it. Silence opens it at once, unless another attempt succeeded meanwhile. */
  readonly refusals: number;
  /** From the opening to the first probe; doubles with each probe that fails, up to `longestWaitMs`. */
  readonly waitMs: number;
  readonly longestWaitMs: number;
}

/** One try, as `begin` lets it through; it is ended by `succeed` or `fail`. */
export interface Attempt {
  readonly startedMs: number;
  readonly isProbe: boolean;
  /** Attempts from before a reset are of no account. */
  readonly era: number;
}

/**
 * Stops asking one that does not answer. Closed: all attempts are let through. Open: none. After a wait it is
 * half-open: one attempt at a time, the probe, whose end decides. Times are monotonic milliseconds.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #era = 0;
  #refusals = 0;
  #succeededMs = -Infinity;
  #open: { readonly waitMs: number; readonly untilMs: number; isProbed: boolean } | undefined;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Undefined: do not try now. */
  begin(nowMs: number): Attempt | undefined {
    const attempt = { startedMs: nowMs, era: this.#era };
    if (this.#open === undefined) return { ...attempt, isProbe: false };
    if (this.#open.isProbed || nowMs < this.#open.untilMs) return undefined;
    this.#open.isProbed = true;
    return { ...attempt, isProbe: true };
  }

  /** Closes it, whether it was a probe or one from before the opening. */
  succeed({ era }: Attempt, nowMs: number): void {
    if (era !== this.#era) return;
    this.#open = undefined;
    this.#refusals = 0;
    this.#succeededMs = nowMs;
  }

  fail({ startedMs, isProbe, era }: Attempt, nowMs: number): void {
    if (era !== this.#era) return;
    const { refusals, silenceMs, waitMs, longestWaitMs } = this.#options;
    if (this.#open !== undefined) {
      if (isProbe) this.#wait(Math.min(2 * this.#open.waitMs, longestWaitMs), nowMs);
      return;
    }
    const isSilence = nowMs - startedMs >= silenceMs;
    if (!isSilence) this.#refusals++;
    const isEnough = isSilence ? this.#succeededMs < startedMs : this.#refusals >= refusals;
    if (isEnough) this.#wait(waitMs, nowMs);
  }

  /** Closed, as at the beginning: it is about another one from now on. */
  reset(): void {
    this.#era++;
    this.#refusals = 0;
    this.#succeededMs = -Infinity;
    this.#open = undefined;
  }

  #wait(waitMs: number, nowMs: number): void {
    this.#open = { waitMs, untilMs: nowMs + waitMs, isProbed: false };
  }
}
