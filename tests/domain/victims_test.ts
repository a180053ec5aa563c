import assert from "node:assert/strict";
import { takeCensus } from "../../src/domain/census.ts";
import type { BudgetView, PodView } from "../../src/domain/snapshot.ts";
import { chooseVictims, type Selection, type VictimRequest } from "../../src/domain/victims.ts";
import { budget, podsOn, podView } from "../support/builders.ts";

function select(pods: readonly PodView[], options: Partial<VictimRequest> = {}): Selection {
  return chooseVictims({
    pods,
    census: takeCensus(pods),
    split: { spotPercentage: 50, minOnDemand: 0 },
    from: "spot",
    limit: 1,
    budgets: [],
    ...options,
  });
}

function named(pods: readonly PodView[]): string[] {
  return pods.map((pod) => pod.name);
}

const spotPod = (name: string, overrides: Partial<PodView> = {}) => podView({ name, ...overrides });
const onDemandPod = (name: string, overrides: Partial<PodView> = {}) =>
  podView({ name, where: "on-demand", ...overrides });

// Slots of a half and half split: 0 on-demand, 1 spot, 2 on-demand, 3 spot…
const ORDER: readonly [string, { first: Partial<PodView>; then: Partial<PodView> }][] = [
  ["a pod that is not ready", { first: { isReady: false, slot: 1 }, then: { slot: 4, createdMs: 9 } }],
  ["a pod in a slot of the other kind", { first: { slot: 0 }, then: { slot: 3, createdMs: 9 } }],
  ["the highest slot", { first: { slot: 3 }, then: { slot: 1, createdMs: 9 } }],
  ["the highest of the slots of the other kind", { first: { slot: 4 }, then: { slot: 2, createdMs: 9 } }],
  ["a pod with a slot", { first: { slot: 1 }, then: { slot: undefined, createdMs: 9 } }],
  ["the youngest", { first: { slot: 1, createdMs: 2 }, then: { slot: 1, createdMs: 1 } }],
  ["the youngest without a slot", {
    first: { slot: undefined, createdMs: 2 },
    then: { slot: undefined, createdMs: 1 },
  }],
  ["the lower UID where all else is equal", { first: { uid: "uid-0" }, then: {} }],
];

for (const [what, { first, then }] of ORDER) {
  Deno.test(`chooseVictims() takes first ${what}`, () => {
    // By UID alone the other one would come first.
    const pods = [spotPod("then", { uid: "uid-a", ...then }), spotPod("first", { uid: "uid-b", ...first })];
    assert.deepEqual(named(select(pods, { limit: 2 }).victims), ["first", "then"]);
    assert.deepEqual(named(select(pods.toReversed(), { limit: 2 }).victims), ["first", "then"]);
  });
}

Deno.test("chooseVictims() takes no more than the limit", () => {
  const pods = podsOn(["spot", "spot", "spot", "spot"]);
  assert.equal(select(pods, { limit: 3 }).victims.length, 3);
  assert.deepEqual(select(pods, { limit: 0 }), { victims: [], passedOver: [] });
});

const NEVER: readonly [string, Partial<PodView>][] = [
  ["of the other kind", { where: "on-demand" }],
  ["on a node of unknown kind", { where: "unknown" }],
  ["that is not placed", { where: "unplaced" }],
  ["that terminates", { isTerminating: true }],
  ["that has finished", { isFinished: true }],
];

for (const [what, overrides] of NEVER) {
  Deno.test(`chooseVictims() does not look at a pod ${what}`, () => {
    assert.deepEqual(select([spotPod("out", overrides)]), { victims: [], passedOver: [] });
  });
}

Deno.test("chooseVictims() passes over a pod that its owner protects, and takes the next", () => {
  const pods = [
    spotPod("kept", { slot: 3, protectedBy: "karpenter.sh/do-not-disrupt=true" }),
    spotPod("next", { slot: 1 }),
  ];
  const { victims, passedOver } = select(pods);
  assert.deepEqual(named(victims), ["next"]);
  assert.deepEqual(passedOver, [
    { pod: pods[0], because: "protected", detail: "karpenter.sh/do-not-disrupt=true" },
  ]);
});

Deno.test("chooseVictims() passes over a pod that its template pins", () => {
  const pods = [spotPod("pinned", { isPinned: true })];
  const { victims, passedOver } = select(pods);
  assert.deepEqual(victims, []);
  assert.deepEqual(passedOver, [{ pod: pods[0], because: "protected", detail: "pinned by its template" }]);
});

