import { formatElapsed } from "./elapsed.ts";
import { eventLines } from "./frame_events.ts";
import { nodeLines } from "./frame_nodes.ts";
import { workloadLines } from "./frame_workloads.ts";
import { LEGEND } from "./glyphs.ts";
import type { DemoChapter, DemoModel } from "./model.ts";
import { justified, type Line, painted, span, wrapped } from "./span.ts";

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}

/** So many events have to be left room for, before nodes are drawn large. */
const EVENTS_BESIDE_LARGE_NODES = 8;
/** Up to so many, an event more is worth more than an empty line. */
const LOW_ROWS = 24;
const NOTHING: Line = [];

/** The whole terminal: as many lines as it has rows, none wider than it has columns. */
export function renderFrame(model: DemoModel, options: FrameOptions): string[] {
  const { columns, rows } = options;
  const gap = rows > LOW_ROWS ? [NOTHING] : [];
  const head = [titleLine(model, columns), rule(columns), ...chapterLines(model.chapter, columns), ...gap];
  const workloads = workloadLines(model.workloads, columns);
  // One empty line before workloads and events each, and the legend at the bottom.
  const room = rows - head.length - workloads.length - 3;
  const large = nodeLines(model, { columns, isLarge: true });
  const nodes = room - large.length >= EVENTS_BESIDE_LARGE_NODES
    ? large
    : nodeLines(model, { columns, isLarge: false });
  const events = eventLines(model.events, { columns, rows: Math.max(0, room - nodes.length) });
  const body = [...head, ...nodes, NOTHING, ...workloads, NOTHING, ...events];
  // A terminal that is too low for all of it shows its upper part.
  const shown = body.slice(0, Math.max(0, rows - 1));
  while (shown.length < rows - 1) shown.push(NOTHING);
  return [...shown, bottomLine(model, columns)].slice(-rows).map((line) => painted(line, options));
}

function titleLine({ elapsedMs, pace }: DemoModel, columns: number): Line {
  const times = pace === undefined ? "" : `, speed ${Number(pace.toPrecision(3))}x`;
  return justified({
    left: [span(" Spotalis", "strong"), span("  the real operator in an embedded cluster", "faint")],
    right: [span(formatElapsed(elapsedMs), "strong"), span(` simulated${times} `, "faint")],
  }, columns);
}

function rule(columns: number): Line {
  return [span("─".repeat(columns), "faint")];
}

/** Four lines at least, so that nothing below moves when there is less to say. */
function chapterLines({ number, of, title, words, result }: DemoChapter, columns: number): Line[] {
  const text = wrapped(words, columns - 2);
  while (text.length < 2) text.push("");
  return [
    [span(` ${number}/${of}  `, "faint"), span(title, "strong")],
    ...text.map((line) => [span(` ${line}`)]),
    result === undefined ? NOTHING : [span(` ${result}`, "good")],
  ];
}

function bottomLine({ isWaiting }: DemoModel, columns: number): Line {
  if (isWaiting) return [span(" Press any key to go on, q to leave.", "strong")];
  return justified({ left: [span(" "), ...LEGEND], right: [span("q quits ", "faint")] }, columns);
}
