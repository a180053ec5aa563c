import assert from "node:assert/strict";
import type { LogLine } from "../scenarios/support/log_book.ts";
import { AFTER_MS, backMs, COOLDOWN_MS, Outage } from "../scenarios/support/outage.ts";
import { playScene } from "../scenarios/support/scene.ts";
import { Operator } from "./support/operator.ts";
import { realStage, sharedCluster } from "./support/scene.ts";

const NAME = "fallback-handover";
/** Longer than a handover takes: the first try is the second leader's. */
const RETRY_MS = 40_000;

const CONFIG = {
  controllers: {
    workloadTiming: { cooldownPeriod: `${COOLDOWN_MS}ms` },
    spotFallback: { after: `${AFTER_MS}ms`, retryAfter: `${RETRY_MS}ms`, maxRetryAfter: "2m" },
  },
};

const isAcquired = ({ message }: LogLine) => message === "leadership acquired";
const isOpening = ({ message }: LogLine) => message === "spot fallback open";

Deno.test({
  name: "kill -9 of the leader in the middle of a fallback: the next one goes on as if there had been one",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const cluster = sharedCluster();
    await using first = await Operator.start(cluster, { name: NAME, config: CONFIG });
    // The webhook is registered for the last one: who does not lead places by the pods.
    await using second = await Operator.spawn(cluster, { name: NAME, config: CONFIG });
    await second.ready();
    const stage = await realStage(NAME, { cluster, operator: second });
    await playScene(stage, async (scene) => {
      const { witness, remove, events } = scene;
      const outage = await Outage.begin(scene, { name: "web", replicas: 10, percentage: 70, floor: 1 });
      await outage.isUp(10);
      const retryAt = Date.parse(String((await first.logged(isOpening))["retryAt"]));
      const evictions = await first.metric("spotalis_evictions_total", { outcome: "evicted" });
      assert.equal(evictions, 7, "the stuck ones, once each");
      witness.mark();
      first.kill("SIGKILL");
      const [gone] = witness.of("web");
      await remove(`pod/${gone!.name}`);
      await witness.until(() => witness.removed.length === 1, { what: "a pod that is gone" });
      await outage.isUp(10, { ms: AFTER_MS });
      await second.logged(isAcquired, 20_000);
      const kept = Date.parse(String((await second.logged(isOpening))["retryAt"]));
      // It may have placed the last of the stuck pods itself, by what it saw of them a moment later.
      assert.ok(Math.abs(kept - retryAt) < 5_000, `${kept - retryAt} ms`);
      assert.equal(witness.created.size, 1, "no pod but the one that was deleted");
      witness.mark();
      await outage.pool.open("spot");
      const isBack = () => witness.isSettled("web", 10) && witness.split("web").spot === 7;
      const ms = kept - Date.now() + backMs(7);
      await witness.until(isBack, { what: "7 on spot", ms });
      assert.equal(witness.evicted.size, 7);
      assert.ok(witness.fewestReady("web") >= 9);
      assert.equal((await events("SpotUnavailable")).length, 1, "told of by the first only");
      assert.equal((await events("SpotRestored")).length, 1);
      await outage.pool.remove();
    });
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
