import assert from "node:assert/strict";
import { CacheReporter } from "../../src/operator/cache_reporter.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordedLog } from "./support.ts";

Deno.test("CacheReporter says when a watch breaks and why, and after how long it is whole again", async () => {
  const clock = new FakeClock();
  const log = new RecordedLog();
  const reporter = new CacheReporter({ clock, log });
  assert.equal(reporter.brokenMs("pods"), 0);
  reporter.tell("pods", { broken: new Error("gone") });
  await clock.advance(1_500);
  assert.equal(reporter.brokenMs("pods"), 1_500);
  assert.equal(reporter.brokenMs("nodes"), 0);
  reporter.tell("pods", "whole");
  assert.equal(reporter.brokenMs("pods"), 0);
  assert.deepEqual(log.messages, ["warn watch broken, trying again", "info watch whole again"]);
  assert.equal(log.lines[1]!.fields["afterMs"], 1_500);
});
