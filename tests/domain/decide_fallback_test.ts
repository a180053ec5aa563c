import assert from "node:assert/strict";
import { decide, type Decision, explainGates } from "../../src/domain/decide.ts";
import { disruptionWindow } from "../../src/domain/window.ts";
import type { FallbackView } from "../../src/domain/fallback.ts";
import type { DisruptionSettings, PodView, WorkloadSnapshot } from "../../src/domain/snapshot.ts";
import {
  budget,
  disruptionSettings,
  GOOD_STANDING,
  managed,
  movesOf,
  NO_FALLBACK,
  NOW,
  podsOn,
  rolledOut,
  workloadSnapshot,
} from "../support/builders.ts";

const AFTER_MS = NO_FALLBACK.afterMs!;
const OPEN: FallbackView = {
  ...NO_FALLBACK,
  state: "open",
  retryAtMs: NOW.wallMs + 60_000,
  mayProbe: false,
};

/** Without a node, and none found for it since so long. */
function unschedulable(forMs: number): Partial<PodView> {
  return {
    isBound: false,
    isPending: true,
    isReady: false,
    createdMs: NOW.wallMs - forMs,
    unschedulableMs: NOW.wallMs - forMs,
  };
}

/** Four pods, of which the two that belong on spot get no node. */
function withStuck(forMs = AFTER_MS, overrides: Partial<WorkloadSnapshot> = {}): Partial<WorkloadSnapshot> {
  const pods = podsOn(["on-demand", "spot", "on-demand", "spot"]);
  return {
    pods: pods.map((pod) => pod.where === "spot" ? { ...pod, ...unschedulable(forMs) } : pod),
    rollout: rolledOut(4, { ready: 2, available: 2 }),
    ...overrides,
  };
}

function decided(snapshot: Partial<WorkloadSnapshot>, settings: Partial<DisruptionSettings> = {}): Decision {
  return decide(workloadSnapshot(snapshot), { settings: disruptionSettings(settings), now: NOW });
}

function victimsOf(decision: Decision): string[] {
  return decision.action === "evict" ? decision.victims.map(({ name }) => name) : [];
}

Deno.test("decide() replaces all spot pods that were unschedulable for long, though none is ready", () => {
  const decision = decided(withStuck());
  assert.equal(decision.reason, "fallback");
  assert.equal(decision.detail, "2 pods unschedulable on spot for 2m0s: to on-demand");
  assert.deepEqual(victimsOf(decision), ["web-1", "web-3"]);
});

Deno.test("decide() looks again when a spot pod will have been unschedulable for long", () => {
  const decision = decided(withStuck(AFTER_MS - 1_500));
  assert.equal(decision.reason, "rollout");
  assert.equal(decision.action === "hold" && decision.until, NOW.wallMs + 1_500);
});

const LOOKS: readonly [what: string, snapshot: Partial<WorkloadSnapshot>][] = [
  ["comes before the next try", { fallback: OPEN, policy: managed({ spotPercentage: 100 }) }],
  ["is all that there is to wait for", { isPaused: true }],
];

for (const [what, snapshot] of LOOKS) {
  Deno.test(`decide() looks again when a pod will have waited for long, where that ${what}`, () => {
    const decision = decided(withStuck(AFTER_MS - 1_500, snapshot));
    assert.equal(decision.action === "hold" && decision.until, NOW.wallMs + 1_500);
  });
}

Deno.test("decide() does not look again at once at pods that have waited for long where something holds", () => {
  const decision = decided(withStuck(2 * AFTER_MS, { isPaused: true }));
  assert.equal(decision.action === "hold" && decision.until, undefined);
});

const NIGHTLY = disruptionWindow("0 2 * * *", 3_600_000);
const PASSED: readonly [
  what: string,
  snapshot: Partial<WorkloadSnapshot>,
  settings?: Partial<DisruptionSettings>,
][] = [
  ["a closed window", {}, { window: NIGHTLY }],
  ["a move a moment ago", { moves: movesOf({ lastMoveMs: NOW.monotonicMs }) }],
  ["a rollout", { rollout: rolledOut(4, { ownersWithPods: 2 }) }],
  ["a budget without room", { budgets: [budget("web", 0)] }],
];

for (const [what, snapshot, settings] of PASSED) {
  Deno.test(`decide() replaces stuck pods in spite of ${what}: nothing is disturbed`, () => {
    assert.equal(decided(withStuck(AFTER_MS, snapshot), settings).reason, "fallback");
  });
}

const WAITS: readonly [reason: string, snapshot: Partial<WorkloadSnapshot>][] = [
  ["paused", { isPaused: true }],
  ["lease", { standing: { ...GOOD_STANDING, lease: "not the leader" } }],
  ["stale", { standing: { ...GOOD_STANDING, stale: "an old cache" } }],
  ["throttled", { standing: { ...GOOD_STANDING, throttled: "slow down" } }],
  ["forbidden", { moves: movesOf({ refused: { gate: "forbidden", detail: "no", untilMs: Infinity } }) }],
];

for (const [reason, snapshot] of WAITS) {
  Deno.test(`decide() leaves stuck pods where the ${reason} gate holds`, () => {
    const decision = decided(withStuck(AFTER_MS, snapshot));
    assert.deepEqual([decision.action, decision.reason], ["hold", reason]);
    const until = decision.action === "hold" ? decision.until : undefined;
    assert(until === undefined || until > NOW.wallMs, "a time that has passed would be looked at without end");
  });
}

const NOT_STUCK: readonly [what: string, pod: Partial<PodView>][] = [
  ["nobody placed", { isPlaced: false }],
  ["have a node", { isBound: true }],
  ["terminate", { isTerminating: true }],
  ["wait for something else", { unschedulableMs: undefined }],
];

