import assert from "node:assert/strict";
import { ageOf, humanDuration } from "../../../src/sim/kubectl/human_duration.ts";

const [S, M, H, D] = [1_000, 60_000, 3_600_000, 86_400_000] as const;

/** Of apimachinery's own test of duration.HumanDuration. */
const DURATIONS: readonly [ms: number, text: string][] = [
  [-2 * S, "<invalid>"],
  [-2 * S + 1, "0s"],
  [-1, "0s"],
  [0, "0s"],
  [S - 1, "0s"],
  [S, "1s"],
  [2 * M - 1, "119s"],
  [2 * M, "2m"],
  [2 * M + S, "2m1s"],
  [10 * M - 1, "9m59s"],
  [10 * M, "10m"],
  [10 * M + S, "10m"],
  [3 * H - 1, "179m"],
  [3 * H, "3h"],
  [3 * H + M, "3h1m"],
  [8 * H - 1, "7h59m"],
  [8 * H, "8h"],
  [8 * H + M, "8h"],
  [2 * D - 1, "47h"],
  [2 * D, "2d"],
  [2 * D + H, "2d1h"],
  [8 * D - 1, "7d23h"],
  [8 * D, "8d"],
  [8 * D + H, "8d"],
  [2 * 365 * D - 1, "729d"],
  [2 * 365 * D, "2y"],
  [2 * 365 * D + D, "2y1d"],
  [3 * 365 * D, "3y"],
  [8 * 365 * D - 1, "7y364d"],
  [8 * 365 * D, "8y"],
  [8 * 365 * D + 364 * D, "8y"],
  [9 * 365 * D, "9y"],
];

for (const [ms, text] of DURATIONS) {
  Deno.test(`humanDuration() tells ${ms} ms as ${text}`, () => assert.equal(humanDuration(ms), text));
}

Deno.test("ageOf() tells how long ago a timestamp is", () => {
  assert.equal(ageOf("2026-11-25T00:00:00Z", Date.UTC(2026, 10, 25, 0, 1, 30)), "90s");
  assert.equal(ageOf("2026-11-25T00:00:00.123456Z", Date.UTC(2026, 10, 25, 0, 3, 1)), "3m");
});

for (const missing of [undefined, null, ""]) {
  Deno.test(`ageOf() does not know the age of ${JSON.stringify(missing)}`, () => {
    assert.equal(ageOf(missing, 0), "<unknown>");
  });
}
