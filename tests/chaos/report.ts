import { timeText } from "./world/journal.ts";
import type { Outcome } from "./world/run.ts";

const LINES = 30;
const SHOWN = 3;

/** One line of a seed that held; all that is needed to look into one that did not. */
export function outcomeText(
  { seed, days, digest, violations, lines, counts, longestUnmendedMs }: Outcome,
): string {
  if (violations.length === 0) {
    const moves = counts["evictions granted"] ?? 0;
    const actions = Object.entries(counts).filter(([what]) =>
      !what.includes("evictions") && !what.includes("proc")
    )
      .reduce((sum, [, count]) => sum + count, 0);
    return `seed ${seed}: ${actions} troubles, ${moves} evictions, ${
      counts["processes started"] ?? 0
    } processes, ` +
      `a drift waited ${Math.round(longestUnmendedMs / 1_000)} s at most, digest ${digest}`;
  }
  const broken = violations.slice(0, SHOWN).map(({ rule, atMs, detail }) =>
    `  ${timeText(atMs)} ${rule}: ${detail}`
  );
  return [
    `seed ${seed} FAILED:`,
    ...broken,
    "  what happened last:",
    ...lines.slice(-LINES).map((line) => `    ${line}`),
    `  replay: deno task chaos --seed ${seed} --days ${days}`,
  ].join("\n");
}

/** The closing line, as "deno test" has it. */
export function closingText({ passed, failed, ms }: { passed: number; failed: number; ms: number }): string {
  return `${failed === 0 ? "ok" : "FAILED"} | ${passed} passed | ${failed} failed (${Math.round(ms / 1_000)}s)`;
}
