import { bucketMs, type TimeAxis } from "./axis.ts";
import type { Column } from "./chart.ts";
import { type Markup, markup, type Part } from "./escape.ts";
import { formatPeriod, formatPoint, formatTime } from "./format.ts";
import { renderPageTable } from "./page_table.ts";

export interface ChartFigure {
  readonly title: string;
  /** Under the title; what the numbers are. */
  readonly note: Part;
  /** 2 to 6. */
  readonly level: number;
  readonly charts: readonly Markup[];
  readonly axis: TimeAxis;
  readonly columns: readonly Column[];
}

/** Charts over one axis of time with the table of all their points. */
export function renderFigure({ title, note, level, charts, axis, columns }: ChartFigure): Markup {
  return markup`<figure class="chart"><figcaption>${
    heading(level, title)
  }<p class="note">${note}</p></figcaption>
${charts}
<p class="readout" aria-hidden="true"></p>
${renderPoints({ title, axis, columns })}</figure>`;
}

function heading(level: number, title: string): Markup {
  const tag = { html: `h${level}` };
  return markup`<${tag}><bdi>${title}</bdi></${tag}>`;
}

/** End tags that HTML lets go (https://html.spec.whatwg.org/#optional-tags) are left out: there are many rows. */
function renderPoints({ title, axis, columns }: Pick<ChartFigure, "title" | "axis" | "columns">): Markup {
  const name = `${title}: each ${formatPeriod(bucketMs(axis))} in numbers`;
  const head = columns.map(({ name, path }) =>
    markup`<th scope="col"${path === undefined ? undefined : markup` data-series="${path}"`}>${name}</th>`
  );
  const rows = axis.atMs.map((atMs, i) =>
    markup`<tr><th scope="row">${formatTime(atMs, axis)}${
      columns.map(({ values }) => markup`<td>${formatPoint(values[i] ?? 0)}`)
    }`
  );
  return markup`<details><summary>Table<span class="unseen"> of ${title}</span></summary>${
    renderPageTable({
      look: "points",
      label: name,
      caption: `${name}. Times are UTC.`,
      head: markup`<tr><th scope="col">From</th>${head}</tr>`,
      rows,
    })
  }</details>`;
}
