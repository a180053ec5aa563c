const MINUTE_MS = 60_000;

/**
 * At most so many evictions in any minute, in the whole cluster: a token that is taken comes back a minute
 * later. Whoever has to wait stands in line and is told a time of its own, so that no token brings all of
 * them at once, and none overtakes another. Times are monotonic milliseconds.
 */
export class EvictionCap {
  readonly perMinute: number;
  /** When those tokens were taken that are not back, oldest first. */
  #taken: number[] = [];
  readonly #line = new Set<string>();

  constructor(perMinute: number) {
    this.perMinute = perMinute;
  }

  /**
   * Another may have evicted up to now, as evenly as a long line of waiters makes it: its tokens come back
   * one after the other over the next minute. So restarts, however many, raise no rate.
   */
  takeOver(nowMs: number): void {
    this.#expire(nowMs);
    const absent = this.perMinute - this.#taken.length;
    const own = [...Array.from({ length: absent }, () => -Infinity), ...this.#taken];
    const spacingMs = MINUTE_MS / this.perMinute;
    this.#taken = own.map((atMs, i) => Math.max(atMs, nowMs - MINUTE_MS + (i + 1) * spacingMs));
    this.#line.clear();
  }

  left(nowMs: number): number {
    this.#expire(nowMs);
    return this.perMinute - this.#taken.length;
  }

  /** When there is a token for `who`, who stands in line or would join it at its end; undefined: now. */
  waitsUntil(who: string, nowMs: number): number | undefined {
    const place = this.#placeOf(who);
    const free = this.left(nowMs);
    if (place < free) return undefined;
    const rounds = Math.floor((place - free) / this.perMinute);
    const index = (place - free) % this.perMinute;
    // Those before it take the tokens as they come, and keep each for a minute.
    const atMs = index < this.#taken.length ? this.#taken[index]! : nowMs;
    return atMs + (rounds + 1) * MINUTE_MS;
  }

  /** How many stand before `who`. */
  before(who: string): number {
    return this.#placeOf(who);
  }

  join(who: string): void {
    this.#line.add(who);
  }

  leave(who: string): void {
    this.#line.delete(who);
  }

  /** Who is first in line, if there is a token to take. */
  next(nowMs: number): string | undefined {
    if (this.left(nowMs) === 0) return undefined;
    const [first] = this.#line;
    return first;
  }

  /** Takes a token, and `who` out of the line. The answer is for `spend` or `giveBack`. */
  take(who: string, nowMs: number): number {
    this.#line.delete(who);
    this.#taken.push(nowMs);
    return nowMs;
  }

  /** The eviction has been answered: it was carried out at some time up to now, so the minute begins now. */
  spend(token: number, nowMs: number): void {
    this.giveBack(token);
    this.#taken.push(nowMs);
  }

  /** The eviction was refused: nothing has moved. */
  giveBack(token: number): void {
    const index = this.#taken.lastIndexOf(token);
    if (index >= 0) this.#taken.splice(index, 1);
  }

  #placeOf(who: string): number {
    let place = 0;
    for (const each of this.#line) {
      if (each === who) break;
      place++;
    }
    return place;
  }

  #expire(nowMs: number): void {
    let back = 0;
    while (back < this.#taken.length && this.#taken[back]! + MINUTE_MS <= nowMs) back++;
    if (back > 0) this.#taken.splice(0, back);
  }
}