for (const [what, pod] of NOT_STUCK) {
  Deno.test(`decide() does not replace pods that ${what}`, () => {
    const snapshot = withStuck();
    const pods = snapshot.pods!.map((each) => each.isBound ? each : { ...each, ...pod });
    assert.notEqual(decided({ ...snapshot, pods }).action, "evict");
  });
}

Deno.test("decide() leaves stuck pods of a workload that never falls back", () => {
  const fallback = { ...NO_FALLBACK, afterMs: undefined, state: "waiting" as const };
  const decision = decided(withStuck(24 * 3_600_000, { fallback }));
  assert.equal(decision.reason, "rollout");
  assert.equal(decision.action === "hold" && decision.until, undefined);
});

/** All on on-demand, where half should be on spot. */
const FALLEN = { pods: podsOn(["on-demand", "on-demand", "on-demand", "on-demand"]) };

Deno.test("decide() moves no pod to spot while there is none, and says until when", () => {
  const decision = decided({ ...FALLEN, fallback: OPEN });
  assert.equal(decision.reason, "fallback");
  assert.equal(decision.action === "hold" && decision.until, OPEN.retryAtMs);
});

Deno.test("decide() moves one pod to try spot, whatever maxUnavailable is", () => {
  const fallback = { ...OPEN, retryAtMs: NOW.wallMs, mayProbe: true };
  assert.deepEqual(victimsOf(decided({ ...FALLEN, fallback }, { maxUnavailable: 4 })), ["web-3"]);
});

Deno.test("decide() waits for the try of another workload", () => {
  const fallback = { ...OPEN, retryAtMs: NOW.wallMs, mayProbe: false };
  const decision = decided({ ...FALLEN, fallback });
  assert.equal(decision.detail, "no spot capacity: another workload's pod is trying now");
});

Deno.test("decide() moves pods off spot while there is none, where fewer are asked for there", () => {
  const pods = podsOn(["on-demand", "spot", "on-demand", "spot"]);
  const decision = decided({ pods, policy: managed({ spotPercentage: 0 }), fallback: OPEN });
  assert.equal(decision.reason, "drift");
});

Deno.test("decide() has nothing against a balanced workload whose fallback is open", () => {
  assert.equal(decided({ fallback: OPEN }).reason, "balanced");
});

Deno.test("explainGates() tells of stuck pods that are about to be replaced", () => {
  const answers = explainGates(workloadSnapshot(withStuck()), { settings: disruptionSettings(), now: NOW });
  const { answer } = answers.find(({ gate }) => gate === "fallback")!;
  assert.equal(answer?.detail, "2 pods unschedulable on spot for 2m0s: to on-demand");
});

const ON_DEMAND_STUCK = podsOn(["on-demand", "on-demand", "on-demand", "on-demand"])
  .map((pod) => pod.slot! < 3 ? { ...pod, ...unschedulable(1_000) } : pod);

const SURPLUS: readonly [what: string, snapshot: Partial<WorkloadSnapshot>, victims: readonly string[]][] = [
  ["spot pods, where fewer are asked for now", withStuck(1_000, { policy: managed({ spotPercentage: 25 }) }), [
    "web-3",
  ]],
  [
    "spot pods, also of a workload that never falls back",
    withStuck(1_000, {
      policy: managed({ spotPercentage: 0 }),
      fallback: { ...NO_FALLBACK, afterMs: undefined, state: "waiting" },
    }),
    ["web-3", "web-1"],
  ],
  ["on-demand pods, where spot is back", { pods: ON_DEMAND_STUCK }, ["web-2", "web-1"]],
  ["one on-demand pod, where spot is tried again", {
    pods: ON_DEMAND_STUCK,
    fallback: { ...OPEN, retryAtMs: NOW.wallMs, mayProbe: true },
  }, ["web-2"]],
];

for (const [what, snapshot, victims] of SURPLUS) {
  Deno.test(`decide() replaces surplus pods at once that no node is found for: ${what}`, () => {
    const decision = decided({ rollout: rolledOut(4, { ready: 1, available: 1 }), ...snapshot });
    assert.equal(decision.reason, "fallback");
    assert.deepEqual(victimsOf(decision), victims);
  });
}

const NO_SURPLUS: readonly [what: string, snapshot: Partial<WorkloadSnapshot>][] = [
  ["spot is out, and it is not time to try", { pods: ON_DEMAND_STUCK, fallback: OPEN }],
  ["two owners have pods", { pods: ON_DEMAND_STUCK, rollout: rolledOut(4, { ownersWithPods: 2 }) }],
  ["the controller has not seen the spec", {
    pods: ON_DEMAND_STUCK,
    rollout: rolledOut(4, { isObserved: false }),
  }],
  ["pods are still to come", { pods: ON_DEMAND_STUCK, replicas: 6, rollout: rolledOut(6, { total: 4 }) }],
  ["the split is as asked", withStuck(1_000)],
];

for (const [what, snapshot] of NO_SURPLUS) {
  Deno.test(`decide() leaves pods that no node is found for where ${what}`, () => {
    assert.equal(decided({ rollout: rolledOut(4, { ready: 1, available: 1 }), ...snapshot }).action, "hold");
  });
}

Deno.test("decide() does not replace stuck pods over and over where their replacements get stuck as well", () => {
  const ineffective = { untilMs: NOW.monotonicMs + 1_000, why: "on spot again" };
  assert.equal(decided(withStuck(AFTER_MS, { moves: movesOf({ ineffective }) })).reason, "ineffective");
});
