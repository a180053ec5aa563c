import type { Clock } from "../../runtime/clock.ts";
import { formatElapsed } from "./elapsed.ts";
import { splitText } from "./frame_workloads.ts";
import type { DemoChapter, DemoEvent, DemoNode, DemoWorkload } from "./model.ts";
import { wrapped } from "./span.ts";

export interface PlainDeps {
  readonly write: (text: string) => void;
  readonly clock: Clock;
  readonly see: () => {
    readonly elapsedMs: number;
    readonly nodes: readonly DemoNode[];
    readonly workloads: readonly DemoWorkload[];
  };
  readonly signal: AbortSignal;
}

/** How often splits are looked at: one that lasts shorter is not told. */
const PERIOD_MS = 500;
/** Of the words of a chapter. */
const WIDTH = 75;

/** The demo as lines of text, for a file or a pipe. */
export class Plain {
  readonly #deps: PlainDeps;
  #splits = new Map<string, string>();

  constructor(deps: PlainDeps) {
    this.#deps = deps;
  }

  /** Tells of splits as they change, until `signal` is aborted. */
  start(): void {
    const { clock, signal } = this.#deps;
    clock.after(PERIOD_MS, () => {
      if (signal.aborted) return;
      this.#tellSplits();
      this.start();
    });
  }

  event({ atMs, who, text }: DemoEvent): void {
    // What still happens while everything is ended is no part of the story.
    if (!this.#deps.signal.aborted) this.#line(atMs, who, text);
  }

  chapter({ number, of, title, words, result }: DemoChapter): void {
    const { write, see } = this.#deps;
    if (result === undefined) {
      const text = wrapped(words, WIDTH).map((line) => `     ${line}\n`).join("");
      write(`${number === 1 ? "" : "\n"}${number}/${of}  ${title}\n${text}`);
      return;
    }
    this.#tellSplits();
    const { elapsedMs, nodes } = see();
    for (const node of nodes) this.#line(elapsedMs, "node", nodeText(node));
    this.#line(elapsedMs, "result", result);
  }

  #tellSplits(): void {
    const { elapsedMs, workloads } = this.#deps.see();
    for (const { name, policy, asked, actual } of workloads) {
      const text = `${name}: asked ${splitText(asked)} (${policy}), actual ${splitText(actual)}`;
      if (this.#splits.get(name) === text) continue;
      this.#splits.set(name, text);
      this.#line(elapsedMs, "split", text);
    }
  }

  #line(atMs: number, who: string, text: string): void {
    this.#deps.write(`${formatElapsed(atMs)}  ${who.padEnd(8)}  ${text}\n`);
  }
}

/** `spot-1 (spot): 2 web, 1 api` */
function nodeText({ name, capacity, pods }: DemoNode): string {
  const counts = new Map<string, number>();
  for (const { workload } of pods) counts.set(workload, (counts.get(workload) ?? 0) + 1);
  const own = [...counts].toSorted(([a], [b]) => a < b ? -1 : 1).map(([workload, count]) =>
    `${count} ${workload}`
  );
  return `${name} (${capacity}): ${own.join(", ") || "no pods"}`;
}
