import type { DemoChapter } from "./model.ts";

export const OPENING = `Spotalis demo: the real operator in an embedded cluster.
Times are simulated; a split is spot/on-demand.

`;

const NEXT = `
Next:
  spotalis simulate -f your.yaml   your own manifests: days in seconds, a report
  spotalis plan                    what it would do in your cluster; only reads
  spotalis demo --scenario NAME    one chapter again: see "spotalis demo --help"
`;

/** What the story has come to, and what to do next. */
export function summaryOf(told: readonly DemoChapter[]): string {
  const results = told.map(({ number, title, result }) => `${number}  ${title}\n   ${result}\n`);
  return `\nWhat was shown, with splits as spot/on-demand:\n${results.join("")}${NEXT}`;
}
