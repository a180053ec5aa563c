import type { InputNote, Report } from "../report.ts";
import { type Markup, markup, outside } from "./escape.ts";
import { labelOf } from "./figures.ts";
import { countOf } from "./format.ts";
import { describePlace, groupNotes, type NoteGroup } from "./notes.ts";
import { numberCell } from "./number.ts";
import { headRow, renderPageTable } from "./page_table.ts";

/** Where there are more, they are counted, and in the JSON. */
const MOST_GROUPS = 100;
const PRICE = { label: "Price an hour", unit: "price" } as const;
/** Of one group. */
const MOST_PLACES = 20;

/** What went in: what is not simulated, what was assumed, and the nodes. */
export function renderInput({ findings, notes, assumptions, scenario }: Report): Markup {
  const { manifests } = scenario;
  const wrong = findings.length === 0
    ? undefined
    : markup`<section aria-labelledby="findings"><h2 id="findings">${"Probably not as it was meant"}</h2>${
      noteTable("findings", { notes: findings, manifests })
    }</section>`;
  return markup`${wrong}<section aria-labelledby="notes"><h2 id="notes">Not simulated</h2>${
    notes.length === 0
      ? markup`<p>All of the input is simulated.</p>`
      : noteTable("notes", { notes, manifests })
  }</section><section aria-labelledby="assumptions"><h2 id="assumptions">Assumed</h2>${
    assumptions.length === 0
      ? markup`<p>Nothing: manifests and scenario say it all.</p>`
      : markup`<ul class="prose">${assumptions.map((text) => markup`<li>${outside(text)}</li>`)}</ul>`
  }</section><section aria-labelledby="nodegroups"><h2 id="nodegroups">Node groups</h2>${
    nodeTable(scenario)
  }</section>`;
}

function noteTable(
  labelledBy: string,
  { notes, manifests }: { notes: readonly InputNote[]; manifests: readonly string[] },
): Markup {
  const groups = groupNotes(notes);
  const left = groups.length - MOST_GROUPS;
  return markup`${
    renderPageTable({
      look: "words",
      labelledBy,
      head: headRow(["Why", "Field", "Where"]),
      rows: groups.slice(0, MOST_GROUPS).map((group) => noteRow(group, manifests)),
    })
  }${left > 0 ? markup`<p class="note">And ${countOf(left, "more kind")}, in the JSON.</p>` : undefined}`;
}

function noteRow({ why, path, notes }: NoteGroup, manifests: readonly string[]): Markup {
  const places = notes.slice(0, MOST_PLACES).map((note) =>
    markup`<div>${outside(describePlace(note, manifests))}</div>`
  );
  const left = notes.length - MOST_PLACES;
  return markup`<tr><td>${outside(why)}</td><td>${
    path === "" ? "all of it" : markup`<code>${outside(path)}</code>`
  }</td><td>${places}${
    left > 0 ? markup`<div>and ${left.toLocaleString("en-US")} more, in the JSON</div>` : undefined
  }</td></tr>`;
}

function nodeTable({ nodeGroups: groups, currency }: Report["scenario"]): Markup {
  if (groups.length === 0) return markup`<p>There is none.</p>`;
  return renderPageTable({
    look: "groups",
    labelledBy: "nodegroups",
    head: headRow(["Group", "Capacity", "Nodes", outside(labelOf(PRICE, currency)), "Reclaims an hour"]),
    rows: groups.map(({ name, capacity, nodes, pricePerHour, reclaimsPerHour }, i) => {
      const path = `scenario.nodeGroups.${i}`;
      return markup`<tr><th scope="row">${outside(name)}</th><td>${capacity}</td>${[
        numberCell(`${path}.nodes`, { value: nodes, unit: "count" }),
        numberCell(`${path}.pricePerHour`, { value: pricePerHour, unit: "price" }),
        numberCell(`${path}.reclaimsPerHour`, { value: reclaimsPerHour, unit: "rate" }),
      ]}`;
    }),
  });
}
