import assert from "node:assert/strict";
import type { Play, Scenario, Scene } from "./support/stage.ts";
import { eventually } from "./support/eventually.ts";
import { deployment, selecting } from "./support/workloads.ts";

const PERCENTAGE = "spotalis.io/spot-percentage";

/** Waits for the split, and for all to be ready again. */
async function movedTo(
  { witness }: Scene,
  { spot, replicas, ms }: { spot: number; replicas: number; ms: number },
) {
  const isThere = () => witness.isSettled("web", replicas) && witness.split("web").spot === spot;
  await witness.until(isThere, { what: `${spot} of ${replicas} on spot`, ms });
}

async function act(play: Play): Promise<void> {
  await Promise.all([
    play("70 to 40 on 10 replicas: three evictions, one at a time, exact within 45 s", async (scene) => {
      const { apply, annotate, witness, events, clock } = scene;
      witness.watchFloor("web", 1);
      await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
      await witness.settled("web", 10);
      witness.mark();
      await annotate("deployment/web", { [PERCENTAGE]: "40" });
      await movedTo(scene, { spot: 4, replicas: 10, ms: 45_000 });
      assert.equal(witness.evicted.size, 3);
      assert.equal(witness.removed.length, 3);
      assert.ok(witness.fewestReady("web") >= 9, `${witness.fewestReady("web")} ready at the least`);
      await eventually(clock, async () => assert.equal((await events("Rebalancing")).length, 3));
    }),

    play("0 to 70 on 10 replicas: seven evictions, one at a time", async (scene) => {
      const { apply, annotate, witness } = scene;
      witness.watchFloor("web", 1);
      await apply(deployment({ name: "web", replicas: 10, percentage: 0, floor: 1 }));
      await witness.settled("web", 10);
      assert.equal(witness.split("web").spot, 0);
      witness.mark();
      await annotate("deployment/web", { [PERCENTAGE]: "70" });
      await movedTo(scene, { spot: 7, replicas: 10, ms: 100_000 });
      assert.equal(witness.evicted.size, 7);
      assert.ok(witness.fewestReady("web") >= 9);
    }),

    play(
      "a workload that was there before its label is moved with as many evictions as its drift",
      async (scene) => {
        const { apply, patch, witness } = scene;
        witness.watchFloor("web", 3);
        // Nobody placed them: they are where their template puts them.
        await apply(
          deployment({ name: "web", replicas: 6, enabled: false, template: selecting("on-demand") }),
        );
        await witness.settled("web", 6);
        assert.equal(witness.split("web").onDemand, 6);
        assert.ok(witness.of("web").every((pod) => pod.label === undefined), "nobody placed them");
        witness.mark();
        await patch("deployment/web", {
          metadata: { labels: { "spotalis.io/enabled": "true" }, annotations: { [PERCENTAGE]: "50" } },
        });
        await movedTo(scene, { spot: 3, replicas: 6, ms: 90_000 });
        assert.equal(witness.evicted.size, 3);
      },
    ),
  ]);
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "policy-changes" }, act }];
