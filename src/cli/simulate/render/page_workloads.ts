import type { Report, VariantReport, WorkloadReport } from "../report.ts";
import { type Markup, markup, outside, type Part } from "./escape.ts";
import { figureKind, figureOf, labelOf } from "./figures.ts";
import { numberCell, renderNumber } from "./number.ts";
import { headRow, renderPageTable } from "./page_table.ts";
import { type Ranked, rankWorkloads } from "./ranking.ts";
import { chartedWorkloads, renderCharted } from "./page_workload_charts.ts";
import { describeWorkload } from "./words.ts";

/** With several variants, of all of them together: what they have in common is side by side for all workloads. */
const MOST_ROWS_OF_SEVERAL = 100;

const COMPARED = ["minutesBelowFloor", "minutesOffSplit", "evictions", "saved"];

const AT_THE_END = [
  { key: "replicas", label: "Replicas", unit: "count" },
  { key: "spotAsked", label: "Spot asked", unit: "count" },
  { key: "spot", label: "Spot", unit: "count" },
  { key: "onDemand", label: "On-demand", unit: "count" },
] as const;

const IN_ALL = [
  { key: "minutesBelowFloor", label: "Below the floor" },
  { key: "minutesOffSplit", label: "Off the split" },
  { key: "minutesPending", label: "Pending" },
  { key: "evictions", label: "Evictions" },
  { key: "podsReclaimed", label: "Pods reclaimed" },
  { key: "recoverySeconds.median", label: "Recovery, median" },
  { key: "recoverySeconds.longest", label: "Longest" },
  { key: "cost", label: "Cost" },
  { key: "saved", label: "Saved" },
].map((column) => ({ ...column, unit: figureKind(column.key).unit }));

const COLUMNS = [...AT_THE_END, ...IN_ALL];

export function renderWorkloads(report: Report): Markup {
  const { variants, scenario: { seeds, currency } } = report;
  const ranked = rankWorkloads(variants);
  const most = variants.length === 1 ? undefined : Math.ceil(MOST_ROWS_OF_SEVERAL / variants.length);
  const seed = seeds.length > 1 ? ` The numbers are of the first seed, ${seeds[0]}.` : "";
  return markup`<section aria-labelledby="workloads"><h2 id="workloads">Workloads</h2>${
    ranked.length === 0
      ? markup`<p>There is none.</p>`
      : markup`<p class="note">Most minutes below the floor first, then most off the split, then most evictions.${seed}</p>
${most === undefined ? undefined : compared(ranked, variants)}
${variants.map((variant, index) => oneVariant(ranked, { variant, index, most, currency }))}
${renderCharted(chartedWorkloads(ranked, variants.length), { report, of: ranked.length })}`
  }</section>`;
}

function compared(ranked: readonly Ranked[], variants: readonly VariantReport[]): Markup {
  const names = COMPARED.flatMap(() => variants.map(({ name }) => outside(name)));
  const groups = COMPARED.map((key) => ({ label: figureKind(key).label, span: variants.length }));
  return markup`<h3 id="beside">All workloads (${ranked.length}), side by side</h3>
${
    renderPageTable({
      look: "workloads beside",
      labelledBy: "beside",
      isTall: true,
      head: groupedHead(groups, names),
      rows: ranked.map(({ workload, indices }) =>
        markup`<tr><th scope="row">${outside(describeWorkload(workload))}</th>${
          COMPARED.map((key) =>
            indices.map((index, v) =>
              index === undefined
                ? markup`<td>`
                : figureCell(variants[v]!.workloads[index]!, { path: `variants.${v}.workloads.${index}`, key })
            )
          )
        }`
      ),
    })
  }`;
}

function groupedHead(
  groups: readonly { readonly label: string; readonly span: number }[],
  labels: readonly Part[],
): Markup {
  return markup`<tr><th scope="col" rowspan="2">Workload</th>${
    groups.map(({ label, span }) => markup`<th scope="colgroup" colspan="${span}">${label}</th>`)
  }</tr>${headRow(labels)}`;
}

function figureCell(workload: WorkloadReport, { path, key }: { path: string; key: string }): Markup {
  const unit = COLUMNS.find((column) => column.key === key)!.unit;
  return numberCell(`${path}.${key}`, { value: figureOf(workload, key), unit });
}

function oneVariant(
  ranked: readonly Ranked[],
  { variant, index, most, currency }: {
    variant: VariantReport;
    index: number;
    most: number | undefined;
    currency: string;
  },
): Markup {
  const own = ranked.flatMap(({ indices }) => indices[index] ?? []);
  const shown = own.slice(0, most);
  const some = `The first ${shown.length} of ${own.length}; all are in the JSON.`;
  const groups = [
    { label: "At the end", span: AT_THE_END.length },
    { label: "In all", span: COLUMNS.length - AT_THE_END.length },
    { label: "", span: 1 },
  ];
  const id = `workloads-${index}`;
  return markup`<h3 id="${id}">${
    most === undefined ? `All workloads (${own.length})` : outside(variant.name)
  }</h3>${shown.length < own.length ? markup`<p class="note">${some}</p>` : undefined}
${
    renderPageTable({
      look: "workloads",
      labelledBy: id,
      isTall: true,
      head: groupedHead(groups, [
        ...COLUMNS.map((column) => outside(labelOf(column, currency))),
        "Held back by",
      ]),
      rows: shown.map((i) => workloadRow(variant.workloads[i]!, `variants.${index}.workloads.${i}`)),
    })
  }`;
}

function workloadRow(workload: WorkloadReport, path: string): Markup {
  const { policy, trouble, minutesInFallback } = workload;
  const more = trouble === undefined ? undefined : markup` <small class="trouble">${outside(trouble)}</small>`;
  const minutes = renderNumber(`${path}.minutesInFallback`, { value: minutesInFallback, unit: "minutes" });
  const fallback = minutesInFallback === 0 ? undefined : markup` <small>without spot for ${minutes}</small>`;
  return markup`<tr><th scope="row">${outside(describeWorkload(workload))} <small>${
    outside(policy)
  }</small>${fallback}${more}</th>${
    COLUMNS.map(({ key }) => figureCell(workload, { path, key }))
  }<td class="words">${heldParts(workload, path)}`;
}

function heldParts({ heldMinutes }: WorkloadReport, path: string): Part {
  return Object.entries(heldMinutes).filter(([, value]) => value > 0).toSorted(([, a], [, b]) => b - a)
    .map(([reason, value], i) => {
      const minutes = renderNumber(`${path}.heldMinutes.${reason}`, { value, unit: "minutes" });
      return markup`${i > 0 ? ", " : ""}${outside(reason)} ${minutes}`;
    });
}
