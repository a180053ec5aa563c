import assert from "node:assert/strict";
import { isLive, takeCensus, type Uncounted } from "../../src/domain/census.ts";
import type { PodView } from "../../src/domain/snapshot.ts";
import { podsOn, podView } from "../support/builders.ts";

Deno.test("takeCensus() counts pods by kind, and the ready ones on on-demand", () => {
  const pods = podsOn(["spot", "spot", "spot", "on-demand", "on-demand"])
    .map((pod, slot) => slot === 4 || slot === 0 ? { ...pod, isReady: false } : pod);
  assert.deepEqual(takeCensus(pods), { spot: 3, onDemand: 2, readyOnDemand: 1, uncounted: new Map() });
});

Deno.test("takeCensus() of no pods is empty", () => {
  assert.deepEqual(takeCensus([]), { spot: 0, onDemand: 0, readyOnDemand: 0, uncounted: new Map() });
});

const UNCOUNTED: readonly [string, Partial<PodView>, Uncounted][] = [
  ["that terminates", { isTerminating: true }, "terminating"],
  ["that has finished", { isFinished: true }, "finished"],
  ["that terminates and has finished", { isTerminating: true, isFinished: true }, "terminating"],
  ["that terminates on an unknown node", { isTerminating: true, where: "unknown" }, "terminating"],
  ["on an unknown node", { where: "unknown" }, "unknown"],
  ["that is not placed", { where: "unplaced", isBound: false }, "unplaced"],
];

for (const [what, overrides, because] of UNCOUNTED) {
  Deno.test(`takeCensus() leaves out a pod ${what}, as ${because}`, () => {
    const census = takeCensus([podView({ where: "on-demand" }), podView(overrides), podView(overrides)]);
    assert.deepEqual(census, { spot: 0, onDemand: 1, readyOnDemand: 1, uncounted: new Map([[because, 2]]) });
  });
}

Deno.test("takeCensus() counts a pod that is placed and not yet bound, and one on a departing node", () => {
  const pods = [
    podView({ isBound: false, isPending: true, isReady: false }),
    podView({ departing: "cordoned" }),
  ];
  assert.equal(takeCensus(pods).spot, 2);
});

Deno.test("isLive() is false for what terminates or has finished", () => {
  assert.equal(isLive(podView()), true);
  assert.equal(isLive(podView({ isTerminating: true })), false);
  assert.equal(isLive(podView({ isFinished: true })), false);
});
