import type { VariantReport } from "../report.ts";
import { type Markup, markup } from "./escape.ts";
import { type FigureKind, figureOf, rangeOf } from "./figures.ts";
import { formatBare, formatFigure, suffixOf, type Unit } from "./format.ts";

/** What stands where there is no such figure. */
export const NONE = "–";

/**
 * The attributes that tie a shown number to the JSON: where it stands there, and what it is exactly. The
 * path is the keys with points between them; a key of `ranges` may have a point itself.
 */
export function source(path: string, value: number): Markup {
  return markup`data-path="${path}" data-value="${JSON.stringify(value)}"`;
}

export function renderNumber(path: string, { value, unit }: { value: number; unit: Unit }): Markup {
  return markup`<span class="n" ${source(path, value)}>${formatFigure(value, unit)}</span>`;
}

/** A cell of a table. Its end tag is left out, as HTML allows: there are thousands. */
export function numberCell(path: string, { value, unit }: { value: number | undefined; unit: Unit }): Markup {
  return value === undefined
    ? markup`<td>${NONE}`
    : markup`<td ${source(path, value)}>${formatFigure(value, unit)}`;
}

/** A figure of a variant, with its range where there are several seeds. */
export function variantFigure(
  variant: VariantReport,
  { kind, index }: { kind: FigureKind; index: number },
): Markup {
  const { key, unit } = kind;
  const value = figureOf(variant.figures, key);
  if (value === undefined) return markup`<span class="n">${NONE}</span>`;
  return markup`${renderNumber(`variants.${index}.figures.${key}`, { value, unit })}${
    renderRange(variant, { kind, index })
  }`;
}

function renderRange(
  variant: VariantReport,
  { kind, index }: { kind: FigureKind; index: number },
): Markup | undefined {
  const range = rangeOf(variant, kind.key);
  if (range === undefined) return undefined;
  const path = `variants.${index}.ranges.${kind.key}`;
  const end = (name: "least" | "most") =>
    markup`<span ${source(`${path}.${name}`, range[name])}>${formatBare(range[name], kind.unit)}</span>`;
  return markup` <span class="range">(${end("least")}–${end("most")}${suffixOf(kind.unit)})</span>`;
}
