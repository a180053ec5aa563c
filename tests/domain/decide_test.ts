import assert from "node:assert/strict";
import { decide, type Decision, explainGates } from "../../src/domain/decide.ts";
import type { Gate } from "../../src/domain/gates.ts";
import type { DisruptionSettings, PodView, WorkloadSnapshot } from "../../src/domain/snapshot.ts";
import { disruptionWindow } from "../../src/domain/window.ts";
import {
  budget,
  disruptionSettings,
  frozen,
  managed,
  NOW,
  onDemand,
  onSpot,
  podsOn,
  rolledOut,
  workloadSnapshot,
} from "../support/builders.ts";

interface Scene {
  readonly snapshot: WorkloadSnapshot;
  readonly settings: DisruptionSettings;
}

/** Four pods on spot where two should be: every gate lets this pass. */
const DRIFTED: Scene = {
  snapshot: workloadSnapshot({ pods: podsOn(onSpot(4)) }),
  settings: disruptionSettings(),
};

function decided({ snapshot, settings }: Scene): Decision {
  return decide(frozen(snapshot), { settings: frozen(settings), now: NOW });
}

/** The scene with its snapshot, or its settings, changed. */
type Change = (scene: Scene) => Scene;

const change = (overrides: Partial<WorkloadSnapshot>): Change => ({ snapshot, settings }) => ({
  snapshot: { ...snapshot, ...overrides },
  settings,
});
const changeRollout = (overrides: Partial<WorkloadSnapshot["rollout"]>): Change => (scene) =>
  change({ rollout: { ...scene.snapshot.rollout, ...overrides } })(scene);
const changeMoves = (overrides: Partial<WorkloadSnapshot["moves"]>): Change => (scene) =>
  change({ moves: { ...scene.snapshot.moves, ...overrides } })(scene);
const changeStanding = (overrides: Partial<WorkloadSnapshot["standing"]>): Change => (scene) =>
  change({ standing: { ...scene.snapshot.standing, ...overrides } })(scene);
const changeSettings = (overrides: Partial<DisruptionSettings>): Change => ({ snapshot, settings }) => ({
  snapshot,
  settings: { ...settings, ...overrides },
});
const changeFirstPod = (overrides: Partial<PodView>): Change => (scene) =>
  change({ pods: scene.snapshot.pods.map((pod, index) => index === 0 ? { ...pod, ...overrides } : pod) })(
    scene,
  );
const changePods = (overrides: Partial<PodView>): Change => (scene) =>
  change({ pods: scene.snapshot.pods.map((pod) => ({ ...pod, ...overrides })) })(scene);

const nightly = disruptionWindow("0 2 * * *", 3_600_000);
const { monotonicMs: then, wallMs } = NOW;
const forbidden = { gate: "forbidden", detail: "cannot create pods/eviction", untilMs: then + 60_000 } as const;
const refused = { gate: "budget", detail: "the API server said no", untilMs: then + 5_000 } as const;
const problem = { key: "spotalis.io/min-on-demand", on: "workload", value: "-1", allowed: "more" } as const;

interface Row {
  readonly gate: Gate;
  readonly what: string;
  readonly change: Change;
  readonly detail: string;
  readonly action?: "ignore" | "hold";
  readonly until?: number;
}

