import assert from "node:assert/strict";
import { DAY_MS, planOf } from "./plan.ts";

Deno.test("planOf() answers the same for the same seed, and another for another", () => {
  assert.deepEqual(planOf({ seed: 7, days: 3 }), planOf({ seed: 7, days: 3 }));
  assert.notDeepEqual(planOf({ seed: 7, days: 3 }).actions, planOf({ seed: 8, days: 3 }).actions);
});

Deno.test("planOf() has every kind of trouble in a dozen months", () => {
  const plans = Array.from({ length: 12 }, (_, seed) => planOf({ seed, days: 30 }));
  const kinds = new Set(plans.flatMap(({ actions }) => actions.map(({ action }) => action.do)));
  assert.equal(kinds.size, 26, [...kinds].sort().join(", "));
});

Deno.test("planOf() spreads a month's trouble over all of it, in order", () => {
  const { actions } = planOf({ seed: 1, days: 30 });
  const days = new Set(actions.map(({ atMs }) => Math.floor(atMs / DAY_MS)));
  assert.equal(days.size, 30);
  assert(actions.every(({ atMs }, i) => i === 0 || atMs >= actions[i - 1]!.atMs));
});
