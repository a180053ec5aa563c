import { type Line, type Span, span, type Style } from "./span.ts";
import type { DemoPod } from "./model.ts";

/** One column wide in all common fonts. The shape tells what the colour does. */
const STAYING = {
  "spot": { ready: "●", starting: "○" },
  "on-demand": { ready: "■", starting: "□" },
} as const;
const LEAVING = "◦";
const EVICTED = "×";
const NOWHERE = "◊";

export function glyph({ capacity, state }: DemoPod): Span {
  if (state === "evicted") return span(EVICTED, "evicted");
  if (state === "leaving") return span(LEAVING, "faint");
  return capacity === undefined ? span(NOWHERE, "warning") : span(STAYING[capacity][state], capacity);
}

export function glyphs(pods: readonly DemoPod[], gap = ""): Line {
  return pods.flatMap((pod, i) => i === 0 || gap === "" ? [glyph(pod)] : [span(gap), glyph(pod)]);
}

const ENTRIES: readonly (readonly [string, Style, string])[] = [
  [STAYING.spot.ready, "spot", "spot"],
  [STAYING["on-demand"].ready, "on-demand", "on-demand"],
  [`${STAYING.spot.starting} ${STAYING["on-demand"].starting}`, "plain", "starting"],
  [LEAVING, "faint", "leaving"],
  [EVICTED, "evicted", "evicted"],
  [NOWHERE, "warning", "no node yet"],
];

export const LEGEND: Line = ENTRIES.flatMap(([sign, style, words], i) => [
  span(i === 0 ? "" : "  "),
  span(sign, style),
  span(` ${words}`),
]);
