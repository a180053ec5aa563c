import assert from "node:assert/strict";
import { scene, stage } from "./support/scene.ts";
import { deployment, statefulSet } from "./support/workloads.ts";

const NAME = "bursts";

stage({ name: NAME }, async (stage, test) => {
  const play = (title: string, act: Parameters<typeof scene>[2]) =>
    test.step(title, () => scene(stage, "burst", act, { operatorName: NAME }));

  for (
    const { replicas, spot } of [{ replicas: 10, spot: 7 }, { replicas: 50, spot: 35 }, {
      replicas: 200,
      spot: 140,
    }]
  ) {
    await play(`a Deployment of ${replicas} comes up exact`, async ({ apply, witness }) => {
      witness.watchFloor("web", 1);
      await apply(deployment({ name: "web", replicas, percentage: 70, floor: 1 }));
      await witness.until(() => witness.created.size >= replicas && witness.split("web").unbound === 0, {
        what: "all bound",
      });
      assert.deepEqual(witness.split("web"), { spot, onDemand: replicas - spot, unbound: 0 });
      await witness.settled("web", replicas);
      assert.equal(witness.created.size, replicas);
      assert.equal(witness.evicted.size, 0);
    });
  }
});

void statefulSet;
