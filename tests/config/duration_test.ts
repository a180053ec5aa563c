import assert from "node:assert/strict";
import { Duration } from "../../src/config/duration.ts";
import { forAll } from "../support/random.ts";

const WRITTEN: readonly [text: string, ms: number, written: string][] = [
  ["0", 0, "0s"],
  ["0s", 0, "0s"],
  ["250ms", 250, "250ms"],
  ["1500ms", 1_500, "1.5s"],
  ["10s", 10_000, "10s"],
  ["60s", 60_000, "1m"],
  ["1m", 60_000, "1m"],
  ["10m", 600_000, "10m"],
  ["1m30s", 90_000, "1m30s"],
  ["1h", 3_600_000, "1h"],
  ["60m", 3_600_000, "1h"],
  ["1h30m", 5_400_000, "1h30m"],
  ["1h10m", 4_200_000, "1h10m"],
  ["1h0m5s", 3_605_000, "1h0m5s"],
  ["20h", 72_000_000, "20h"],
  ["1.5h", 5_400_000, "1h30m"],
];

for (const [text, ms, written] of WRITTEN) {
  Deno.test(`Duration reads ${text} and writes ${written}`, () => {
    const duration = Duration.parse(text)!;
    assert.equal(duration.ms, ms);
    assert.equal(JSON.stringify(duration), `"${written}"`);
  });
}

Deno.test("Duration takes nothing else for a duration", () => {
  for (
    const text of [
      "",
      "5",
      "-5s",
      " 5s",
      "5 s",
      "s",
      "1d",
      "1h-1m",
      "NaN",
      5,
      null,
      undefined,
      {},
      "9".repeat(99) + "s",
    ]
  ) {
    assert.equal(Duration.parse(text), undefined, String(text));
  }
});

forAll("Duration reads what it has written as the same time, to the millisecond", { runs: 5_000 }, (random) => {
  const ms = random.pick([
    random.integer(0, 5_000),
    random.integer(0, 400) * 1_000,
    random.integer(0, 5_000) * 60_000,
    random.integer(0, 100_000_000),
  ]);
  const written = new Duration(ms).toJSON();
  const again = Duration.parse(written);
  assert.ok(again !== undefined, written);
  assert.equal(Math.round(again.ms), ms, written);
  assert.equal(again.toJSON(), written);
});
