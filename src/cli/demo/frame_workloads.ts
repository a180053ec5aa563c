import { glyphs } from "./glyphs.ts";
import type { DemoWorkload, SplitCount, Verdict } from "./model.ts";
import { type Line, padded, span } from "./span.ts";

const WIDTHS = { name: 9, policy: 20, asked: 7, actual: 8 };
/** As many pods as the story makes of a workload, and a gap. */
const BAR = 22;
/** As many as the story has: so that nothing below moves when they come. */
const LEAST_WORKLOADS = 3;
/** From this width on there is room for why, too. */
const WIDE = 120;

export function workloadLines(workloads: readonly DemoWorkload[], columns: number): Line[] {
  const heading: Line = [
    span(" WORKLOAD", "faint"),
    ...padded([span(" POLICY", "faint")], WIDTHS.policy + 1),
    ...padded([span("ASKED", "faint")], WIDTHS.asked),
    ...padded([span("ACTUAL (spot/on-demand)", "faint")], WIDTHS.actual + BAR),
    span("SPOTALIS SAYS", "faint"),
  ];
  const lines = workloads.map((workload) => workloadLine(workload, columns));
  while (lines.length < LEAST_WORKLOADS) lines.push([]);
  return [heading, ...lines];
}

function workloadLine({ name, policy, asked, actual, pods, verdict }: DemoWorkload, columns: number): Line {
  const isRight = asked.spot === actual.spot && asked.onDemand === actual.onDemand;
  return [
    span(" "),
    ...padded([span(name, "strong")], WIDTHS.name),
    ...padded([span(policy)], WIDTHS.policy),
    ...padded([span(splitText(asked))], WIDTHS.asked),
    ...padded([span(splitText(actual), isRight ? "good" : "warning")], WIDTHS.actual),
    ...padded(glyphs(pods), BAR),
    ...verdictSpans(verdict, columns),
  ];
}

function verdictSpans(verdict: Verdict | undefined, columns: number): Line {
  if (verdict === undefined) return [];
  const { reason, detail } = verdict;
  const first = span(reason, reason === "balanced" ? "good" : "warning");
  return columns >= WIDE ? [first, span(`: ${detail}`)] : [first];
}

/** `7/3`: spot and on-demand. */
export function splitText({ spot, onDemand }: SplitCount): string {
  return `${spot}/${onDemand}`;
}
