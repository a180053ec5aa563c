import type { Clock } from "../../../src/runtime/clock.ts";
import type { StorageChange } from "../../../src/sim/api/storage.ts";
import type { Rule, Violation } from "../oracle/rules.ts";

const KEPT = 60;

/** What has happened: the last of it in words, all of it as one number, and what was wrong. */
export class Journal {
  readonly violations: Violation[] = [];
  readonly counts = new Map<string, number>();
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #lines: string[] = [];
  readonly #broken = new AbortController();
  #hash = 0x811c9dc5;
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  /** Aborted as soon as something is wrong. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Equal for two runs in which the same happened at the same times. */
  get digest(): string {
    return this.#hash.toString(16).padStart(8, "0");
  }

  /** The last things that happened, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get atMs(): number {
    return this.#clock.now() - this.#startMs;
  }

  /** What comes from now on, such as the end of watches, is no part of the run. */
  stop(): void {
    this.#isOver = true;
    this.#broken.abort();
  }

  note(text: string): void {
    if (this.#isOver) return;
    this.#mix(text);
    this.#lines.push(`${timeText(this.atMs)} ${text}`);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  saw({ type, object, event, revision }: StorageChange): void {
    if (this.#isOver) return;
    const { namespace = "", name } = object.metadata;
    this.#mix(`${this.#clock.now()} ${revision} ${event} ${type.plural} ${namespace}/${name}`);
  }

  report(rule: Rule, detail: string): void {
    this.note(`BROKEN: ${rule}: ${detail}`);
    this.violations.push({ rule, atMs: this.atMs, detail });
    this.#broken.abort();
  }

  /** FNV-1a. */
  #mix(text: string): void {
    for (let i = 0; i < text.length; i++) {
      this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    }
  }
}

/** `day 12 03:04:05.678` */
export function timeText(ms: number): string {
  const day = Math.floor(ms / 86_400_000);
  return `day ${day} ${new Date(ms % 86_400_000).toISOString().slice(11, 23)}`;
}