const ROWS: readonly Row[] = [
  {
    gate: "policy",
    what: "not managed",
    change: change({ policy: { kind: "unmanaged", why: "no label" } }),
    detail: "no label",
    action: "ignore",
  },
  {
    gate: "policy",
    what: "an invalid policy",
    change: change({ policy: { kind: "invalid", problems: [problem, { ...problem, on: "namespace" }] } }),
    detail: 'spotalis.io/min-on-demand on the workload is "-1", allowed is more; ' +
      'spotalis.io/min-on-demand on the namespace is "-1", allowed is more',
    action: "ignore",
  },
  {
    gate: "deleted",
    what: "a deletion",
    change: change({ isTerminating: true }),
    detail: "the workload or its namespace is being deleted",
    action: "ignore",
  },
  {
    gate: "empty",
    what: "no replicas",
    change: change({ replicas: 0 }),
    detail: "replicas is 0",
    action: "ignore",
  },
  { gate: "paused", what: "a pause", change: change({ isPaused: true }), detail: "the Deployment is paused" },
  {
    gate: "fallback",
    what: "spot without capacity, until it is tried again",
    change: (scene) =>
      change({
        policy: managed({ spotPercentage: 100 }),
        pods: podsOn(["spot", "on-demand", "on-demand", "on-demand"]),
        fallback: {
          afterMs: 120_000,
          state: "open",
          retryAtMs: wallMs + 300_000,
          mayProbe: false,
          isInherited: false,
        },
      })(scene),
    detail: "no spot capacity: one pod tries again later",
    until: wallMs + 300_000,
  },
  {
    gate: "rollout",
    what: "a spec that is not observed",
    change: changeRollout({ isObserved: false }),
    detail: "its controller has not observed the spec yet",
  },
  {
    gate: "rollout",
    what: "two ReplicaSets with pods",
    change: changeRollout({ ownersWithPods: 2 }),
    detail: "2 ReplicaSets have pods",
  },
  {
    gate: "rollout",
    what: "pods that are not updated",
    change: changeRollout({ updated: 3 }),
    detail: "3 of 4 pods are updated",
  },
  {
    gate: "rollout",
    what: "a surplus pod",
    change: changeRollout({ total: 5 }),
    detail: "5 pods, replicas is 4",
  },
  {
    gate: "rollout",
    what: "pods that are not ready",
    change: changeRollout({ ready: 3 }),
    detail: "3 of 4 pods are ready",
  },
  {
    gate: "rollout",
    what: "pods that are not available",
    change: changeRollout({ available: 2 }),
    detail: "2 of 4 pods are available",
  },
  {
    gate: "moving",
    what: "a pod that terminates",
    change: changeFirstPod({ isTerminating: true }),
    detail: "1 pod terminating",
  },
  {
    gate: "moving",
    what: "an evicted pod that is still in the cache",
    change: changeMoves({ evicted: new Set(["uid-web-3", "uid-web-2"]) }),
    detail: "2 pods terminating",
  },
  {
    gate: "moving",
    what: "a replacement that is not ready",
    change: changeFirstPod({ isReady: false }),
    detail: "3 of 4 pods are there and ready",
  },
  {
    gate: "moving",
    what: "pods that were placed and are not seen yet",
    change: change({ unseen: { pods: 2, untilMs: then + 30_000 } }),
    detail: "2 pods placed, and not seen yet",
    until: wallMs + 30_000,
  },
  {
    gate: "interrupted",
    what: "a departing node",
    change: changeFirstPod({ departing: "taint karpenter.sh/disrupted" }),
    detail: "1 pod on departing nodes (taint karpenter.sh/disrupted)",
  },
  {
    gate: "balanced",
    what: "no drift",
    change: change({ policy: managed({ spotPercentage: 100 }) }),
    detail: "the split is as asked",
    action: "ignore",
  },
  {
    gate: "window",
    what: "the operator's window",
    change: changeSettings({ window: nightly }),
    detail: 'outside the disruption window "0 2 * * *"',
    until: Date.UTC(2025, 0, 7, 2),
  },
  {
    gate: "cooldown",
    what: "a move a moment ago",
    change: changeMoves({ lastMoveMs: then - 9_999 }),
    detail: "the last move was too short a time ago",
    until: wallMs + 1,
  },
  {
    gate: "ineffective",
    what: "moves in vain",
    change: changeMoves({ ineffective: { untilMs: then + 60_000, why: "it is on spot again" } }),
    detail: "it is on spot again",
    until: wallMs + 60_000,
  },
  {
    gate: "protected",
    what: "protected pods",
    change: changePods({ protectedBy: "karpenter.sh/do-not-disrupt=true" }),
    detail: "no pod may be evicted (karpenter.sh/do-not-disrupt=true)",
  },
  {
    gate: "budget",
    what: "a budget without room",
    change: (scene) => change({ budgets: [budget("web", 0)] })(changePods({ budgets: ["web"] })(scene)),
    detail: 'disruption budget "web" allows 0 disruptions',
  },
  {
    gate: "budget",
    what: "a refusal by the API server",
    change: changeMoves({ refused }),
    detail: refused.detail,
    until: wallMs + 5_000,
  },
  {
    gate: "forbidden",
    what: "a right that is missing",
    change: changeMoves({ refused: forbidden }),
    detail: forbidden.detail,
    until: wallMs + 60_000,
  },
  {
    gate: "storm",
    what: "nodes that go in great number",
    change: changeStanding({ storm: { detail: "4 of 6 spot nodes are gone", untilMs: then + 90_000 } }),
    detail: "4 of 6 spot nodes are gone",
    until: wallMs + 90_000,
  },
  {
    gate: "capped",
    what: "evictions that are used up",
    change: changeStanding({ capped: { detail: "30 a minute are the most", untilMs: then + 2_000 } }),
    detail: "30 a minute are the most",
    until: wallMs + 2_000,
  },
  {
    gate: "throttled",
    what: "an API server that asks to slow down",
    change: changeStanding({ throttled: "the API server asks to slow down" }),
    detail: "the API server asks to slow down",
  },
  {
    gate: "stale",
    what: "an old cache",
    change: changeStanding({ stale: "pods: nothing heard for 61s" }),
    detail: "pods: nothing heard for 61s",
  },
  {
    gate: "lease",
    what: "leadership that may have lapsed",
    change: changeStanding({ lease: "the lease may have lapsed" }),
    detail: "the lease may have lapsed",
  },
];

