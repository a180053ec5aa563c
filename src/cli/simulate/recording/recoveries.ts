/** How long a workload took, each time, to have all its replicas ready again after a reclaim. */
export class Recoveries {
  /** In milliseconds, of those that are over. */
  readonly tookMs: number[] = [];
  #sinceMs: number | undefined;
  readonly #doomed = new Set<string>();

  /** Whether one has not come to its end yet. */
  get isOpen(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** A node with this pod is taken back. Reclaims that overlap are recovered from together. */
  begin(uid: string, nowMs: number): void {
    this.#sinceMs ??= nowMs;
    this.#doomed.add(uid);
  }

  /** A pod has gone. */
  gone(uid: string): void {
    this.#doomed.delete(uid);
  }

  /** It is over when the reclaimed pods are gone and everything is ready. */
  check({ isAllReady, nowMs }: { isAllReady: boolean; nowMs: number }): void {
    if (this.#sinceMs === undefined || !isAllReady || this.#doomed.size > 0) return;
    this.tookMs.push(nowMs - this.#sinceMs);
    this.#sinceMs = undefined;
  }
}
