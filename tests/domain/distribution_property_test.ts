import assert from "node:assert/strict";
import { shareOf, slotCapacity, type Split, spotTarget } from "../../src/domain/distribution.ts";
import { forAll, type Random } from "../support/random.ts";

/** The formula of the design, in whole numbers of any size. */
function exactTarget(pods: number, { spotPercentage, minOnDemand }: Split): number {
  if (pods <= minOnDemand) return 0;
  const share = BigInt(pods) * BigInt(spotPercentage) / 100n;
  const aboveFloor = BigInt(pods - minOnDemand);
  return Number(share < aboveFloor ? share : aboveFloor);
}

function anySplit(random: Random): Split {
  return {
    spotPercentage: random.integer(0, 100),
    minOnDemand: random.chance(0.3) ? 0 : random.integer(0, 40),
  };
}

forAll("slotCapacity() makes every prefix of slots hold the target", { runs: 1_500 }, (random) => {
  const split = anySplit(random);
  let spot = 0;
  for (let pods = 1; pods <= 150; pods++) {
    if (slotCapacity(pods - 1, split) === "spot") spot++;
    assert.equal(spot, spotTarget(pods, split), `${pods} pods of ${JSON.stringify(split)}`);
  }
});

forAll("spotTarget() never shrinks, and grows by at most one a pod", { runs: 1_500 }, (random) => {
  const split = anySplit(random);
  const start = random.chance(0.5) ? 0 : random.integer(0, 2_000_000_000);
  for (let pods = start; pods < start + 150; pods++) {
    const step = spotTarget(pods + 1, split) - spotTarget(pods, split);
    assert.ok(step === 0 || step === 1, `${step} from ${pods} pods on, ${JSON.stringify(split)}`);
  }
});

forAll("spotTarget() is the design's formula, also for as many pods as fit", { runs: 2_000 }, (random) => {
  const huge = random.chance(0.2) ? random.integer(0, 2_147_483_647) : random.integer(0, 100);
  const split = { spotPercentage: random.integer(0, 100), minOnDemand: huge };
  const pods = random.chance(0.5) ? random.integer(0, 200) : random.integer(0, 2_147_483_647);
  assert.equal(spotTarget(pods, split), exactTarget(pods, split));
});

forAll("shareOf() divides the pods, and leaves the floor on on-demand", { runs: 1_000 }, (random) => {
  const split = anySplit(random);
  const pods = random.integer(0, 500);
  const onDemand = shareOf("on-demand", pods, split);
  assert.equal(onDemand + shareOf("spot", pods, split), pods);
  assert.ok(onDemand >= Math.min(pods, split.minOnDemand), `${onDemand} of ${pods} on on-demand`);
});
