import { bucketEdges, spread, valueTicks } from "./axis.ts";
import {
  endLabels,
  type Frame,
  type Look,
  percent,
  renderFrame,
  stepPath,
  stretched,
  tenth,
  WIDTH,
} from "./chart.ts";
import { type Markup, markup } from "./escape.ts";
import { formatAxis } from "./format.ts";

export interface Line {
  readonly name: string;
  readonly look: Look;
  readonly values: readonly number[];
  readonly isFilled?: boolean;
}

export interface LineChart extends Omit<Frame, "summary"> {
  /** Drawn in this order: the last is on top. */
  readonly lines: readonly Line[];
  /** The most that the value axis has to hold; by default that of the lines. */
  readonly most?: number;
  /** Whether a bucket is hatched. */
  readonly isMarked?: (bucket: number) => boolean;
  /** What the hatching says. */
  readonly marked?: string;
}

/** Pixels between two labels under each other. */
const LABEL_GAP = 15;

export function renderLines(chart: LineChart): Markup {
  const { lines, height, axis } = chart;
  const ticks = valueTicks(chart.most ?? mostOf(lines), height < 80 ? 2 : 4);
  const top = ticks.at(-1)!;
  const yOf = (value: number) => height * (1 - value / top);
  return renderFrame({ ...chart, summary: summarize(chart) }, [
    ...ticks.map((tick) => valueMark(tick, yOf(tick))),
    markedBuckets(chart),
    stretched(height, [
      ...lines.filter(({ isFilled, values }) => isFilled && values.length > 0).map(({ look, values }) =>
        markup`<path class="area ${look}" d="${stepPath(values, { axis, yOf })}V${height}H0Z" />`
      ),
      ...lines.map(({ look, values }) =>
        markup`<path class="line ${look}" d="${stepPath(values, { axis, yOf })}" />`
      ),
    ]),
    namesOf(lines, { height, yOf }),
  ]);
}

export function mostOf(lines: readonly Pick<Line, "values">[]): number {
  return lines.reduce((most, { values }) => values.reduce((a, b) => Math.max(a, b), most), 0);
}

function valueMark(value: number, y: number): Markup {
  return markup`<g class="value"><line x2="100%" y1="${tenth(y)}" y2="${tenth(y)}" /><text x="-8" y="${
    tenth(y + 4)
  }">${formatAxis(value)}</text></g>`;
}

function namesOf(
  lines: readonly Line[],
  { height, yOf }: { height: number; yOf: (value: number) => number },
): Markup {
  const named = lines.filter(({ values }) => values.length > 0);
  const ends = named.map(({ values }) => yOf(values.at(-1)!));
  const places = spread(ends, { gap: LABEL_GAP, least: 4, most: height - 4 });
  return endLabels(named.map(({ name, look, values }, i) => ({
    text: `${name} ${formatAxis(values.at(-1)!)}`,
    look,
    from: ends[i]!,
    at: places[i]!,
  })));
}

/** Hatched from the first to the last bucket of each run. */
function markedBuckets({ axis, isMarked, height }: LineChart): Markup | undefined {
  if (isMarked === undefined) return undefined;
  const edges = bucketEdges(axis);
  const runs: Markup[] = [];
  for (let i = 0; i < axis.atMs.length; i++) {
    if (!isMarked(i)) continue;
    const first = i;
    while (i + 1 < axis.atMs.length && isMarked(i + 1)) i++;
    const width = Math.max(edges[i + 1]! - edges[first]!, 2 / WIDTH);
    runs.push(
      markup`<rect class="hatched" x="${percent(edges[first]!)}" width="${
        percent(width)
      }" height="${height}" />`,
    );
  }
  return markup`${runs}`;
}

function summarize({ lines, axis, isMarked, marked }: LineChart): string {
  const parts = lines.filter(({ values }) => values.length > 0).map(({ name, values }) => {
    const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    return `${name}: ${
      least === most ? `${formatAxis(least)} all the time` : `from ${formatAxis(least)} to ${formatAxis(most)}`
    }, ${formatAxis(values.at(-1)!)} at the end.`;
  });
  const count = isMarked === undefined ? 0 : axis.atMs.filter((_, i) => isMarked(i)).length;
  if (marked !== undefined) parts.push(`${marked}: ${count} of ${axis.atMs.length} periods.`);
  return parts.join(" ") || "There is nothing to show.";
}
