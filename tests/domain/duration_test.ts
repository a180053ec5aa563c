import assert from "node:assert/strict";
import { formatDuration, parseDuration } from "../../src/domain/duration.ts";
import { forAll } from "../support/random.ts";

const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;

const PARSED: readonly [text: string, ms: number][] = [
  ["0", 0],
  ["0s", 0],
  ["0h0m0s", 0],
  ["1ns", 1e-6],
  ["1us", 1e-3],
  ["1µs", 1e-3],
  ["1μs", 1e-3],
  ["250ms", 250],
  ["30s", 30_000],
  ["4h", 14_400_000],
  ["1h30m", 5_400_000],
  ["1h2m3s4ms", 3_723_004],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["1.s", 1_000],
  ["30m1h", 5_400_000],
  ["90m", 5_400_000],
  ["1h1h", 7_200_000],
  ["007s", 7_000],
  ["87600h", TEN_YEARS_MS],
];

for (const [text, ms] of PARSED) {
  Deno.test(`parseDuration() reads "${text}" as ${ms} ms`, () => assert.equal(parseDuration(text), ms));
}

const REFUSED = [
  "",
  " ",
  "1",
  "00",
  "10",
  "h",
  ".s",
  ".",
  "1d",
  "1w",
  "1H",
  "1 h",
  " 1h",
  "1h ",
  "1h\n",
  "1h 30m",
  "-1h",
  "1h-30m",
  "1e3s",
  "0x1h",
  "１h",
  "1,5h",
  "1..5h",
  "1.5.5h",
  "NaNs",
  "Infinity",
  "infh",
  "off",
  "87600h1ms",
  "99999999999999999999h",
  "1h".repeat(33),
  "1".repeat(10_240),
];

for (const text of REFUSED) {
  const shown = text.length > 40 ? `${text.length} characters` : JSON.stringify(text);
  Deno.test(`parseDuration() takes ${shown} for no duration`, () =>
    assert.equal(parseDuration(text), undefined));
}

const FORMATTED: readonly [ms: number, text: string][] = [
  [0, "0s"],
  [0.4, "0s"],
  [1, "1ms"],
  [250, "250ms"],
  [999, "999ms"],
  [999.6, "1s"],
  [1_000, "1s"],
  [1_500, "1.5s"],
  [59_999, "59.999s"],
  [59_999.9, "1m0s"],
  [60_000, "1m0s"],
  [90_000, "1m30s"],
  [3_600_000, "1h0m0s"],
  [3_723_000, "1h2m3s"],
  [3_723_004, "1h2m3.004s"],
  [90_000_000, "25h0m0s"],
];

for (const [ms, text] of FORMATTED) {
  Deno.test(`formatDuration() prints ${ms} ms as "${text}"`, () => assert.equal(formatDuration(ms), text));
}

forAll("parseDuration() reads what formatDuration() prints", { runs: 1_000 }, (random) => {
  const ms = random.integer(0, random.pick([2_000, 100_000, 10_000_000, TEN_YEARS_MS]));
  const back = parseDuration(formatDuration(ms));
  assert.ok(
    back !== undefined && Math.abs(back - ms) < 1e-3,
    `${ms} ms is ${formatDuration(ms)}, read as ${back}`,
  );
});
