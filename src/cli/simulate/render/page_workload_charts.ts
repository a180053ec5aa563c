import type { Report, WorkloadReport, WorkloadSeries } from "../report.ts";
import type { Column } from "./chart.ts";
import { type Line, mostOf, renderLines } from "./chart_lines.ts";
import { renderFigure } from "./chart_table.ts";
import { type Markup, markup, outside } from "./escape.ts";
import { figureKind, figureOf } from "./figures.ts";
import { renderNumber } from "./number.ts";
import { axisOf } from "./page_cluster.ts";
import type { Ranked } from "./ranking.ts";
import { describeWorkload } from "./words.ts";

/** Charts of all variants together: what a person looks through, and a page of under 1 MB holds. */
const MOST_CHARTED = 12;

const NAMES: Readonly<Record<keyof WorkloadSeries, string>> = {
  replicas: "replicas",
  spotAsked: "spot asked",
  spot: "spot",
  onDemand: "on-demand",
  ready: "ready, fewest",
  readyOnDemand: "ready on-demand, fewest",
  floor: "floor",
  belowFloor: "minutes below the floor",
};

/** With several variants fewer workloads, each once a variant. */
export function chartedWorkloads(ranked: readonly Ranked[], variants: number): readonly Ranked[] {
  return ranked.slice(0, Math.max(1, Math.floor(MOST_CHARTED / Math.max(variants, 1))));
}

const NOTE =
  "Above: pods by capacity, and how many are asked to be on spot. Below: the fewest ready on-demand pods " +
  "against the floor; hatched is where they were fewer, if only for a moment.";

export function renderCharted(
  charted: readonly Ranked[],
  { report, of }: { report: Report; of: number },
): Markup {
  const title = charted.length < of
    ? `The ${charted.length} of ${of} workloads that matter most`
    : "Each over time";
  return markup`<h3>${title}</h3><p class="note">${NOTE}</p>${
    report.variants.length === 1
      ? markup`<div class="small">${charted.map((one) => cards(one, report))}</div>`
      : charted.map((one) =>
        markup`<h4>${outside(describeWorkload(one.workload))}</h4><div class="small">${
          cards(one, report)
        }</div>`
      )
  }`;
}

function cards({ indices }: Ranked, report: Report): Markup[] {
  const { variants } = report;
  const each = indices.flatMap((index, v) => index === undefined ? [] : [{ v, index }]);
  const series = each.map(({ v, index }) => variants[v]!.workloads[index]!.series);
  const most = {
    split: Math.max(...series.map((one) => mostOf(splitLines(one)))),
    floor: Math.max(...series.map((one) => mostOf(floorLines(one)))),
  };
  return each.map(({ v, index }) => card(variants[v]!.workloads[index]!, { report, v, index, most }));
}

interface Place {
  readonly report: Report;
  readonly v: number;
  readonly index: number;
  readonly most: { readonly split: number; readonly floor: number };
}

function card(workload: WorkloadReport, { report, v, index, most }: Place): Markup {
  const variant = report.variants[v]!;
  const isOne = report.variants.length === 1;
  const axis = axisOf(report, variant);
  const { series } = workload;
  const id = `v${v}-w${index}`;
  const path = `variants.${v}.workloads.${index}`;
  const name = describeWorkload(workload);
  return renderFigure({
    title: isOne ? name : variant.name,
    note: markup`${outside(workload.policy)}<br>${facts(workload, path)}`,
    level: isOne ? 4 : 5,
    axis,
    charts: [
      renderLines({
        id: `${id}-split`,
        title: `${name}: split asked and actual`,
        height: 110,
        axis,
        lines: splitLines(series),
        most: most.split,
      }),
      renderLines({
        id: `${id}-floor`,
        title: `${name}: ready on-demand pods against the floor`,
        height: 70,
        axis,
        lines: floorLines(series),
        most: most.floor,
        isMarked: (i) => series.belowFloor[i]! > 0,
        marked: "Below the floor",
      }),
    ],
    columns: Object.entries(NAMES).map(([key, name]): Column => ({
      name,
      path: `${path}.series.${key}`,
      values: series[key as keyof WorkloadSeries],
    })),
  });
}

function facts(workload: WorkloadReport, path: string): Markup[] {
  return ["minutesBelowFloor", "minutesOffSplit", "evictions"].map((key, i) => {
    const { label, unit } = figureKind(key);
    const value = figureOf(workload, key) ?? 0;
    return markup`${i > 0 ? " · " : ""}${i > 0 ? label.toLowerCase() : label} ${
      renderNumber(`${path}.${key}`, { value, unit })
    }`;
  });
}

function splitLines({ spot, onDemand, spotAsked }: WorkloadSeries): Line[] {
  return [
    { name: NAMES.spot, look: "spot", values: spot, isFilled: true },
    { name: NAMES.onDemand, look: "on-demand", values: onDemand },
    { name: NAMES.spotAsked, look: "asked", values: spotAsked },
  ];
}

function floorLines({ readyOnDemand, floor }: WorkloadSeries): Line[] {
  return [
    { name: "ready", look: "on-demand", values: readyOnDemand, isFilled: true },
    { name: NAMES.floor, look: "asked", values: floor },
  ];
}
