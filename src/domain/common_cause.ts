import type { Pause } from "./snapshot.ts";

/** So many workloads whose moves were in vain, with no good one in between: that is not about one of them. */
const WORKLOADS = 3;
const FIRST_MS = 60_000;
const LONGEST_MS = 3_600_000;
/** So long what comes of a move is waited for, before another workload may try. */
const TRIAL_MS = 300_000;

/**
 * Where the moves of several workloads are in vain, as they are when the webhook is not reached, one move
 * at a time tries for all of them, ever more seldom, until one is good. Times are monotonic milliseconds.
 */
export class CommonCause {
  readonly #inVain = new Set<string>();
  #why = "";
  #holds = 0;
  #untilMs = -Infinity;
  #trial: { readonly by: string; readonly endMs: number } | undefined;

  /** A move was good: whatever ails the others, it is not common to all. */
  good(): void {
    this.#inVain.clear();
    this.#holds = 0;
    this.#untilMs = -Infinity;
    this.#trial = undefined;
  }

  inVain(workload: string, { why, nowMs }: { why: string; nowMs: number }): void {
    this.#inVain.add(workload);
    this.#why = why;
    if (this.#trial?.by === workload) this.#trial = undefined;
    // Moves that had begun when it became plain tell nothing new.
    if (this.#inVain.size < WORKLOADS || nowMs < this.#untilMs) return;
    this.#untilMs = nowMs + Math.min(FIRST_MS * 2 ** this.#holds++, LONGEST_MS);
  }

  /** A pod of the workload is evicted now: while there is a common cause, it tries for all. */
  tries(workload: string, nowMs: number): void {
    if (this.#inVain.size >= WORKLOADS) this.#trial = { by: workload, endMs: nowMs + TRIAL_MS };
  }

  forget(workload: string): void {
    this.#inVain.delete(workload);
    if (this.#trial?.by === workload) this.#trial = undefined;
  }

  /** Why the workload may not evict now, or undefined. */
  hold(workload: string, nowMs: number): Pause | undefined {
    if (this.#inVain.size < WORKLOADS) return undefined;
    const what = `moves of ${this.#inVain.size} workloads were in vain, and no other was good: ${this.#why}`;
    if (nowMs < this.#untilMs) return { detail: what, untilMs: this.#untilMs };
    const trial = this.#trial;
    if (trial === undefined || trial.by === workload || nowMs >= trial.endMs) return undefined;
    return { detail: `${trial.by} tries for all: ${what}`, untilMs: trial.endMs };
  }
}
