import { type Clock, sleep } from "../../runtime/clock.ts";
import type { Outside } from "../context.ts";
import { renderFrame } from "./frame.ts";
import { Screen } from "./screen.ts";
import type { Stage } from "./stage.ts";

export interface TerminalDeps {
  readonly outside: Pick<Outside, "write" | "size" | "isTerminal" | "keys">;
  /** Of real time. */
  readonly clock: Clock;
  readonly stage: Stage;
  readonly speed: number;
  /** Somebody wants to leave. */
  readonly onQuit: () => void;
}

/** Ten times a second. */
const REDRAW_MS = 100;
const QUITS = new Set(["q", "Q", "\x03"]);

/** Shows the stage in a terminal, and listens to what is typed there. */
export class Terminal {
  readonly #deps: TerminalDeps;
  #onKey: () => void = () => {};

  constructor(deps: TerminalDeps) {
    this.#deps = deps;
  }

  /** Until `signal` is aborted; then the terminal is as it was before. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#draw(signal), this.#listen(signal)]);
  }

  /** Time stands still until a key is pressed, or `signal` is aborted. */
  async nextKey(signal: AbortSignal): Promise<void> {
    const { stage } = this.#deps;
    stage.isWaiting = true;
    await new Promise<void>((resolve) => {
      this.#onKey = resolve;
      signal.addEventListener("abort", () => resolve());
    });
    stage.isWaiting = false;
  }

  async #draw(signal: AbortSignal): Promise<void> {
    const { clock, outside, stage, speed } = this.#deps;
    const screen = new Screen(outside);
    try {
      while (!signal.aborted) {
        const size = outside.size();
        screen.draw(renderFrame(stage.model(speed), { ...size, colour: outside.isTerminal }), size);
        await sleep(clock, REDRAW_MS, signal);
      }
    } finally {
      screen.close();
    }
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { outside: { keys }, onQuit } = this.#deps;
    if (keys === undefined) return;
    for await (const typed of keys(signal)) {
      if ([...typed].some((key) => QUITS.has(key))) onQuit();
      else this.#onKey();
    }
  }
}
