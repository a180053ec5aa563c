import { type Markup, markup, type Part } from "./escape.ts";

export interface PageTable {
  /** A class of the style sheet. */
  readonly look: string;
  /** The id of the heading that names it, or else its name. */
  readonly labelledBy?: string;
  readonly label?: string;
  /** Whether it may be long: then it scrolls under its head. */
  readonly isTall?: boolean;
  readonly caption?: string;
  /** The rows of the head. */
  readonly head: Part;
  readonly rows: readonly Part[];
}

/** A table that scrolls by itself where it is wider than the page, also with the keyboard. */
export function renderPageTable(table: PageTable): Markup {
  const { look, labelledBy, label, isTall, caption, head, rows } = table;
  const name = labelledBy === undefined
    ? markup`aria-label="${label}"`
    : markup`aria-labelledby="${labelledBy}"`;
  return markup`<div class="scroll${
    isTall ? " tall" : ""
  }" role="region" ${name} tabindex="0"><table class="${look}">${
    caption === undefined ? undefined : markup`<caption>${caption}</caption>`
  }<thead>${head}</thead><tbody>${rows.map((row) => markup`\n${row}`)}</tbody></table></div>`;
}

export function headRow(labels: readonly Part[]): Markup {
  return markup`<tr>${labels.map((label) => markup`<th scope="col">${label}</th>`)}</tr>`;
}
