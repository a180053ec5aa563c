import type { Clock } from "../../runtime/clock.ts";

/** Nobody needs to be told of what is over at once. */
const QUIET_MS = 1_000;
const REDRAW_MS = 100;
const WIDTH = 30;

/** A bar on a terminal, from the second second on. */
export class Progress {
  readonly #deps: {
    readonly clock: Clock;
    readonly write: (text: string) => void;
    readonly isTerminal: boolean;
  };
  readonly #startMs: number;
  #drawnMs = -Infinity;
  #isDrawn = false;

  constructor(deps: { clock: Clock; write: (text: string) => void; isTerminal: boolean }) {
    this.#deps = deps;
    this.#startMs = deps.clock.now();
  }

  /** `share`: 0 to 1; `what`: in a few words. */
  show(share: number, what: string): void {
    const { clock, write, isTerminal } = this.#deps;
    const nowMs = clock.now();
    if (!isTerminal || nowMs - this.#startMs < QUIET_MS || nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    this.#isDrawn = true;
    const full = Math.round(share * WIDTH);
    const percent = String(Math.round(share * 100)).padStart(3);
    write(`\r\x1b[K[${"#".repeat(full)}${"-".repeat(WIDTH - full)}] ${percent} %  ${what}`);
  }

  /** Leaves the line as it was. */
  clear(): void {
    if (this.#isDrawn) this.#deps.write("\r\x1b[K");
  }
}
