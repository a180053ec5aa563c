import assert from "node:assert/strict";
import { sleep } from "../../src/runtime/clock.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { playScene } from "../scenarios/support/scene.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { onEmbeddedStage, stageNodes } from "../sim/support/embedded_stage.ts";

const { signal } = new AbortController();
const STEPS = 80;

/** Of 70 %, floor 2. */
const spotOf = (replicas: number) => Math.min(Math.floor(replicas * 70 / 100), replicas - 2);

Deno.test("fault 57: replicas that change each 15 s for 20 min keep their floor, and end exact", async () => {
  const random = seededRandom(57, "autoscaler");
  await onEmbeddedStage(
    { name: "autoscaled" },
    (stage) =>
      playScene(stage, async ({ apply, annotate, scale, witness, clock }) => {
        witness.watchFloor("web", 2);
        await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 2 }));
        await witness.settled("web", 10);
        witness.mark();
        for (let step = 0; step < STEPS; step++) {
          if (step === STEPS / 2) await annotate("deployment/web", { "spotalis.io/spot-percentage": "40" });
          const replicas = 2 + Math.floor(random() * 19);
          await scale("deployment/web", replicas);
          await sleep(clock, 15_000, signal);
          // Each size has its exact split, until the policy changes under it.
          if (step < STEPS / 2) assert.equal(witness.split("web").spot, spotOf(replicas), `step ${step}`);
        }
        // The policy change leaves some pods in the other kind's place: only these are moved.
        assert.ok(witness.evicted.size <= 6, `${witness.evicted.size} moves`);
        await scale("deployment/web", 20);
        const isExact = () => witness.isSettled("web", 20) && witness.split("web").spot === 8;
        await witness.until(isExact, { what: "8 of 20 on spot", ms: 120_000 });
      }),
  );
});

Deno.test("fault 40: a burst of 1,000 pods is exact at its last pod, though the cache lags behind it", async () => {
  const nodeGroups = [stageNodes("spot"), stageNodes("on-demand")].map((group) => ({
    ...group,
    nodes: 10,
    most: 10,
  }));
  await onEmbeddedStage(
    { name: "burst", nodeGroups },
    (stage) =>
      playScene(stage, async ({ apply, witness }) => {
        await apply(deployment({ name: "web", replicas: 1_000, percentage: 70, floor: 1 }));
        await witness.settled("web", 1_000);
        assert.deepEqual(witness.split("web"), { spot: 700, onDemand: 300, unbound: 0 });
        assert.deepEqual(witness.cost(), { created: 1_000, evicted: 0 });
      }),
  );
});