Deno.test("decide() evicts where no gate answers", () => {
  assert.deepEqual(decided(DRIFTED), {
    action: "evict",
    reason: "drift",
    detail: "4 spot and 0 on-demand, asked are 2 and 2: move 2 from spot to on-demand",
    victims: [DRIFTED.snapshot.pods[2]],
    census: { spot: 4, onDemand: 0, readyOnDemand: 0, uncounted: new Map() },
    spotTarget: 2,
    drift: 2,
  });
});

for (const { gate, what, change, detail, action = "hold", until } of ROWS) {
  Deno.test(`decide() answers ${action} by the ${gate} gate for ${what}`, () => {
    const decision = decided(change(DRIFTED));
    assert.equal(decision.action, action);
    assert.equal(decision.reason, gate);
    assert.equal(decision.detail, detail);
    assert.equal(decision.action === "hold" ? decision.until : undefined, until);
  });

  Deno.test(`explainGates() carries for ${what} the same answer of the ${gate} gate`, () => {
    const { snapshot, settings } = change(DRIFTED);
    const answers = explainGates(snapshot, { settings, now: NOW });
    const first = answers.find(({ answer }) => answer !== undefined);
    assert.deepEqual(first, { gate, answer: until === undefined ? { detail } : { detail, until } });
  });
}

/** The order of section 5, with those that the design tells of elsewhere. */
const ORDER: readonly Gate[] = [
  "policy",
  "deleted",
  "empty",
  "paused",
  "fallback",
  "rollout",
  "moving",
  "interrupted",
  "balanced",
  "window",
  "cooldown",
  "ineffective",
  "protected",
  "budget",
  "forbidden",
  "storm",
  "capped",
  "throttled",
  "stale",
  "lease",
];

Deno.test("explainGates() lists every gate once, in the order of the design", () => {
  const { snapshot, settings } = DRIFTED;
  assert.deepEqual(explainGates(snapshot, { settings, now: NOW }).map(({ gate }) => gate), ORDER);
});

Deno.test("decide() lets a pod go that is bound nowhere yet, however many evictions there were", () => {
  const capped = changeStanding({ capped: { detail: "30 a minute are the most", untilMs: then + 2_000 } });
  const unbound = changeFirstPod({ isBound: false, isPending: true, isReady: false });
  const scene = capped(change({ rollout: rolledOut(4), replicas: 3 })(unbound(DRIFTED)));
  assert.equal(decided(change({ rollout: rolledOut(3) })(scene)).reason, "drift");
});

Deno.test("explainGates() stops at a policy that is not valid", () => {
  const { snapshot, settings } = change({ policy: { kind: "unmanaged", why: "no label" } })(DRIFTED);
  assert.deepEqual(explainGates(snapshot, { settings, now: NOW }), [
    { gate: "policy", answer: { detail: "no label" } },
  ]);
});

Deno.test("decide() answers by the earlier of any two gates", () => {
  assert.deepEqual([...new Set(ROWS.map((row) => row.gate))], ORDER, "there is a row for each gate");
  for (const [index, earlier] of ROWS.entries()) {
    for (const later of ROWS.slice(index + 1)) {
      const both = decided(earlier.change(later.change(DRIFTED)));
      assert.equal(both.reason, earlier.gate, `${earlier.what}, and ${later.what}`);
    }
  }
});

Deno.test("decide() counts also where it ignores the workload", () => {
  const { census, spotTarget, drift } = decided(change({ policy: { kind: "unmanaged", why: "no" } })(DRIFTED));
  assert.deepEqual({ spot: census.spot, spotTarget, drift }, { spot: 4, spotTarget: undefined, drift: 0 });
});

Deno.test("decide() moves from on-demand to spot where spot has too few", () => {
  const pods = podsOn(onDemand(4));
  const decision = decided({ ...DRIFTED, snapshot: workloadSnapshot({ pods }) });
  assert.equal(decision.detail, "0 spot and 4 on-demand, asked are 2 and 2: move 2 from on-demand to spot");
  assert.deepEqual(decision.action === "evict" && decision.victims, [pods[3]]);
  assert.equal(decision.drift, -2);
});
