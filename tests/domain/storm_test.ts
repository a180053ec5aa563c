import assert from "node:assert/strict";
import { CALM_MS, MEMORY_MS, type NodeState, RELABEL_MS, StormWatch } from "../../src/domain/storm.ts";

const SECOND = 1_000;
const MINUTE = 60_000;

type State = "spot" | "on-demand" | "unknown" | "spot departing" | "on-demand departing" | "gone";

function stateOf(state: State): NodeState | undefined {
  if (state === "gone") return undefined;
  const [capacity, departing] = state.split(" ");
  return { capacity: capacity as NodeState["capacity"], departing: departing && "cordoned" };
}

/** A cluster whose nodes change, one line of `change` a moment. */
class Nodes {
  readonly watch = new StormWatch();
  readonly #states = new Map<string, State>();
  nowMs = 0;

  constructor(spot: number, onDemand = 0) {
    for (let i = 0; i < spot; i++) this.to(`spot-${i}`, "spot");
    for (let i = 0; i < onDemand; i++) this.to(`on-demand-${i}`, "on-demand");
    this.watch.begin({ "spot": { departing: 0, told: 0 }, "on-demand": { departing: 0, told: 0 } }, 0);
    this.nowMs = MINUTE;
  }

  to(name: string, state: State, { isEmpty = false } = {}): void {
    const [before, after] = [stateOf(this.#states.get(name) ?? "gone"), stateOf(state)];
    this.#states.set(name, state);
    this.watch.change({ name, before, after, isEmpty }, this.nowMs);
  }

  /** So many of those that are named `prefix-0`, `prefix-1`…, from number `from` on. */
  all(prefix: string, { to, count, from = 0, isEmpty = false }: {
    to: State;
    count: number;
    from?: number;
    isEmpty?: boolean;
  }): void {
    for (let i = from; i < from + count; i++) this.to(`${prefix}-${i}`, to, { isEmpty });
  }

  get stormy(): string {
    return this.watch.stormy(this.nowMs).join(" and ");
  }
}

const LOSSES: readonly [what: string, spot: number, lost: number, to: State, isStorm: boolean][] = [
  ["2 of 3 that are gone", 3, 2, "gone", true],
  ["1 of 3 that is gone", 3, 1, "gone", false],
  ["2 of 6 that are gone", 6, 2, "gone", false],
  ["3 of 6 that are gone", 6, 3, "gone", true],
  ["3 of 6 that depart", 6, 3, "spot departing", true],
  ["3 of 6 that are of no kind now", 6, 3, "unknown", true],
  ["3 of 6 that are on-demand now", 6, 3, "on-demand", true],
  ["2 of 6 that are on-demand now", 6, 2, "on-demand", false],
  ["1 of 2 that is gone", 2, 1, "gone", false],
  ["the only one that is gone", 1, 1, "gone", false],
  ["2 of 2 that are gone", 2, 2, "gone", true],
  ["the only one that is on-demand now", 1, 1, "on-demand", true],
  ["1 of 2 that is on-demand now", 2, 1, "on-demand", true],
  ["33 of 99 that are gone", 99, 33, "gone", false],
  ["34 of 99 that are gone", 99, 34, "gone", true],
];

for (const [what, spot, lost, to, isStorm] of LOSSES) {
  Deno.test(`StormWatch takes ${what} for ${isStorm ? "a storm" : "no storm"}`, () => {
    const nodes = new Nodes(spot, 4);
    nodes.all("spot", { to, count: lost });
    assert.equal(nodes.stormy, isStorm ? "spot" : "");
  });
}

Deno.test("StormWatch says what is missing, and when the storm is over if nothing changes", () => {
  const nodes = new Nodes(6);
  nodes.all("spot", { to: "spot departing", count: 2 });
  nodes.all("spot", { to: "gone", count: 2, from: 2 });
  assert.deepEqual(nodes.watch.hold(nodes.nowMs), {
    detail: "4 of 6 spot nodes are departing, gone or of another kind",
    // The third that went made it a storm; before, there were four, of which a third was missing at the most.
    untilMs: nodes.nowMs + MEMORY_MS + CALM_MS,
  });
});

Deno.test("StormWatch ends a storm a minute after the nodes are back", () => {
  const nodes = new Nodes(6);
  nodes.all("spot", { to: "on-demand", count: 6 });
  nodes.nowMs += 3 * MINUTE;
  assert.equal(nodes.stormy, "spot");
  nodes.all("spot", { to: "spot", count: 6 });
  assert.equal(nodes.watch.hold(nodes.nowMs)?.untilMs, nodes.nowMs + CALM_MS);
  nodes.nowMs += CALM_MS - 1;
  assert.match(nodes.watch.hold(nodes.nowMs)!.detail, /spot nodes were missing until a moment ago/);
  nodes.nowMs += 1;
  assert.equal(nodes.watch.hold(nodes.nowMs), undefined);
});

Deno.test("StormWatch ends a storm when there was no worse for ten minutes: then it is meant", () => {
  const nodes = new Nodes(6, 2);
  nodes.all("spot", { to: "on-demand", count: 6 });
  const { untilMs } = nodes.watch.hold(nodes.nowMs)!;
  nodes.nowMs += 9 * MINUTE;
  assert.equal(nodes.stormy, "spot");
  assert.equal(nodes.watch.hold(nodes.nowMs)!.untilMs, untilMs);
  nodes.nowMs = untilMs - 1;
  assert.equal(nodes.stormy, "spot");
  nodes.nowMs = untilMs;
  assert.equal(nodes.watch.hold(untilMs), undefined);
});

Deno.test("StormWatch is asked seldom, and forgets a storm in time all the same", () => {
  const nodes = new Nodes(6);
  nodes.all("spot", { to: "gone", count: 6 });
  nodes.nowMs += 3 * 60 * MINUTE;
  assert.equal(nodes.stormy, "");
});

Deno.test("StormWatch begins anew when it gets worse", () => {
  const nodes = new Nodes(9);
  nodes.all("spot", { to: "gone", count: 4 });
  nodes.nowMs += MEMORY_MS + CALM_MS;
  assert.equal(nodes.stormy, "");
  nodes.all("spot", { to: "gone", count: 2, from: 4 });
  assert.equal(nodes.stormy, "spot");
});

Deno.test("StormWatch takes nodes that come and go each minute for one storm", () => {
  const nodes = new Nodes(6);
  for (let i = 0; i < 30; i++) {
    nodes.all("spot", { to: i % 2 === 0 ? "gone" : "spot", count: 6 });
    for (let s = 0; s < 59; s++, nodes.nowMs += SECOND) assert.equal(nodes.stormy, "spot", `minute ${i}`);
  }
});

Deno.test("StormWatch takes nodes that are replaced in time for no storm", () => {
  const nodes = new Nodes(6);
  for (let i = 0; i < 6; i++, nodes.nowMs += 30 * SECOND) {
    nodes.to(`spot-new-${i}`, "spot");
    nodes.to(`spot-${i}`, "gone");
    assert.equal(nodes.stormy, "");
  }
});

Deno.test("StormWatch takes empty nodes that an autoscaler removes for no storm, however many", () => {
  const nodes = new Nodes(12);
  nodes.all("spot", { to: "spot departing", count: 10, isEmpty: true });
  nodes.all("spot", { to: "gone", count: 10, isEmpty: true });
  assert.equal(nodes.stormy, "");
  nodes.all("spot", { to: "gone", count: 2, from: 10 });
  assert.equal(nodes.stormy, "spot", "the two that are left");
});

Deno.test("StormWatch takes an hour of scaling down in which pods are drained for no storm while nodes are many", () => {
  const nodes = new Nodes(60);
  for (let i = 0; i < 30; i++, nodes.nowMs += 2 * MINUTE) {
    nodes.to(`spot-${i}`, "spot departing");
    assert.equal(nodes.stormy, "", `${i}`);
  }
});

Deno.test("StormWatch takes a relabelled group for a storm also where nothing ran on it", () => {
  const nodes = new Nodes(3);
  nodes.all("spot", { to: "on-demand", count: 3, isEmpty: true });
  assert.equal(nodes.stormy, "spot");
});

Deno.test("StormWatch tells the storm that labels make when they are taken back too late", () => {
  const nodes = new Nodes(6, 6);
  nodes.all("spot", { to: "on-demand", count: 6 });
  nodes.nowMs += MEMORY_MS + CALM_MS;
  assert.equal(nodes.stormy, "");
  nodes.all("spot", { to: "spot", count: 6 });
  assert.equal(nodes.stormy, "on-demand");
});

Deno.test("StormWatch holds for a moment when a single node changes its kind: its group may follow", () => {
  const nodes = new Nodes(30);
  nodes.to("spot-0", "on-demand");
  assert.equal(nodes.stormy, "");
  const hold = nodes.watch.hold(nodes.nowMs)!;
  assert.match(hold.detail, /the kind of a node has changed only now \(it was spot\)/);
  assert.equal(hold.untilMs, nodes.nowMs + RELABEL_MS);
  nodes.nowMs += RELABEL_MS;
  assert.equal(nodes.watch.hold(nodes.nowMs), undefined);
});

Deno.test("StormWatch lets a node that is told its kind late pass: it was none before", () => {
  const nodes = new Nodes(3);
  nodes.to("new", "unknown");
  nodes.to("new", "spot");
  assert.equal(nodes.watch.hold(nodes.nowMs), undefined);
});

Deno.test("StormWatch takes an event that freezes most machines for a storm, until they are whole again", () => {
  // AKS says VMEventScheduled also where a machine is only about to be frozen or restarted.
  const nodes = new Nodes(0, 6);
  nodes.all("on-demand", { to: "on-demand departing", count: 4 });
  assert.equal(nodes.stormy, "on-demand");
  nodes.nowMs += 2 * MINUTE;
  nodes.all("on-demand", { to: "on-demand", count: 4 });
  nodes.nowMs += CALM_MS;
  assert.equal(nodes.stormy, "");
});

const PASTS: readonly [what: string, { present: number; departing: number; told: number }, isStorm: boolean][] =
  [
    ["all whole", { present: 6, departing: 0, told: 0 }, false],
    ["2 of 6 departing", { present: 4, departing: 2, told: 0 }, false],
    ["3 of 6 departing", { present: 3, departing: 3, told: 0 }, true],
    ["pods that say that 6 more were of the kind", { present: 0, departing: 0, told: 6 }, true],
    ["pods that say that 2 of 6 more were of the kind", { present: 4, departing: 0, told: 2 }, false],
    ["pods and departing nodes together", { present: 4, departing: 2, told: 2 }, true],
    ["one node of the kind, of which pods tell", { present: 0, departing: 0, told: 1 }, true],
    ["one node of the kind, which departs", { present: 0, departing: 1, told: 0 }, false],
  ];

for (const [what, { present, departing, told }, isStorm] of PASTS) {
  Deno.test(`StormWatch of a new process takes ${what} for ${isStorm ? "a storm" : "no storm"}, for ten minutes`, () => {
    const watch = new StormWatch();
    const spot = { capacity: "spot", departing: undefined } as const;
    for (let i = 0; i < present; i++) {
      watch.change({ name: `${i}`, before: undefined, after: spot, isEmpty: false }, 0);
    }
    watch.begin({ "spot": { departing, told }, "on-demand": { departing: 0, told: 0 } }, 0);
    assert.deepEqual(watch.stormy(0), isStorm ? ["spot"] : []);
    assert.deepEqual(watch.stormy(MEMORY_MS + CALM_MS), []);
  });
}
