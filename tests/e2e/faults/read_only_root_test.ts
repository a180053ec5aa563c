import assert from "node:assert/strict";
import { playScene } from "../../scenarios/support/scene.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import { Operator } from "../support/operator.ts";
import { realStage, sharedCluster } from "../support/scene.ts";
import { mayUnshare } from "../support/unshare.ts";

const NAME = "read-only-root";
const through = ["unshare", "-m", "sh", "-c", 'mount -o remount,bind,ro / && exec "$@"', "sh"];

Deno.test({
  name: "fault 66: with a root file system that nobody can write to, all works",
  ignore: !await mayUnshare("-m"),
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const cluster = sharedCluster();
    await using operator = await Operator.start(cluster, { name: NAME, through });
    const mounts = await Deno.readTextFile(`/proc/${operator.pid}/mounts`);
    const [, options] = /^\S+ \/ \S+ (\S+)/m.exec(mounts)!;
    assert.ok(options!.split(",").includes("ro"), options);
    await playScene(await realStage(NAME, { cluster, operator }), async ({ apply, annotate, witness }) => {
      await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
      await witness.settled("web", 10);
      assert.deepEqual(witness.split("web"), { spot: 7, onDemand: 3, unbound: 0 });
      await annotate("deployment/web", { "spotalis.io/spot-percentage": "60" });
      await witness.until(() => witness.evicted.size === 1, { what: "a move" });
    });
    assert.equal(await operator.stop(), 0);
    assert.deepEqual(operator.log.filter(({ level }) => level !== "info" && level !== "debug"), []);
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
