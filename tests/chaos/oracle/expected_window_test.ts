import assert from "node:assert/strict";
import { disruptionWindow } from "../../../src/domain/window.ts";
import { isPlainSchedule, isWindowOpen, parseLength } from "./expected_window.ts";

const SCHEDULES = ["* * * * *", "0 2 * * *", "0 */3 * * *", "*/30 * * * *", "0 22 * * 1-5"];

for (const schedule of SCHEDULES) {
  Deno.test(`the oracle's reading of "${schedule}" and the operator's agree on a week of minutes`, () => {
    for (const length of ["5m", "1h", "3h"]) {
      const durationMs = parseLength(length)!;
      const window = disruptionWindow(schedule, durationMs);
      for (let wallMs = Date.UTC(2026, 0, 5); wallMs < Date.UTC(2026, 0, 12); wallMs += 7 * 60_000 + 500) {
        assert.equal(
          isWindowOpen({ schedule, durationMs }, wallMs),
          window.opensAt(wallMs) === undefined,
          `${length} at ${new Date(wallMs).toISOString()}`,
        );
      }
    }
  });
}

Deno.test("the oracle takes no schedule and no length that the chaos does not write", () => {
  for (const text of ["0 2 * *", "@daily", "0 2 * * MON", ""]) assert(!isPlainSchedule(text), text);
  for (const text of ["0h", "1h30m", "5", "", "-5m"]) assert.equal(parseLength(text), undefined, text);
});
