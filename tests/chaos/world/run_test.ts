import assert from "node:assert/strict";
import { planOf } from "../plan/plan.ts";
import { outcomeText } from "../report.ts";
import { play } from "./run.ts";

for (const seed of [1, 2]) {
  Deno.test(`chaos: nothing is lost in a third of a day of seed ${seed}`, async () => {
    const outcome = await play(planOf({ seed, days: 0.33 }));
    assert.deepEqual(outcome.violations, [], outcomeText(outcome));
    assert(outcome.counts["evictions granted"]! > 0, "it moved something");
  });
}

Deno.test("chaos: the same seed plays the same, to the last change of the storage", async () => {
  const [first, second] = [
    await play(planOf({ seed: 4, days: 0.1 })),
    await play(planOf({ seed: 4, days: 0.1 })),
  ];
  assert.equal(first.digest, second.digest);
  assert.deepEqual(first, second);
});
