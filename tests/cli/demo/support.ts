import { setImmediate } from "node:timers";
import { parseArguments } from "../../../src/cli/arguments.ts";
import type { Outside } from "../../../src/cli/context.ts";
import { demo } from "../../../src/cli/demo/demo.ts";
import type { Clock } from "../../../src/runtime/clock.ts";

export interface Visit {
  /** A terminal of this size; undefined: a pipe. */
  readonly terminal?: { readonly columns: number; readonly rows: number };
  readonly colour?: boolean;
  readonly keys?: Outside["keys"];
  readonly stop?: AbortSignal;
  readonly onWrite?: (text: string) => void;
}

/** Of the event loop: the simulated cluster goes on meanwhile, and not every turn of it has to be drawn. */
const TURNS_A_WAIT = 25;

/** Real time in a hurry: what is waited for comes after a few turns of the event loop. */
function hastyClock(): Clock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    wall: () => nowMs,
    after(ms, run) {
      let isCancelled = false;
      const turn = (left: number) => {
        if (isCancelled) return;
        if (left > 0) {
          setImmediate(() => turn(left - 1));
          return;
        }
        nowMs += ms;
        run();
      };
      turn(TURNS_A_WAIT);
      return () => void (isCancelled = true);
    },
  };
}

/** Carries `spotalis demo` out, and answers all that it has written. */
export async function visitDemo(args: readonly string[], visit: Visit = {}): Promise<string> {
  const { terminal, colour = false, keys, stop = new AbortController().signal, onWrite } = visit;
  const unwanted = () => Promise.reject(new Error("the demo reads nothing"));
  let written = "";
  const outside: Outside = {
    env: {},
    readText: unwanted,
    exists: unwanted,
    readStdin: unwanted,
    run: undefined,
    write: (text) => {
      written += text;
      onWrite?.(text);
    },
    writeError: (text) => void (written += text),
    isTerminal: colour,
    isTty: terminal !== undefined,
    isErrorTerminal: false,
    size: () => terminal ?? { columns: 80, rows: 24 },
    keys,
    process: () => ({ residentBytes: 0, heapUsedBytes: 0, heapTotalBytes: 0, cpuSeconds: 0, startSeconds: 0 }),
    instance: "test",
  };
  await demo(parseArguments(["demo", ...args]), { outside, stop, clock: hastyClock() });
  return written;
}

/** A key that is pressed again and again. */
export function pressing(key: string): NonNullable<Outside["keys"]> {
  return async function* (signal) {
    while (!signal.aborted) {
      yield key;
      await nextTurn();
    }
  };
}

/** Of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}
