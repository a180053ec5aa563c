import { bucketEdges, bucketMs, type Tick, type TimeAxis, timeTicks } from "./axis.ts";
import { type Markup, markup, type Part } from "./escape.ts";

/** How a series is drawn: each has its hue and its kind of line, so that neither is needed alone. */
export type Look = "spot" | "on-demand" | "asked" | "plain";

/** A column of a chart's table. */
export interface Column {
  readonly name: string;
  /** Where the numbers stand in the JSON; undefined: they are counted from the timeline. */
  readonly path: string | undefined;
  readonly values: readonly number[];
}

/** The width of what is drawn with `preserveAspectRatio="none"`: one decimal of it is finer than a pixel. */
export const WIDTH = 1_000;

/** Pixels below the plot for the labels of the time axis. */
const FOOT = 26;

/** Which labels of the time axis go first where there is little room. */
const TIMES = ["", " extra", " rare", " extra"];

export interface Frame {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What a person sees in it, in a sentence or two. */
  readonly summary: string;
  /** Of the plot, in pixels. */
  readonly height: number;
  readonly axis: TimeAxis;
}

/**
 * A chart as wide as its place: what has a size in pixels (text, heights) keeps it, what lies along the time
 * is in per cent, or in a nested drawing that is stretched.
 */
export function renderFrame({ id, title, summary, height, axis }: Frame, content: Part): Markup {
  const step = axis.lengthMs > 0 ? bucketMs(axis) / axis.lengthMs : 1;
  const marks = timeTicks(axis).map((tick, i) => timeMark(tick, { height, importance: TIMES[i % 4]! }));
  return markup`<div class="plot">
<svg role="img" aria-labelledby="${id}-t" aria-describedby="${id}-d" width="100%" height="${height + FOOT}"
 data-height="${height}" data-step="${precise(step)}">
<title id="${id}-t">${title}</title><desc id="${id}-d">${summary}</desc>
${marks}<line class="base" x2="100%" y1="${height}" y2="${height}"/>
${content}
</svg></div>`;
}

function timeMark({ at, label }: Tick, { height, importance }: { height: number; importance: string }): Markup {
  const x = percent(at);
  return markup`<g class="time${importance}"><line x1="${x}" x2="${x}" y2="${height + 4}" /><text x="${x}" y="${
    height + 19
  }">${label}</text></g>`;
}

/** What is stretched over the plot; its x runs from 0 to `WIDTH`. */
export function stretched(height: number, content: Part): Markup {
  const box = `0 0 ${WIDTH} ${height}`;
  return markup`<svg width="100%" height="${height}" viewBox="${box}" preserveAspectRatio="none">${content}</svg>`;
}

export interface EndLabel {
  readonly text: string;
  readonly look: Look;
  /** Where the line ends, and where its label stands: pixels from the top. */
  readonly from: number;
  readonly at: number;
}

/** Labels right of the plot, each led to by a line from what it names. */
export function endLabels(labels: readonly EndLabel[]): Markup {
  return markup`<svg x="100%" class="ends">${
    labels.map(({ text, look, from, at }) =>
      markup`<path class="${look}" d="M2 ${tenth(from)}L11 ${tenth(at)}" /><text class="${look}" x="15" y="${
        tenth(at + 4)
      }">${text}</text>`
    )
  }</svg>`;
}

/** Steps, as each value holds for its bucket; runs of one height are one line. */
export function stepPath(
  values: readonly number[],
  { axis, yOf }: { axis: TimeAxis; yOf: (v: number) => number },
): string {
  const edges = bucketEdges(axis);
  let path = "";
  let last: string | undefined;
  values.forEach((value, i) => {
    const y = tenth(yOf(value));
    if (y === last) return;
    path += last === undefined ? `M${tenth(edges[i]! * WIDTH)} ${y}` : `H${tenth(edges[i]! * WIDTH)}V${y}`;
    last = y;
  });
  return values.length === 0 ? "" : `${path}H${WIDTH}`;
}

export function tenth(n: number): string {
  return String(Math.round(n * 10) / 10 || 0);
}

export function percent(share: number): string {
  return `${Math.round(share * 100_000) / 1_000}%`;
}

function precise(n: number): string {
  return String(Number(n.toPrecision(8)));
}
