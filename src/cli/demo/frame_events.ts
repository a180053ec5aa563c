import { formatElapsed } from "./elapsed.ts";
import type { Actor, DemoEvent } from "./model.ts";
import { type Line, span, type Style, wrapped } from "./span.ts";

const STYLES: Readonly<Record<Actor, Style>> = { you: "strong", spotalis: "good", cloud: "warning" };
/** Time and actor, before the text. */
const INDENT = " 00:00  spotalis  ".length;

/** The last events that fit whole; of the very last, as much as fits. */
export function eventLines(
  events: readonly DemoEvent[],
  { columns, rows }: { columns: number; rows: number },
): Line[] {
  let shown: Line[] = [];
  for (let i = events.length - 1; i >= 0 && shown.length < rows; i--) {
    const lines = linesOf(events[i]!, columns);
    if (shown.length > 0 && shown.length + lines.length > rows) break;
    shown = [...lines.slice(0, rows), ...shown];
  }
  return shown;
}

function linesOf({ atMs, who, text }: DemoEvent, columns: number): Line[] {
  const [first = "", ...more] = wrapped(text, Math.max(1, columns - INDENT));
  return [
    [span(` ${formatElapsed(atMs)}  `, "faint"), span(who.padEnd(8), STYLES[who]), span(`  ${first}`)],
    ...more.map((line) => [span(" ".repeat(INDENT)), span(line)]),
  ];
}
