import assert from "node:assert/strict";
import { closingText, outcomeText } from "./report.ts";
import type { Outcome } from "./world/run.ts";

const HELD: Outcome = {
  seed: 42,
  days: 30,
  digest: "0badcafe",
  violations: [],
  lines: [],
  counts: { "scale": 3, "evictions asked for": 8, "evictions granted": 7, "processes started": 2 },
  longestUnmendedMs: 61_000,
};

Deno.test("outcomeText() tells in a line of a seed that held", () => {
  assert.equal(
    outcomeText(HELD),
    "seed 42: 3 troubles, 7 evictions, 2 processes, a drift waited 61 s at most, digest 0badcafe",
  );
});

Deno.test("outcomeText() tells of a seed that failed what, when, after what, and how to see it again", () => {
  const atMs = 2 * 86_400_000 + 3_723_004;
  const violations = [{ rule: "floor" as const, atMs, detail: "eviction of web-1" }];
  assert.equal(
    outcomeText({ ...HELD, violations, lines: ["day 2 01:02:00.000 scale, of 3, replicas 1"] }),
    [
      "seed 42 FAILED:",
      "  day 2 01:02:03.004 floor: eviction of web-1",
      "  what happened last:",
      "    day 2 01:02:00.000 scale, of 3, replicas 1",
      "  replay: deno task chaos --seed 42 --days 30",
    ].join("\n"),
  );
});

Deno.test("closingText() is as deno test has it", () => {
  assert.equal(closingText({ passed: 50, failed: 0, ms: 61_400 }), "ok | 50 passed | 0 failed (61s)");
  assert.equal(closingText({ passed: 1, failed: 2, ms: 0 }), "FAILED | 1 passed | 2 failed (0s)");
});