const FLOORS: readonly [string, { pods: PodView[]; floor: number; limit: number; taken: string[] }][] = [
  ["takes none at the floor", {
    pods: [onDemandPod("a", { slot: 0 }), onDemandPod("b", { slot: 2 })],
    floor: 2,
    limit: 2,
    taken: [],
  }],
  ["takes down to the floor", {
    pods: [onDemandPod("a", { slot: 0 }), onDemandPod("b", { slot: 2 }), onDemandPod("c", { slot: 4 })],
    floor: 1,
    limit: 3,
    taken: ["c", "b"],
  }],
  ["takes a pod that is not ready at the floor", {
    pods: [onDemandPod("a", { slot: 0 }), onDemandPod("b", { slot: 2, isReady: false })],
    floor: 1,
    limit: 2,
    taken: ["b"],
  }],
  ["does not count pods that are not ready", {
    pods: [onDemandPod("a", { slot: 0 }), onDemandPod("b", { slot: 2, isReady: false, isPinned: true })],
    floor: 1,
    limit: 1,
    taken: [],
  }],
];

for (const [what, { pods, floor, limit, taken }] of FLOORS) {
  Deno.test(`chooseVictims() ${what} of ready on-demand pods`, () => {
    const split = { spotPercentage: 100, minOnDemand: floor };
    assert.deepEqual(named(select(pods, { from: "on-demand", split, limit }).victims), taken);
  });
}

Deno.test("chooseVictims() says that the floor is why", () => {
  const pods = [onDemandPod("a")];
  const { passedOver } = select(pods, { from: "on-demand", split: { spotPercentage: 100, minOnDemand: 1 } });
  assert.deepEqual(passedOver, [{ pod: pods[0], because: "floor", detail: "1 ready on on-demand, floor 1" }]);
});

Deno.test("chooseVictims() does not ask the floor where spot has too many", () => {
  const split = { spotPercentage: 0, minOnDemand: 5 };
  assert.deepEqual(named(select([spotPod("a")], { split }).victims), ["a"]);
});

const pending = { isPending: true, isReady: false, isBound: false };

const BUDGETS: readonly [string, {
  pods: PodView[];
  budgets: BudgetView[];
  taken: string[];
  detail?: string;
}][] = [
  ["takes a pod that its budget lets go", {
    pods: [spotPod("a", { budgets: ["web"] })],
    budgets: [budget("web", 1)],
    taken: ["a"],
  }],
  ["takes a pod without a budget where another's allows none", {
    pods: [spotPod("a")],
    budgets: [budget("web", 0)],
    taken: ["a"],
  }],
  ["takes no pod whose budget allows none", {
    pods: [spotPod("a", { budgets: ["web"] })],
    budgets: [budget("web", 0)],
    taken: [],
    detail: 'disruption budget "web" allows 0 disruptions',
  }],
  ["takes no pod whose budget is not known", {
    pods: [spotPod("a", { budgets: ["new"] })],
    budgets: [],
    taken: [],
    detail: 'disruption budget "new" allows 0 disruptions',
  }],
  ["takes no more than the budget allows", {
    pods: [spotPod("b", { slot: 3, budgets: ["web"] }), spotPod("a", { slot: 1, budgets: ["web"] })],
    budgets: [budget("web", 1)],
    taken: ["b"],
    detail: 'disruption budget "web" allows 0 disruptions',
  }],
  ["counts each budget by itself", {
    pods: [
      spotPod("c", { slot: 5, budgets: ["one"] }),
      spotPod("b", { slot: 3, budgets: ["two"] }),
      spotPod("a", { slot: 1, budgets: ["one"] }),
    ],
    budgets: [budget("one", 1), budget("two", 1)],
    taken: ["c", "b"],
    detail: 'disruption budget "one" allows 0 disruptions',
  }],
  ["takes no pod that two budgets cover", {
    pods: [spotPod("a", { budgets: ["one", "two"] })],
    budgets: [budget("one", 9), budget("two", 9)],
    taken: [],
    detail: 'disruption budgets "one" and "two" cover one pod: eviction allows one',
  }],
  ["lets a pending pod pass its budget", {
    pods: [spotPod("a", { ...pending, budgets: ["web"] })],
    budgets: [budget("web", 0)],
    taken: ["a"],
  }],
  ["lets a pending pod pass two budgets", {
    pods: [spotPod("a", { ...pending, budgets: ["one", "two"] })],
    budgets: [budget("one", 0), budget("two", 0)],
    taken: ["a"],
  }],
  ["charges no budget for a pending pod", {
    pods: [
      spotPod("b", { ...pending, slot: 3, budgets: ["web"] }),
      spotPod("a", { slot: 1, budgets: ["web"] }),
    ],
    budgets: [budget("web", 1)],
    taken: ["b", "a"],
  }],
  ["asks the budget for a pod that runs and is not ready", {
    pods: [spotPod("a", { isReady: false, budgets: ["web"] })],
    budgets: [budget("web", 0)],
    taken: [],
    detail: 'disruption budget "web" allows 0 disruptions',
  }],
];

for (const [what, { pods, budgets, taken, detail }] of BUDGETS) {
  Deno.test(`chooseVictims() ${what}`, () => {
    const { victims, passedOver } = select(pods, { budgets, limit: 9 });
    assert.deepEqual(named(victims), taken);
    assert.deepEqual(
      passedOver.map((passed) => [passed.because, passed.detail]),
      detail === undefined ? [] : [["budget", detail]],
    );
  });
}
