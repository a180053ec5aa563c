import assert from "node:assert/strict";
import { shareOf, slotCapacity, spotTarget } from "../../src/domain/distribution.ts";

const TARGETS: readonly [pods: number, percentage: number, floor: number, target: number][] = [
  [0, 70, 0, 0],
  [1, 70, 0, 0],
  [1, 99, 0, 0],
  [1, 100, 0, 1],
  [2, 50, 0, 1],
  [3, 50, 0, 1],
  [10, 70, 0, 7],
  [10, 0, 0, 0],
  [10, 100, 0, 10],
  [10, 100, 3, 7],
  [10, 70, 3, 7],
  [10, 70, 4, 6],
  [3, 100, 3, 0],
  [2, 100, 3, 0],
  [4, 100, 3, 1],
  [4, 50, 0, 2],
  [100, 29, 0, 29],
  [50, 58, 0, 29],
  [2_147_483_647, 100, 0, 2_147_483_647],
];

for (const [pods, spotPercentage, minOnDemand, target] of TARGETS) {
  Deno.test(`spotTarget() of ${pods} pods at ${spotPercentage} %, floor ${minOnDemand}, is ${target}`, () => {
    assert.equal(spotTarget(pods, { spotPercentage, minOnDemand }), target);
  });
}

const SLOTS: readonly [percentage: number, floor: number, slots: string][] = [
  [50, 0, "ososososos"],
  [70, 0, "ossossosss"],
  [70, 4, "oooossssss"],
  [100, 3, "ooosssssss"],
  [0, 0, "oooooooooo"],
  [100, 0, "ssssssssss"],
  [25, 0, "ooosooosoo"],
];

for (const [spotPercentage, minOnDemand, slots] of SLOTS) {
  Deno.test(`slotCapacity() at ${spotPercentage} %, floor ${minOnDemand}, gives ${slots}`, () => {
    const split = { spotPercentage, minOnDemand };
    const given = Array.from(slots, (_, slot) => slotCapacity(slot, split) === "spot" ? "s" : "o");
    assert.equal(given.join(""), slots);
  });
}

Deno.test("shareOf() gives on-demand what is not for spot", () => {
  const split = { spotPercentage: 70, minOnDemand: 2 };
  assert.equal(shareOf("spot", 10, split), 7);
  assert.equal(shareOf("on-demand", 10, split), 3);
});
