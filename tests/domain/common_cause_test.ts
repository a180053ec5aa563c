import assert from "node:assert/strict";
import { CommonCause } from "../../src/domain/common_cause.ts";
import { forAll } from "../support/random.ts";

const MINUTE = 60_000;
const why = "did not get our placement";

/** Moves of a, b and c were in vain at 0. */
function found(): CommonCause {
  const cause = new CommonCause();
  for (const workload of ["a", "b", "c"]) cause.inVain(workload, { why, nowMs: 0 });
  return cause;
}

Deno.test("CommonCause holds nobody before the moves of three workloads were in vain", () => {
  const cause = new CommonCause();
  for (let i = 0; i < 5; i++) {
    cause.inVain("a", { why, nowMs: 0 });
    cause.inVain("b", { why, nowMs: 0 });
  }
  assert.equal(cause.hold("d", 0), undefined);
  cause.inVain("c", { why, nowMs: 0 });
  assert.deepEqual(cause.hold("d", 0), {
    detail: "moves of 3 workloads were in vain, and no other was good: did not get our placement",
    untilMs: MINUTE,
  });
});

Deno.test("CommonCause is none where a move was good in between", () => {
  const cause = new CommonCause();
  cause.inVain("a", { why, nowMs: 0 });
  cause.inVain("b", { why, nowMs: 0 });
  cause.good();
  cause.inVain("c", { why, nowMs: 0 });
  assert.equal(cause.hold("d", 0), undefined);
});

Deno.test("CommonCause lets one workload try for all when a hold is over", () => {
  const cause = found();
  assert.equal(cause.hold("d", MINUTE), undefined);
  cause.tries("d", MINUTE);
  assert.match(cause.hold("e", MINUTE)!.detail, /^d tries for all: moves of 3 workloads were in vain/);
  assert.equal(cause.hold("d", MINUTE), undefined);
  assert.equal(cause.hold("e", MINUTE)!.untilMs, 6 * MINUTE);
  assert.equal(cause.hold("e", 6 * MINUTE), undefined, "nothing came of it");
});

Deno.test("CommonCause holds twice as long after each try, up to an hour", () => {
  const cause = found();
  const holds: number[] = [];
  for (let nowMs = 0, i = 0; i < 9; i++) {
    const { untilMs } = cause.hold("d", nowMs)!;
    holds.push((untilMs - nowMs) / MINUTE);
    nowMs = untilMs;
    cause.tries("d", nowMs);
    cause.inVain("d", { why, nowMs });
  }
  assert.deepEqual(holds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

Deno.test("CommonCause takes what was under way when it became plain for nothing new", () => {
  const cause = found();
  for (const workload of ["d", "e", "f"]) cause.inVain(workload, { why, nowMs: 1_000 });
  assert.equal(cause.hold("g", 1_000)!.untilMs, MINUTE);
});

Deno.test("CommonCause is over with the first good move, and begins anew after that", () => {
  const cause = found();
  cause.inVain("d", { why, nowMs: MINUTE });
  cause.good();
  assert.equal(cause.hold("e", MINUTE), undefined);
  for (const workload of ["a", "b", "c"]) cause.inVain(workload, { why, nowMs: 0 });
  assert.equal(cause.hold("d", 0)!.untilMs, MINUTE);
});

Deno.test("CommonCause forgets workloads that are gone, also the one that tries", () => {
  const cause = found();
  cause.inVain("d", { why, nowMs: 0 });
  cause.tries("d", MINUTE);
  cause.forget("d");
  assert.equal(cause.hold("e", MINUTE), undefined);
  cause.forget("c");
  assert.equal(cause.hold("e", 0), undefined);
});

forAll("CommonCause lets a day of tries be few, however many workloads drift", { runs: 20 }, (random) => {
  const cause = new CommonCause();
  const workloads = random.list(random.integer(3, 200), (i) => `w${i}`);
  const underWay: { readonly by: string; readonly endMs: number }[] = [];
  let moves = 0;
  for (let nowMs = 0; nowMs < 24 * 60 * MINUTE; nowMs += random.integer(100, 20_000)) {
    while (underWay.length > 0 && underWay[0]!.endMs <= nowMs) {
      cause.inVain(underWay.shift()!.by, { why, nowMs });
    }
    const by = random.pick(workloads);
    if (cause.hold(by, nowMs) !== undefined || underWay.some((each) => each.by === by)) continue;
    cause.tries(by, nowMs);
    moves++;
    underWay.push({ by, endMs: nowMs + 5_000 });
  }
  // Three that show it and what is under way with them, and the tries of a day.
  assert.ok(moves <= 60 + 30, `${moves} moves`);
});
