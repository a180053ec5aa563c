import assert from "node:assert/strict";
import { decide, type Decision } from "../../src/domain/decide.ts";
import type { DisruptionSettings, WorkloadSnapshot } from "../../src/domain/snapshot.ts";
import { disruptionWindow } from "../../src/domain/window.ts";
import {
  budget,
  disruptionSettings,
  managed,
  movesOf,
  NOW,
  onDemand,
  onSpot,
  podsOn,
  workloadSnapshot,
} from "../support/builders.ts";

function decided(snapshot: Partial<WorkloadSnapshot>, settings: Partial<DisruptionSettings> = {}): Decision {
  return decide(workloadSnapshot(snapshot), { settings: disruptionSettings(settings), now: NOW });
}

function victimsOf(decision: Decision): string[] {
  assert.equal(decision.action, "evict", decision.detail);
  return decision.action === "evict" ? decision.victims.map((pod) => pod.name) : [];
}

const LIMITS: readonly [maxUnavailable: number | string, replicas: number, victims: number][] = [
  [1, 20, 1],
  [3, 20, 3],
  [100, 20, 10],
  ["10%", 20, 2],
  ["25%", 20, 5],
  ["100%", 20, 10],
  ["10%", 19, 1],
  ["10%", 4, 1],
  ["1%", 20, 1],
];

for (const [maxUnavailable, replicas, victims] of LIMITS) {
  Deno.test(`decide() evicts ${victims} of ${replicas} where maxUnavailable is ${maxUnavailable}`, () => {
    const decision = decided({ pods: podsOn(onSpot(replicas)) }, { maxUnavailable });
    assert.equal(victimsOf(decision).length, victims);
  });
}

Deno.test("decide() evicts no more than a budget allows", () => {
  const pods = podsOn(onSpot(8), { budgets: ["web"] });
  assert.equal(victimsOf(decided({ pods, budgets: [budget("web", 2)] }, { maxUnavailable: 4 })).length, 2);
});

Deno.test("decide() evicts what is allowed where some pods are protected", () => {
  const pods = podsOn(onSpot(4)).map((pod, index) => index === 0 ? pod : { ...pod, isPinned: true });
  assert.deepEqual(victimsOf(decided({ pods }, { maxUnavailable: 4 })), ["web-0"]);
});

Deno.test("decide() moves on-demand pods down to the floor, and is content there", () => {
  const pods = podsOn(["on-demand", "on-demand", "unknown", "unknown"]);
  const policy = managed({ spotPercentage: 100, minOnDemand: 1 });
  assert.deepEqual(victimsOf(decided({ pods, policy })), ["web-1"]);
  assert.equal(decided({ pods: pods.slice(1), policy, replicas: 3 }).reason, "balanced");
});

Deno.test("decide() holds by the protected gate before the budget only where no budget stands in the way", () => {
  const [first, second, ...others] = podsOn(onSpot(4));
  const pods = [
    { ...first!, protectedBy: "karpenter.sh/do-not-disrupt=true" },
    { ...second!, budgets: ["web"] },
    ...others.map((pod) => ({ ...pod, isPinned: true })),
  ];
  assert.equal(decided({ pods, budgets: [budget("web", 0)] }).reason, "budget");
});

Deno.test("decide() counts neither finished pods nor those of unknown kind", () => {
  const pods = podsOn(["on-demand", "spot", "unknown", "unknown", "spot"])
    .map((pod, slot) => slot === 4 ? { ...pod, isFinished: true, isReady: false } : pod);
  const { action, census, drift } = decided({ pods, replicas: 4 });
  assert.deepEqual({ action, drift }, { action: "ignore", drift: 0 });
  assert.deepEqual(census, {
    spot: 1,
    onDemand: 1,
    readyOnDemand: 1,
    uncounted: new Map([["unknown", 2], ["finished", 1]]),
  });
});

Deno.test("decide() puts the pod first whose slot is of the other kind", () => {
  const pods = podsOn(["spot", "spot", "on-demand", "spot"]);
  assert.deepEqual(victimsOf(decided({ pods })), ["web-0"]);
});

Deno.test("decide() moves a StatefulSet's pod by its ordinal", () => {
  const pods = podsOn(onDemand(4));
  assert.deepEqual(victimsOf(decided({ kind: "StatefulSet", pods })), ["web-3"]);
});

const { monotonicMs, wallMs } = NOW;
const PASSES: readonly [string, Partial<WorkloadSnapshot["moves"]>][] = [
  ["a cooldown that ends now", { lastMoveMs: monotonicMs - 10_000 }],
  ["a cooldown that has ended", { lastMoveMs: monotonicMs - 10_001 }],
  ["moves in vain whose hold ends now", { ineffective: { untilMs: monotonicMs, why: "in vain" } }],
  ["a refusal whose hold ends now", { refused: { gate: "budget", detail: "no", untilMs: monotonicMs } }],
  ["a missing right whose hold ends now", {
    refused: { gate: "forbidden", detail: "no", untilMs: monotonicMs },
  }],
  ["evicted pods that have gone", { evicted: new Set(["uid-gone"]) }],
];

for (const [what, moves] of PASSES) {
  Deno.test(`decide() evicts after ${what}`, () => {
    const decision = decided({ pods: podsOn(onSpot(4)), moves: movesOf(moves) });
    assert.equal(decision.action, "evict", decision.detail);
  });
}

const open = disruptionWindow("0 11 * * *", 2 * 3_600_000);
const closed = disruptionWindow("0 18 * * *", 3_600_000);
const atSix = Date.UTC(2025, 0, 6, 18);

const WINDOWS: readonly [string, {
  own?: typeof open;
  operator?: typeof open;
  opensAt: number | undefined;
}][] = [
  ["no window at all", { opensAt: undefined }],
  ["the operator's window open", { operator: open, opensAt: undefined }],
  ["the operator's window closed", { operator: closed, opensAt: atSix }],
  ["its own window open", { own: open, opensAt: undefined }],
  ["its own window closed", { own: closed, opensAt: atSix }],
  ["its own window open and the operator's closed", { own: open, operator: closed, opensAt: undefined }],
  ["its own window closed and the operator's open", { own: closed, operator: open, opensAt: atSix }],
];

for (const [what, { own, operator, opensAt }] of WINDOWS) {
  Deno.test(`decide() ${opensAt === undefined ? "evicts" : "holds"} with ${what}`, () => {
    const decision = decided({ pods: podsOn(onSpot(4)), policy: managed({ window: own }) }, {
      window: operator,
    });
    assert.equal(decision.reason, opensAt === undefined ? "drift" : "window");
    assert.equal(decision.action === "hold" ? decision.until : undefined, opensAt);
  });
}

Deno.test("decide() gives a hold's end on the wall clock, whatever the monotonic one shows", () => {
  const snapshot = workloadSnapshot({ pods: podsOn(onSpot(4)), moves: movesOf({ lastMoveMs: 5 }) });
  const settings = disruptionSettings({ cooldownMs: 100 });
  const decision = decide(snapshot, { settings, now: { monotonicMs: 45, wallMs } });
  assert.equal(decision.action === "hold" && decision.until, wallMs + 60);
});
