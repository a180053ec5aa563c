import assert from "node:assert/strict";
import { MoveHistory, NO_MOVES } from "../../src/domain/moves.ts";
import type { PodView } from "../../src/domain/snapshot.ts";
import { podView } from "../support/builders.ts";

const SECOND = 1_000;
const MINUTE = 60_000;

const pod = (name: string, overrides: Partial<PodView> = {}) => podView({ name, ...overrides });

/** A history in which `victim` was evicted from beside `stay` at 0. */
function afterEviction(victim: PodView): MoveHistory {
  const history = new MoveHistory();
  history.recordEviction(victim, { pods: [victim, pod("stay")], nowMs: 0 });
  return history;
}

Deno.test("MoveHistory begins without moves", () => {
  const { lastMoveMs, evicted, ineffective, refused } = new MoveHistory();
  assert.deepEqual({ lastMoveMs, evicted, ineffective, refused }, NO_MOVES);
});

Deno.test("recordEviction() keeps the time, and the pod until it has gone", () => {
  const history = afterEviction(pod("old"));
  assert.equal(history.lastMoveMs, 0);
  history.observe([pod("old", { isTerminating: true }), pod("stay")], { replicas: 9, nowMs: SECOND });
  assert.deepEqual([...history.evicted], ["uid-old"]);
  history.observe([pod("stay")], { replicas: 9, nowMs: 2 * SECOND });
  assert.deepEqual([...history.evicted], []);
  assert.equal(history.lastMoveMs, 0);
});

const onDemand = { where: "on-demand" } as const;
const unplaced = { isPlaced: false } as const;
const AGAIN = "the replacement of a pod evicted from spot is on spot again: " +
  "does another webhook change its node selection, or something the labels of nodes?";
const NOT_REACHED =
  "the replacement of an evicted pod did not get our placement: is the webhook registered and " +
  "reached, its namespace selected, and is there no other webhook that takes the placement out again?";

const OUTCOMES: readonly [string, { pods: PodView[]; why: string | undefined }][] = [
  ["on the kind it was meant for", { pods: [pod("new", onDemand)], why: undefined }],
  ["on the kind that it left", { pods: [pod("new")], why: AGAIN }],
  ["without our placement", { pods: [pod("new", { ...unplaced, ...onDemand })], why: NOT_REACHED }],
  ["without our placement, and nowhere yet", {
    pods: [pod("new", { ...unplaced, where: "unplaced", isBound: false, isPending: true, isReady: false })],
    why: NOT_REACHED,
  }],
  ["without a node, of the kind that it left", {
    pods: [pod("new", { isBound: false, isPending: true, isReady: false })],
    why: AGAIN,
  }],
  ["that a fallback has placed", {
    pods: [pod("new", { fallback: { retryAtMs: 1, retryAfterMs: 1 } })],
    why: undefined,
  }],
  ["on both kinds", { pods: [pod("new"), pod("newer", onDemand)], why: undefined }],
];

for (const [what, { pods, why }] of OUTCOMES) {
  Deno.test(`observe() finds a replacement ${what} ${why === undefined ? "good" : "in vain"}`, () => {
    const history = afterEviction(pod("old"));
    assert.equal(history.observe([pod("stay"), ...pods], { replicas: 9, nowMs: 5 * SECOND }), why);
    const held = why === undefined ? undefined : { untilMs: 5 * SECOND + MINUTE, why };
    assert.deepEqual(history.ineffective, held);
  });
}

Deno.test("observe() finds a replacement on spot good where the victim was on on-demand", () => {
  const history = afterEviction(pod("old", onDemand));
  assert.equal(history.observe([pod("stay"), pod("new")], { replicas: 9, nowMs: SECOND }), undefined);
  assert.equal(history.ineffective, undefined);
});

const WAITING: readonly [string, PodView[]][] = [
  ["its victim is still there", [pod("old", { isTerminating: true }), pod("new")]],
  ["no replacement has come", [pod("stay")]],
  ["the replacement is not bound", [pod("new", { ...onDemand, isBound: false })]],
  ["the replacement terminates", [pod("new", { isTerminating: true })]],
  ["the replacement has finished", [pod("new", { isFinished: true })]],
];

