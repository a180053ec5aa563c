import assert from "node:assert/strict";
import { playScene } from "../../scenarios/support/scene.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import { Operator } from "../support/operator.ts";
import { isAcquired } from "../support/reigns.ts";
import { realStage, sharedCluster } from "../support/scene.ts";

const NAME = "frozen";
const FROZEN_MS = 30_000;
const config = { controllers: { workloadTiming: { cooldownPeriod: "4s" } } };

const evictions = ({ log }: Operator) => log.filter(({ message }) => message === "evicted").length;

Deno.test({
  name: "fault 23: a leader that stood still for 30 s evicts nothing when it wakes, and stands down",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const cluster = sharedCluster();
    await using leader = await Operator.start(cluster, { name: NAME, config });
    await using other = await Operator.spawn(cluster, { name: NAME, config });
    await other.ready();
    await playScene(await realStage(NAME, { cluster, operator: other }), async (scene) => {
      const { apply, annotate, witness } = scene;
      witness.watchFloor("web", 1);
      await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
      await witness.settled("web", 10);
      witness.mark();
      await annotate("deployment/web", { "spotalis.io/spot-percentage": "40" });
      await leader.logged(({ message }) => message === "evicted");
      // In its caches two more pods are to be moved, and the timer for it is set.
      await leader.logged(({ reason }) => reason === "cooldown");
      const stoppedMs = Date.now();
      leader.kill("SIGSTOP");
      const acquired = await other.logged(isAcquired, 25_000);
      const tookMs = Date.parse(String(acquired["time"])) - stoppedMs;
      // Its last renewal was at most one retry period before it was stopped.
      assert.ok(tookMs > 15_000 - 2_500 && tookMs < 20_000, `${tookMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, stoppedMs + FROZEN_MS - Date.now()));
      leader.kill("SIGCONT");
      await leader.logged(({ message }) => message === "leadership lost", 5_000);
      const isExact = () => witness.isSettled("web", 10) && witness.split("web").spot === 4;
      await witness.until(isExact, { what: "4 on spot", ms: 30_000 });
      assert.deepEqual([evictions(leader), evictions(other)], [1, 2]);
      assert.equal(witness.evicted.size, 3, "as many as the drift, over both leaders");
      // It would have asked for pods that the other has evicted meanwhile: those requests count, too.
      const asked = await leader.metric("spotalis_api_requests_total", { resource: "pods/eviction" });
      assert.equal(asked, 1, leader.tail());
      assert.equal((await leader.health("healthz")).status, 200, "it stands by");
      assert.equal(await leader.metric("spotalis_leader_election_status"), 0);
    });
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
