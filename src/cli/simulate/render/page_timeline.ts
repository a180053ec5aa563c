import type { Report, TimelineEntry, VariantReport } from "../report.ts";
import { type Markup, markup, outside } from "./escape.ts";
import { formatTime, type Moment } from "./format.ts";
import { headRow, renderPageTable } from "./page_table.ts";

/** Of all variants together. */
const MOST_ENTRIES = 200;

export function renderEvents({ variants, scenario }: Report): Markup {
  const most = Math.floor(MOST_ENTRIES / Math.max(variants.length, 1));
  return markup`<section aria-labelledby="events"><h2 id="events">Events</h2>${
    variants.map((variant, index) => {
      if (variants.length === 1) return oneVariant(variant, { scenario, most, id: "events" });
      const id = `events-${index}`;
      return markup`<h3 id="${id}">${outside(variant.name)}</h3>${oneVariant(variant, { scenario, most, id })}`;
    })
  }</section>`;
}

function oneVariant(
  { timeline }: VariantReport,
  { scenario, most, id }: { scenario: Moment; most: number; id: string },
): Markup {
  if (timeline.length === 0) return markup`<p>Nothing happened.</p>`;
  const shown = pickEntries(timeline, most);
  const [all, left] = [timeline.length, timeline.length - shown.length].map((n) => n.toLocaleString("en-US"));
  const some = `${shown.length} of ${all}, the rarer kinds first; ${left} more are in the JSON. `;
  return markup`<p class="note">${shown.length < timeline.length ? some : ""}Times are UTC.</p>
${
    renderPageTable({
      look: "events",
      labelledBy: id,
      isTall: true,
      head: headRow(["When", "What", "Where", "Detail"]),
      rows: shown.map((entry) => eventRow(entry, scenario)),
    })
  }`;
}

function eventRow({ atMs, what, subject, detail }: TimelineEntry, scenario: Moment): Markup {
  const when = formatTime(Math.floor(atMs / 1_000) * 1_000, scenario);
  return markup`<tr><th scope="row">${when}</th><td>${what}</td><td>${outside(subject)}</td><td>${
    outside(detail)
  }</td>`;
}

/** In their order; where there are too many, the kinds of which there are few go before those of which there are many. */
export function pickEntries(timeline: readonly TimelineEntry[], most: number): TimelineEntry[] {
  const counts = new Map<string, number>();
  for (const { what } of timeline) counts.set(what, (counts.get(what) ?? 0) + 1);
  return timeline.map((entry, i) => ({ entry, i }))
    .sort((a, b) => counts.get(a.entry.what)! - counts.get(b.entry.what)! || a.i - b.i)
    .slice(0, most)
    .sort((a, b) => a.i - b.i)
    .map(({ entry }) => entry);
}
