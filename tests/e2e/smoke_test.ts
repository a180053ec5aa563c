import assert from "node:assert/strict";
import { deployment } from "../scenarios/support/workloads.ts";
import { stage } from "./support/scene.ts";

/** The main job once: `.ci/run` runs it with the compiled binary as well. */
stage({ name: "smoke" }, async (play, { operator }) => {
  await play(
    "a burst comes up exact, a policy change moves one pod, and the commands tell of it",
    async (scene) => {
      const { apply, annotate, witness, namespace } = scene;
      witness.watchFloor("web", 1);
      await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
      await witness.settled("web", 10);
      assert.deepEqual(witness.split("web"), { spot: 7, onDemand: 3, unbound: 0 });
      assert.deepEqual(witness.cost(), { created: 10, evicted: 0 });
      assert.match(
        await operator.cli("plan", "-n", namespace),
        /Deployment\/web +70%, min 1 +7 +3 +7\/3 +ignore +balanced/,
      );
      await annotate("deployment/web", { "spotalis.io/spot-percentage": "60" });
      await witness.until(() => witness.isSettled("web", 10) && witness.split("web").spot === 6, {
        what: "6 on spot",
      });
      assert.equal(witness.evicted.size, 1);
      assert.match(
        await operator.cli("explain", "deployment/web", "-n", namespace),
        /balanced +holds +the split is as asked/,
      );
      assert.match(await operator.cli("config"), /preset: karpenter/);
      assert.match(await operator.cli("version"), /^spotalis \d/);
      assert.equal((await operator.health("healthz")).status, 200);
    },
  );
  assert.equal(await operator.stop(), 0);
});
