import { renderTable } from "../../table.ts";
import type { Report, WorkloadReport } from "../report.ts";
import { visible } from "./escape.ts";
import { formatFigure } from "./format.ts";
import { rankWorkloads } from "./ranking.ts";
import type { TextOptions } from "./text.ts";
import { describeWorkload } from "./words.ts";
import { MOST_PROSE, shorten, wrap } from "./wrap.ts";

/** Of a variant: with more, the answer above would be out of sight. */
const MOST_ROWS = 50;
const SHORTEST_NAME = 12;
/** Of a variant: one cause mostly has them all. */
const MOST_LINES = 10;

const HEADER = ["WORKLOAD", "SPOT", "ASKED", "BELOW FLOOR", "OFF SPLIT", "EVICTED", "SAVED"];

/** A table for each variant, a row for each workload: those first that a reader should look at. */
export function renderWorkloadTables({ variants, scenario }: Report, options: TextOptions): string[] {
  const ranked = rankWorkloads(variants);
  return variants.flatMap(({ name, workloads }, v) => {
    const own = ranked.flatMap(({ indices }) => indices[v] ?? []);
    if (own.length === 0) return [];
    const seed = scenario.seeds.length > 1 ? [`seed ${scenario.seeds[0]}`] : [];
    const title = [...variants.length > 1 ? [visible(name)] : [], ...seed].join(", ");
    const rows = own.slice(0, MOST_ROWS).map((i) => rowOf(workloads[i]!));
    const left = own.length - rows.length;
    return [
      (title === "" ? "" : `${shorten(title, options.columns - 1)}:\n`) +
      renderTable(aligned([HEADER, ...rows], options.columns), options) +
      (left > 0 ? `and ${left.toLocaleString("en-US")} more, in the JSON and on the page\n` : ""),
      listText("Without spot capacity for a while:", workloads.map(describeFallback), options),
      listText("In trouble at the end:", workloads.map(describeTrouble), options),
    ];
  });
}

function describeFallback(workload: WorkloadReport): string | undefined {
  const { minutesInFallback } = workload;
  if (minutesInFallback === 0) return undefined;
  return `${describeWorkload(workload)}: new pods went to on-demand for ${
    formatFigure(minutesInFallback, "minutes")
  }`;
}

function describeTrouble(workload: WorkloadReport): string | undefined {
  return workload.trouble === undefined ? undefined : `${describeWorkload(workload)}: ${workload.trouble}`;
}

function listText(title: string, all: readonly (string | undefined)[], { columns }: TextOptions): string {
  const width = Math.min(columns, MOST_PROSE);
  const lines = all.filter((line) => line !== undefined);
  if (lines.length === 0) return "";
  const left = lines.length - MOST_LINES;
  const some = lines.slice(0, MOST_LINES).map((line) => wrap(line, { width, first: "- " })).join("");
  return `${title}\n${some}` + (left > 0 ? `and ${left.toLocaleString("en-US")} more, in the JSON\n` : "");
}

/** As kubectl calls them. */
const SHORT = { Deployment: "deploy", StatefulSet: "sts" } as const;

function rowOf(workload: WorkloadReport): string[] {
  const { kind, namespace, name, isManaged } = workload;
  const { spot, spotAsked, replicas, minutesBelowFloor, minutesOffSplit, evictions, saved } = workload;
  const ifManaged = (text: string) => isManaged ? text : "-";
  return [
    `${SHORT[kind]} ${namespace}/${name}`,
    `${formatFigure(spot, "count")}/${formatFigure(replicas, "count")}`,
    ifManaged(formatFigure(spotAsked, "count")),
    ifManaged(formatFigure(minutesBelowFloor, "minutes")),
    ifManaged(formatFigure(minutesOffSplit, "minutes")),
    formatFigure(evictions, "count"),
    formatFigure(saved, "share"),
  ];
}

/** Numbers to the right, and names as long as the rest leaves room for. */
function aligned(rows: readonly (readonly string[])[], columns: number): string[][] {
  const widths = HEADER.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const numbers = widths.slice(1).reduce((sum, width) => sum + width + 2, 0);
  const room = Math.max(columns - numbers, SHORTEST_NAME);
  return rows.map((row) => row.map((cell, i) => i === 0 ? shorten(cell, room) : cell.padStart(widths[i]!)));
}
