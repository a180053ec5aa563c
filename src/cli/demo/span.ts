/** What a piece of text means; what it looks like is `SGR`'s. */
export type Style = "spot" | "on-demand" | "evicted" | "warning" | "good" | "strong" | "faint" | "plain";

/** All characters of all texts are one column wide. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Line = readonly Span[];

/** Colours that can be read on a dark and on a light ground. */
const SGR: Readonly<Record<Style, string>> = {
  "spot": "32",
  "on-demand": "94",
  "evicted": "1;31",
  "warning": "1;33",
  "good": "1;32",
  "strong": "1",
  "faint": "2",
  "plain": "",
};

const CUT = "…";

export function span(text: string, style: Style = "plain"): Span {
  return { text, style };
}

export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

/** Never wider than `width`: what is cut off is told by a mark. */
export function clipped(line: Line, width: number): Line {
  if (widthOf(line) <= width) return line;
  const kept: Span[] = [];
  let left = width - 1;
  for (const { text, style } of line) {
    if (left <= 0) break;
    kept.push({ text: text.slice(0, left), style });
    left -= text.length;
  }
  return width <= 0 ? [] : [...kept, span(CUT, "faint")];
}

/** Exactly `width` wide. */
export function padded(line: Line, width: number): Line {
  const cut = clipped(line, width);
  return [...cut, span(" ".repeat(Math.max(0, width - widthOf(cut))))];
}

/** `left` and `right` at the two ends of a line. */
export function justified({ left, right }: { left: Line; right: Line }, width: number): Line {
  const room = width - widthOf(right);
  return room < 1 ? clipped(left, width) : [...padded(left, room), ...right];
}

export function painted(line: Line, { columns, colour }: { columns: number; colour: boolean }): string {
  return clipped(line, columns).map(({ text, style }) =>
    !colour || style === "plain" || text === "" ? text : `\x1b[${SGR[style]}m${text}\x1b[0m`
  ).join("").trimEnd();
}

/** Text broken at spaces; a longer word is left as it is. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
