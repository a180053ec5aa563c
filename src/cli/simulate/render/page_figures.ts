import type { Report, VariantReport } from "../report.ts";
import { type Markup, markup, outside, type Part } from "./escape.ts";
import { figureKind, figureOf, FIGURES, labelOf } from "./figures.ts";
import { NONE, renderNumber, variantFigure } from "./number.ts";
import { headRow, renderPageTable } from "./page_table.ts";

const HEADLINES = [
  "saved",
  "minutesBelowFloor",
  "minutesOffSplit",
  "evictions",
  "reclaims",
  "recoverySeconds.median",
];

/** The answer first: six figures large, then all of them. */
export function renderFigures({ variants, scenario: { seeds, currency } }: Report): Markup {
  const several = seeds.length > 1 ? ` Each is the median of ${seeds.length} seeds (least–most).` : "";
  const scope =
    `Figures are of all workloads together that are managed${variants.length > 1 ? " in any variant" : ""}; ` +
    "nodes are all that there were.";
  const rows = FIGURES.map((kind) =>
    markup`<tr><th scope="row">${outside(labelOf(kind, currency))} <small>${kind.hint}</small></th>${
      variants.map((variant, index) => markup`<td>${variantFigure(variant, { kind, index })}</td>`)
    }</tr>`
  );
  return markup`<section aria-labelledby="figures"><h2 id="figures">The answer</h2>
<ul class="cards">${HEADLINES.map((key) => card(key, { variants, currency }))}</ul>
<h3 id="compared">${variants.length > 1 ? "Side by side" : "All figures"}</h3>
<p class="note">${scope}${several}</p>
${
    renderPageTable({
      look: variants.length > 1 ? "figures" : "figures one",
      labelledBy: "compared",
      head: headRow(["Figure", ...variants.map(({ name }) => outside(name))]),
      rows,
    })
  }</section>`;
}

function card(
  key: string,
  { variants, currency }: { variants: readonly VariantReport[]; currency: string },
): Markup {
  const kind = figureKind(key);
  const [first] = variants;
  if (first === undefined || variants.length > 1) {
    return markup`<li><h3>${kind.label}</h3><p class="hint">${kind.hint}</p>${bars(key, variants)}</li>`;
  }
  return markup`<li><h3>${kind.label}</h3><p class="big">${
    variantFigure(first, { kind, index: 0 })
  }</p><p class="hint">${more(key, { variant: first, currency })}</p></li>`;
}

/** What belongs to a headline where there is one variant only. */
function more(key: string, { variant, currency }: { variant: VariantReport; currency: string }): Part {
  const number = (name: string) => {
    const value = figureOf(variant.figures, name);
    if (value === undefined) return NONE;
    return renderNumber(`variants.0.figures.${name}`, { value, unit: figureKind(name).unit });
  };
  switch (key) {
    case "saved":
      return markup`${number("cost")} instead of ${number("costOnDemand")} ${
        outside(currency)
      } if all were on-demand`;
    case "minutesOffSplit":
      return markup`${number("spotShare")} of the pods’ time on spot, asked were ${number("spotShareAsked")}`;
    case "evictions":
      return markup`pods that the operator moved, of ${number("podsCreated")} created`;
    case "reclaims":
      return markup`and ${number("podsReclaimed")} pods with them`;
    case "recoverySeconds.median":
      return variant.figures.recoverySeconds === undefined
        ? variant.figures.podsReclaimed === 0 ? "no pod was on a reclaimed node" : "no workload recovered"
        : markup`median from notice to all ready; the longest ${number("recoverySeconds.longest")}`;
    default:
      return figureKind(key).hint;
  }
}

/** One bar a variant, all of one scale. They only repeat the numbers above them. */
function bars(key: string, variants: readonly VariantReport[]): Markup {
  const kind = figureKind(key);
  const values = variants.map(({ figures }) => figureOf(figures, key) ?? 0);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return markup`<dl class="bars">${
    variants.map((variant, index) => {
      const share = most > 0 ? Math.max(values[index]! / most, 0) : 0;
      return markup`<div style="--share:${(share * 100).toFixed(1)}%"><dt>${outside(variant.name)}</dt><dd>${
        variantFigure(variant, { kind, index })
      }</dd></div>`;
    })
  }</dl>`;
}
