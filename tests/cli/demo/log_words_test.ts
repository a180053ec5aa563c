import assert from "node:assert/strict";
import { inWords } from "../../../src/cli/demo/log_words.ts";
import type { LogEntry } from "../../../src/cli/embedded/recording_log.ts";

const WEB = { namespace: "shop", workload: "Deployment/web" };
const DRIFT = "7 spot and 3 on-demand, asked are 4 and 6: move 3 from spot to on-demand";

const CASES: readonly {
  entry: Omit<LogEntry, "level"> & { level?: LogEntry["level"] };
  words: string | undefined;
}[] = [
  {
    entry: {
      message: "hold",
      fields: {
        ...WEB,
        action: "hold",
        reason: "budget",
        detail: 'disruption budget "web" allows 0 disruptions',
      },
    },
    words: 'web waits (budget): disruption budget "web" allows 0 disruptions',
  },
  {
    entry: {
      message: "ignore",
      fields: {
        ...WEB,
        action: "ignore",
        reason: "balanced",
        detail: "the split is as asked",
        spot: 7,
        onDemand: 3,
      },
    },
    words: "web is balanced: 7 on spot, 3 on on-demand",
  },
  {
    entry: {
      message: "evict",
      fields: { ...WEB, action: "evict", reason: "drift", detail: DRIFT, victims: ["web-a"] },
    },
    words: `web has ${DRIFT}`,
  },
  {
    entry: { message: "evicted", fields: { ...WEB, pod: "web-a", from: "spot", outcome: "evicted" } },
    words: "web: evicted web-a from spot",
  },
  {
    entry: {
      message: "not evicted",
      fields: { ...WEB, pod: "web-a", outcome: "blocked", detail: "its budget is used up" },
    },
    words: "web: web-a was not evicted: its budget is used up",
  },
  {
    entry: {
      message: "would evict",
      fields: { ...WEB, action: "evict", detail: DRIFT, victims: ["web-a", "web-b"] },
    },
    words: `web has ${DRIFT}; would evict web-a, web-b`,
  },
  { entry: { message: "pod placed", fields: { ...WEB, slot: 0, capacity: "spot" } }, words: undefined },
  { entry: { message: "caches synced", fields: { afterMs: 12 } }, words: undefined },
  {
    entry: { level: "warn", message: "watch broken, trying again", fields: {} },
    words: "warn: watch broken, trying again",
  },
];

for (const { entry, words } of CASES) {
  Deno.test(`inWords() ${words === undefined ? "passes over" : "tells of"} "${entry.message}"`, () => {
    assert.equal(inWords({ level: "info", ...entry }), words);
  });
}