for (const [what, pods] of WAITING) {
  Deno.test(`observe() waits with its judgement while ${what}`, () => {
    const history = afterEviction(pod("old"));
    assert.equal(history.observe(pods, { replicas: 9, nowMs: SECOND }), undefined);
    assert.equal(history.observe([pod("stay"), pod("final")], { replicas: 9, nowMs: 2 * SECOND }), AGAIN);
  });
}

Deno.test("observe() says once for each batch that it was in vain", () => {
  const history = afterEviction(pod("old"));
  assert.equal(history.observe([pod("stay"), pod("new")], { replicas: 9, nowMs: SECOND }), AGAIN);
  assert.equal(history.observe([pod("stay"), pod("new")], { replicas: 9, nowMs: 2 * SECOND }), undefined);
  assert.equal(history.ineffective?.why, AGAIN);
});

Deno.test("observe() judges two victims together, when both have gone", () => {
  const history = new MoveHistory();
  const pods = [pod("one"), pod("two"), pod("stay")];
  const fresh = pod("new", onDemand);
  history.recordEviction(pods[0]!, { pods, nowMs: 0 });
  history.recordEviction(pods[1]!, { pods: [pod("two"), pod("stay"), fresh], nowMs: 1 });
  history.observe([pod("two", { isTerminating: true }), pod("stay"), fresh, pod("newer")], {
    replicas: 9,
    nowMs: SECOND,
  });
  assert.equal(history.ineffective, undefined);
  history.observe([pod("stay"), fresh, pod("newer")], { replicas: 9, nowMs: 2 * SECOND });
  assert.equal(history.ineffective, undefined, "one of the two is where it should be");
});

/** Evicts and observes once; answers for how long that holds, in minutes. */
function round(
  history: MoveHistory,
  { number, where }: { number: number; where: "spot" | "on-demand" },
): number {
  const [old, fresh] = [pod(`old-${number}`), pod(`new-${number}`, { where })];
  const nowMs = number * 100 * MINUTE;
  history.recordEviction(old, { pods: [old], nowMs });
  history.observe([fresh], { replicas: 9, nowMs: nowMs });
  return history.ineffective === undefined ? 0 : (history.ineffective.untilMs - nowMs) / MINUTE;
}

