import type { ClusterSeries, Report, TimelineEntry, VariantReport } from "../report.ts";
import { bucketMs, bucketOf, type TimeAxis } from "./axis.ts";
import type { Column, Look } from "./chart.ts";
import { type Line, mostOf, renderLines } from "./chart_lines.ts";
import { renderFigure } from "./chart_table.ts";
import { type Lane, renderTimeline } from "./chart_timeline.ts";
import { type Markup, markup, outside } from "./escape.ts";
import { formatPeriod } from "./format.ts";

type SeriesName = Exclude<keyof ClusterSeries, "atMs">;

interface LineKind {
  readonly key: SeriesName;
  readonly name: string;
  readonly look: Look;
  readonly isFilled?: boolean;
}

interface ClusterChart {
  readonly id: string;
  readonly title: string;
  readonly of: string;
  readonly height: number;
  readonly kinds: readonly LineKind[];
}

const CHARTS: readonly ClusterChart[] = [
  {
    id: "pods",
    title: "Pods by capacity",
    of: "Pods on nodes, and how many are asked to be on spot",
    height: 220,
    kinds: [
      { key: "spot", name: "spot", look: "spot", isFilled: true },
      { key: "onDemand", name: "on-demand", look: "on-demand" },
      { key: "spotAsked", name: "spot asked", look: "asked" },
    ],
  },
  {
    id: "pending",
    title: "Pods without a node",
    of: "Pods that wait for one",
    height: 70,
    kinds: [{ key: "pending", name: "pending", look: "plain", isFilled: true }],
  },
  {
    id: "nodes",
    title: "Nodes by capacity",
    of: "Nodes that are ready",
    height: 110,
    kinds: [
      { key: "spotNodes", name: "spot", look: "spot" },
      { key: "onDemandNodes", name: "on-demand", look: "on-demand" },
    ],
  },
];

const MARKS: readonly { readonly what: TimelineEntry["what"]; readonly name: string }[] = [
  { what: "deploy", name: "deploys" },
  { what: "scale", name: "scalings" },
  { what: "policy", name: "policy" },
  { what: "outage", name: "outages" },
  { what: "fallback", name: "fallbacks" },
  { what: "warning", name: "warnings" },
];

export function renderCluster(report: Report): Markup {
  const { variants } = report;
  const isOne = variants.length === 1;
  return markup`<section aria-labelledby="cluster"><h2 id="cluster">The cluster over time</h2><div class="variants">${
    variants.map((variant, index) =>
      markup`<div class="variant">${isOne ? undefined : markup`<h3>${outside(variant.name)}</h3>`}${
        CHARTS.map((chart) => lineFigure(chart, { report, index }))
      }${timelineFigure(variant, { report, index })}</div>`
    )
  }</div></section>`;
}

export function axisOf({ scenario }: Report, { series }: VariantReport): TimeAxis {
  return { startMs: scenario.startMs, lengthMs: scenario.lengthMs, atMs: series.atMs };
}

/** All variants have the same scale, so that they can be compared by eye. */
function lineFigure(
  { id, title, of, height, kinds }: ClusterChart,
  { report, index }: { report: Report; index: number },
): Markup {
  const variant = report.variants[index]!;
  const axis = axisOf(report, variant);
  const linesOf = ({ series }: VariantReport) =>
    kinds.map((kind): Line => ({ ...kind, values: series[kind.key] }));
  const most = Math.max(...report.variants.map((one) => mostOf(linesOf(one))));
  return renderFigure({
    title,
    note: `${of}; the mean of each ${formatPeriod(bucketMs(axis))}.`,
    level: report.variants.length === 1 ? 3 : 4,
    axis,
    charts: [renderLines({ id: `v${index}-${id}`, title, height, axis, lines: linesOf(variant), most })],
    columns: kinds.map((kind) => columnOf(kind, { variant, index })),
  });
}

function columnOf(
  { key, name }: Pick<LineKind, "key" | "name">,
  { variant, index }: { variant: VariantReport; index: number },
): Column {
  return { name, path: `variants.${index}.series.${key}`, values: variant.series[key] };
}

function timelineFigure(variant: VariantReport, { report, index }: { report: Report; index: number }): Markup {
  const axis = axisOf(report, variant);
  const bars = (["evictions", "reclaims"] as const).map((key): Lane => ({
    name: key,
    look: key === "evictions" ? "plain" : "spot",
    perBucket: variant.series[key],
    most: mostOf(report.variants.map(({ series }) => ({ values: series[key] }))),
  }));
  const marks = MARKS.map(({ what, name }) => ({
    name,
    look: "plain" as const,
    moments: variant.timeline.filter((entry) => entry.what === what),
  })).filter(({ moments }) => moments.length > 0);
  const title = "What happened";
  return renderFigure({
    title,
    note: `Bars: evictions, and nodes reclaimed, in each ${
      formatPeriod(bucketMs(axis))
    }. Marks: when something was done to the cluster${
      variant.timeline.some(({ what }) => what === "outage") ? "; an outage lasts as long as its mark" : ""
    }.`,
    level: report.variants.length === 1 ? 3 : 4,
    axis,
    charts: [renderTimeline({ id: `v${index}-events`, title, axis, lanes: [...bars, ...marks] })],
    columns: [
      ...(["evictions", "reclaims"] as const).map((key) => columnOf({ key, name: key }, { variant, index })),
      ...marks.map(({ name, moments }) => ({ name, path: undefined, values: countPerBucket(moments, axis) })),
    ],
  });
}

function countPerBucket(moments: readonly { readonly atMs: number }[], axis: TimeAxis): number[] {
  const counts = axis.atMs.map(() => 0);
  for (const { atMs } of moments) {
    const bucket = bucketOf(atMs, axis);
    if (bucket !== undefined) counts[bucket]!++;
  }
  return counts;
}
