import { bucketEdges, type TimeAxis } from "./axis.ts";
import { endLabels, type Frame, type Look, renderFrame, stretched, tenth, WIDTH } from "./chart.ts";
import { type Markup, markup } from "./escape.ts";
import { formatAxis } from "./format.ts";

/** A row of a time line: so many in each bucket as bars, or moments as marks, some of which last. */
export type Lane =
  & { readonly name: string; readonly look: Look }
  & (
    | { readonly perBucket: readonly number[]; readonly most: number }
    | { readonly moments: readonly { readonly atMs: number; readonly untilMs?: number }[] }
  );

const BARS = 34;
const MARKS = 16;
const GAP = 10;

interface Place {
  readonly top: number;
  readonly height: number;
}

/** Rows under each other over one axis of time, each named at its end with its sum. */
export function renderTimeline(
  chart: Omit<Frame, "summary" | "height"> & { readonly lanes: readonly Lane[] },
): Markup {
  const { lanes, axis } = chart;
  let height = 4;
  const places = lanes.map((lane): Place => {
    const place = { top: height, height: "perBucket" in lane ? BARS : MARKS };
    height += place.height + GAP;
    return place;
  });
  height = Math.max(height - GAP, MARKS);
  const summary = lanes.map((lane) => `${lane.name}: ${formatAxis(sumOf(lane))}`).join(", ");
  return renderFrame({
    ...chart,
    height,
    summary: summary === "" ? "Nothing happened." : `In all, ${summary}.`,
  }, [
    lanes.map((lane, i) => {
      const where = { axis, place: places[i]!, height };
      return "perBucket" in lane ? bars(lane, where) : marks(lane, where);
    }),
    endLabels(lanes.map((lane, i) => {
      const { top, height } = places[i]!;
      const at = "perBucket" in lane ? top + height - 8 : top + height / 2;
      return { text: `${lane.name} ${formatAxis(sumOf(lane))}`, look: lane.look, from: at, at };
    })),
  ]);
}

function sumOf(lane: Lane): number {
  return "perBucket" in lane ? lane.perBucket.reduce((a, b) => a + b, 0) : lane.moments.length;
}

function bars(
  { perBucket, most, look }: Extract<Lane, { perBucket: unknown }>,
  { axis, place: { top, height }, height: all }: { axis: TimeAxis; place: Place; height: number },
): Markup {
  const edges = bucketEdges(axis).map((edge) => tenth(edge * WIDTH));
  const bottom = top + height;
  const path = perBucket.map((n, i) =>
    n > 0
      ? `M${edges[i]} ${bottom}V${tenth(bottom - Math.max(n / most * height, 1.5))}H${edges[i + 1]}V${bottom}`
      : ""
  ).join("");
  return markup`<g class="value"><line x2="100%" y1="${bottom}" y2="${bottom}"/>${
    most > 0 ? markup`<text x="-8" y="${top + 8}">${formatAxis(most)}</text>` : undefined
  }</g>${
    stretched(
      all,
      markup`<path class="bar ${look}" d="${path}" />`,
    )
  }`;
}

/** Moments that fall on the same place are one mark; the label tells how many they are. */
function marks(
  { moments, look }: Extract<Lane, { moments: unknown }>,
  { axis, place, height: all }: { axis: TimeAxis; place: Place; height: number },
): Markup {
  const { top, height } = place;
  // Half a pixel or so: what is closer cannot be told apart.
  const x = (at: number) => {
    const share = axis.lengthMs > 0 ? Math.min(Math.max(at / axis.lengthMs, 0), 1) : 0;
    return Math.round(share * WIDTH * 2) / 2;
  };
  const bottom = top + height;
  const lasting = moments.flatMap(({ atMs, untilMs }) =>
    untilMs === undefined ? [] : [`M${x(atMs)} ${top}H${x(untilMs)}V${bottom}H${x(atMs)}Z`]
  ).join("");
  const path = [...new Set(moments.map(({ atMs }) => x(atMs)))].map((at) => `M${at} ${top}V${bottom}`).join("");
  return markup`<line class="lane" x2="100%" y1="${bottom}" y2="${bottom}" />${
    stretched(all, [
      lasting === "" ? undefined : markup`<path class="bar ${look}" d="${lasting}" />`,
      markup`<path class="mark ${look}" d="${path}" />`,
    ])
  }`;
}