Deno.test("observe() doubles the hold from 1 min to 1 h, and begins anew after a good move", () => {
  const history = new MoveHistory();
  const inVain = Array.from({ length: 9 }, (_, number) => round(history, { number, where: "spot" }));
  assert.deepEqual(inVain, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  assert.equal(round(history, { number: 20, where: "on-demand" }), 0);
  assert.equal(round(history, { number: 21, where: "spot" }), 1);
});

Deno.test("observe() says nothing of the eviction of a pod that counts as neither kind", () => {
  const history = afterEviction(pod("old", { where: "unplaced" }));
  assert.equal(history.observe([pod("stay"), pod("new", unplaced)], { replicas: 9, nowMs: SECOND }), undefined);
  assert.deepEqual(history.lastMoveMs, 0);
});

function waitsOf(history: MoveHistory, times: number): number[] {
  return Array.from({ length: times }, () => {
    history.recordBlocked("the budget allows none", 7);
    assert.equal(history.refused?.gate, "budget");
    return (history.refused!.untilMs - 7) / SECOND;
  });
}

Deno.test("recordBlocked() waits 5 s, then ever longer, up to a minute", () => {
  assert.deepEqual(waitsOf(new MoveHistory(), 7), [5, 10, 20, 40, 60, 60, 60]);
});

Deno.test("recordBlocked() keeps to a minute however often it was blocked", () => {
  assert.equal(waitsOf(new MoveHistory(), 2_000).at(-1), 60);
});

Deno.test("recordBlocked() begins anew after an eviction", () => {
  const history = new MoveHistory();
  waitsOf(history, 3);
  history.recordEviction(pod("old"), { pods: [pod("old")], nowMs: 8 });
  assert.equal(history.refused, undefined);
  assert.deepEqual(waitsOf(history, 2), [5, 10]);
});

Deno.test("forgetBlock() lifts the block, and begins anew", () => {
  const history = new MoveHistory();
  waitsOf(history, 3);
  history.forgetBlock();
  assert.equal(history.refused, undefined);
  assert.deepEqual(waitsOf(history, 1), [5]);
});

Deno.test("forgetBlock() does not lift a right that is missing", () => {
  const history = new MoveHistory();
  const refusal = { gate: "forbidden", detail: "cannot create pods/eviction", untilMs: 60_000 } as const;
  history.recordRefusal(refusal);
  history.forgetBlock();
  assert.deepEqual(history.refused, refusal);
});

/** A pod moved from spot to on-demand at `nowMs`; what it is later is told by `observe`. */
function moved(history: MoveHistory, { name, nowMs }: { name: string; nowMs: number }): PodView {
  const fresh = pod(`new-${name}`, onDemand);
  history.recordEviction(pod(name), { pods: [pod(name)], nowMs });
  assert.equal(history.observe([fresh], { replicas: 9, nowMs }), undefined);
  return fresh;
}

for (const where of ["spot", "unknown"] as const) {
  Deno.test(`observe() finds a move in vain after all when the new pod's node turns ${where}`, () => {
    const history = new MoveHistory();
    const fresh = moved(history, { name: "old", nowMs: 0 });
    const why = history.observe([{ ...fresh, where }], { replicas: 9, nowMs: 59 * MINUTE });
    const on = where === "spot" ? "spot" : "a node of unknown capacity";
    assert.equal(why, `a pod that was moved to on-demand is on ${on} now: has the label of its node changed?`);
    assert.equal(history.ineffective!.untilMs, 60 * MINUTE);
    assert.equal(
      history.observe([{ ...fresh, where }], { replicas: 9, nowMs: 60 * MINUTE }),
      undefined,
      "once",
    );
  });
}

Deno.test("observe() takes a move for proven when the new pod has stayed for an hour, or has gone", () => {
  const history = new MoveHistory();
  const fresh = moved(history, { name: "old", nowMs: 0 });
  history.observe([fresh], { replicas: 9, nowMs: 60 * MINUTE });
  assert.equal(history.observe([{ ...fresh, where: "spot" }], { replicas: 9, nowMs: 61 * MINUTE }), undefined);
  const gone = moved(history, { name: "older", nowMs: 100 * MINUTE });
  history.observe([], { replicas: 9, nowMs: 101 * MINUTE });
  assert.equal(history.observe([{ ...gone, where: "spot" }], { replicas: 9, nowMs: 102 * MINUTE }), undefined);
});

Deno.test("observe() goes on doubling where each move looks good at first", () => {
  const history = new MoveHistory();
  const holds: number[] = [];
  for (let nowMs = 0, i = 0; i < 10; i++) {
    const fresh = moved(history, { name: `old-${i}`, nowMs });
    nowMs += MINUTE;
    history.observe([{ ...fresh, where: "spot" }], { replicas: 9, nowMs });
    holds.push((history.ineffective!.untilMs - nowMs) / MINUTE);
    nowMs = history.ineffective!.untilMs;
  }
  assert.deepEqual(holds, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

Deno.test("observe() begins anew only when a move was good and three hours have passed without one in vain", () => {
  const history = new MoveHistory();
  round(history, { number: 0, where: "spot" });
  assert.equal(round(history, { number: 1, where: "spot" }), 2);
  moved(history, { name: "lucky", nowMs: 110 * MINUTE });
  assert.equal(history.ineffective, undefined, "the hold is lifted at once");
  assert.equal(round(history, { number: 2, where: "spot" }), 4);
  moved(history, { name: "mended", nowMs: 210 * MINUTE });
  assert.equal(round(history, { number: 4, where: "spot" }), 1);
});
