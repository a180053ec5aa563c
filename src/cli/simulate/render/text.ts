import { formatDuration } from "../../../domain/duration.ts";
import { renderTable } from "../../table.ts";
import type { InputNote, Report, VariantReport } from "../report.ts";
import { figureOf, FIGURES, labelOf, rangeOf } from "./figures.ts";
import { formatBare, formatFigure, suffixOf, type Unit } from "./format.ts";
import { describePlace, groupNotes, type NoteGroup } from "./notes.ts";
import { NONE } from "./number.ts";
import { renderWorkloadTables } from "./text_workloads.ts";
import { describeIdle, describeRun, describeTitle } from "./words.ts";
import { MOST_PROSE, shorten, wrap } from "./wrap.ts";

export interface TextOptions {
  readonly isTerminal: boolean;
  /** Of the terminal. */
  readonly columns: number;
}

/** Below this, lines are left to the terminal to break. */
const FEWEST_COLUMNS = 60;
/** Objects named with a note; the others are counted, and in the JSON. */
const MOST_PLACES = 5;
const LONGEST_VARIANT = 28;
const LONGEST_CURRENCY = 8;

/** The report for a terminal: the answer, a row for each workload, and what to know before believing it. */
export function renderText(report: Report, { isTerminal, columns: asked }: TextOptions): string {
  const columns = Math.max(asked, FEWEST_COLUMNS);
  const width = Math.min(columns, MOST_PROSE);
  const { findings, notes, assumptions, scenario: { manifests } } = report;
  const idle = describeIdle(report);
  return [
    wrap(describeTitle(report), { width }) + wrap(describeRun(report), { width }),
    idle === undefined ? "" : wrap(idle, { width }),
    noteList("Probably not as it was meant:", { notes: findings, manifests, width }),
    ...figureTables(report, { isTerminal, columns }),
    ...renderWorkloadTables(report, { isTerminal, columns }),
    noteList("Not simulated:", { notes, manifests, width }),
    assumptions.length === 0
      ? ""
      : `Assumed:\n${assumptions.map((text) => wrap(text, { width, first: "- " })).join("")}`,
  ].filter((part) => part !== "").join("\n");
}

/** As many variants beside each other as there is room for. */
function figureTables({ variants, scenario }: Report, { isTerminal, columns }: TextOptions): string[] {
  const labels = ["", ...FIGURES.map((kind) => labelOf(kind, shorten(scenario.currency, LONGEST_CURRENCY)))];
  const cells = variants.map((variant) => figureColumn(variant));
  const groups: string[][][] = [];
  let free = 0;
  for (const column of cells) {
    const width = widthOf(column) + 2;
    if (width > free) {
      groups.push([labels]);
      free = columns - widthOf(labels);
    }
    groups.at(-1)!.push(column);
    free -= width;
  }
  return groups.map((group) =>
    renderTable(labels.map((_, row) => group.map((column) => column[row]!)), { isTerminal })
  );
}

function figureColumn(variant: VariantReport): string[] {
  const figures = FIGURES.map(({ key, unit }) => {
    const value = figureOf(variant.figures, key);
    if (value === undefined) return NONE;
    const range = rangeOf(variant, key);
    return withUnit(value, unit) +
      (range === undefined ? "" : ` (${bare(range.least, unit)}–${bare(range.most, unit)}${suffixOf(unit)})`);
  });
  return [shorten(variant.name, LONGEST_VARIANT), ...figures];
}

/** A duration as Go prints it is shorter than in words. */
function withUnit(value: number, unit: Unit): string {
  return unit === "seconds" ? bare(value, unit) : formatFigure(value, unit);
}

function bare(value: number, unit: Unit): string {
  return unit === "seconds" ? formatDuration(Math.round(value) * 1_000) : formatBare(value, unit);
}

function widthOf(column: readonly string[]): number {
  return Math.max(...column.map((cell) => cell.length));
}

interface NoteList {
  readonly notes: readonly InputNote[];
  readonly manifests: readonly string[];
  readonly width: number;
}

function noteList(title: string, { notes, ...rest }: NoteList): string {
  if (notes.length === 0) return "";
  return `${title}\n${groupNotes(notes).map((group) => noteText(group, rest)).join("")}`;
}

function noteText({ why, path, notes }: NoteGroup, { manifests, width }: Omit<NoteList, "notes">): string {
  const places = notes.slice(0, MOST_PLACES).map((note) => describePlace(note, manifests));
  if (notes.length > MOST_PLACES) places.push(`${(notes.length - MOST_PLACES).toLocaleString("en-US")} more`);
  return wrap(`${path === "" ? "" : `${path}: `}${why}`, { width, first: "- " }) +
    wrap(places.join(", "), { width, first: "    " });
}
