import assert from "node:assert/strict";
import { seededRandom } from "../../../src/runtime/random.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { ApiTrouble, type Partition } from "./api_trouble.ts";

const LEASE = { isLease: true, isWatch: false };
const WATCH = { isLease: false, isWatch: true };
const OTHER = { isLease: false, isWatch: false };

function troubled() {
  const clock = new FakeClock();
  return { clock, trouble: new ApiTrouble({ clock, random: seededRandom(1) }) };
}

const PARTITIONS: readonly [Partition, lost: readonly (typeof LEASE)[]][] = [
  ["none", []],
  ["all", [LEASE, WATCH, OTHER]],
  ["lease", [LEASE]],
  ["watches", [WATCH]],
];

for (const [partition, lost] of PARTITIONS) {
  Deno.test(`ApiTrouble parts a process from ${partition} of the API server, until it is healed`, () => {
    const { trouble } = troubled();
    trouble.part(partition);
    for (const request of [LEASE, WATCH, OTHER]) {
      assert.equal(trouble.faultFor(request).kind, lost.includes(request) ? "silence" : "none");
    }
    trouble.heal();
    for (const request of [LEASE, WATCH, OTHER]) assert.equal(trouble.faultFor(request).kind, "none");
  });
}

Deno.test("ApiTrouble holds watches up only where they are parted", () => {
  const { trouble } = troubled();
  trouble.part("lease");
  assert.equal(trouble.watchesHeld(), undefined);
  trouble.part("watches");
  assert(trouble.watchesHeld() !== undefined);
});

Deno.test("ApiTrouble of a storm has every kind of fault, for its share of the requests and its time", async () => {
  const { clock, trouble } = troubled();
  trouble.storm({ share: 0.5, untilMs: clock.now() + 10_000 });
  const kinds = Array.from({ length: 2_000 }, () => trouble.faultFor(OTHER).kind);
  const faults = kinds.filter((kind) => kind !== "none");
  assert(faults.length > 900 && faults.length < 1_100, `${faults.length} of 2000`);
  assert.deepEqual([...new Set(faults)].sort(), ["answer", "reset", "silence", "slow", "twice"]);
  await clock.advance(10_000);
  assert.equal(trouble.faultFor(OTHER).kind, "none");
});

Deno.test("ApiTrouble remembers when anything was wrong the last time", async () => {
  const { clock, trouble } = troubled();
  const startMs = clock.now();
  assert.equal(trouble.lastMs, -Infinity);
  trouble.part("all");
  await clock.advance(5_000);
  assert.equal(trouble.lastMs, startMs + 5_000);
  trouble.heal();
  await clock.advance(5_000);
  assert.equal(trouble.lastMs, startMs + 5_000);
  trouble.storm({ share: 1, untilMs: startMs + 12_000 });
  await clock.advance(9_000);
  assert.equal(trouble.lastMs, startMs + 12_000);
});
