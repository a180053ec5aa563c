import assert from "node:assert/strict";
import type { Json } from "../scenarios/support/json.ts";
import { playScene } from "../scenarios/support/scene.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { Operator } from "./support/operator.ts";
import { isAcquired, reigns } from "./support/reigns.ts";
import { realStage, sharedCluster } from "./support/scene.ts";

const NAME = "two-operators";
const hasLed = (operator: Operator) => operator.log.some(isAcquired);

Deno.test({
  name: NAME,
  sanitizeResources: false,
  sanitizeOps: false,
  sanitizeExit: false,
  async fn(test) {
    const cluster = sharedCluster();
    const lease = async (): Promise<Json> =>
      (await cluster.get("-n", `lease-${NAME}`, "lease", "spotalis-controller-leader")).spec;

    await using first = await Operator.start(cluster, { name: NAME });
    await using second = await Operator.spawn(cluster, { name: NAME });
    await second.ready();
    const stage = await realStage(NAME, { cluster, operator: second });
    const step = async (title: string, fn: () => Promise<void>) => {
      assert.ok(
        await test.step({ name: title, fn, sanitizeOps: false, sanitizeResources: false, sanitizeExit: false }),
      );
    };

    await step("of two, one leads, and the other is ready to", async () => {
      assert.ok(hasLed(first));
      assert.ok(!hasLed(second));
      assert.equal((await second.health("readyz")).status, 200);
      assert.equal(await first.metric("spotalis_leader_election_status"), 1);
      assert.equal(await second.metric("spotalis_leader_election_status"), 0);
      assert.equal((await lease()).leaseTransitions ?? 0, 0);
    });

    await step(
      "kill -9 of the leader in the middle of a move: the other leads within 20 s, and goes on",
      () =>
        playScene(stage, async ({ apply, annotate, witness }) => {
          witness.watchFloor("web", 1);
          await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
          await witness.settled("web", 10);
          witness.mark();
          await annotate("deployment/web", { "spotalis.io/spot-percentage": "50" });
          await witness.until(() => witness.evicted.size === 1, { what: "the first eviction" });
          const killedMs = Date.now();
          first.kill("SIGKILL");
          const acquired = await second.logged(isAcquired, 20_000);
          assert.ok(Date.parse(String(acquired["time"])) - killedMs < 20_000);
          const isDone = () => witness.isSettled("web", 10) && witness.split("web").spot === 5;
          await witness.until(isDone, { what: "5 on spot", ms: 30_000 });
          assert.equal(witness.evicted.size, 2, "as many as the drift, over both leaders");
          assert.ok(witness.fewestReady("web") >= 9);
          assert.equal((await lease()).leaseTransitions, 1);
        }),
    );

    await using third = await Operator.spawn(cluster, { name: NAME });
    await third.ready();
    await step(
      "fault 25: SIGTERM: readyz 503 at once, the other leads within 5 s, exit 0 within the grace period",
      async () => {
        assert.ok(!hasLed(third));
        // A client that has sent half of a request must not hold up the end, nor break it.
        using half = await Deno.connect({ hostname: "127.0.0.1", port: second.healthPort });
        await half.write(
          new TextEncoder().encode("POST /readyz HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nha"),
        );
        const stoppedMs = Date.now();
        second.kill("SIGTERM");
        await second.logged((line) => line.message === "shutting down", 2_000);
        assert.equal((await second.health("readyz")).status, 503);
        await third.logged(isAcquired, 5_000);
        assert.ok(Date.now() - stoppedMs < 5_000);
        assert.equal(await second.ended(), 0);
        assert.ok(Date.now() - stoppedMs < 30_000);
        assert.equal((await lease()).holderIdentity, third.log.find(isAcquired)!["identity"]);
      },
    );

    await step("there were never two leaders", async () => {
      const killed = Date.parse(String(first.log.at(-1)!["time"]));
      const [[, firstEnd]] = reigns(first) as [[number, number]];
      const [[secondStart, secondEnd]] = reigns(second) as [[number, number]];
      const [[thirdStart]] = reigns(third) as [[number, number]];
      assert.equal(firstEnd, Infinity, "it was killed");
      assert.ok(killed < secondStart);
      assert.ok(secondEnd <= thirdStart);
      // Released and taken again: one more transition.
      assert.equal((await lease()).leaseTransitions, 2);
    });

    await step("fault 26: a second SIGTERM exits at once", async () => {
      third.kill("SIGTERM");
      await third.logged((line) => line.message === "shutting down", 2_000);
      const againMs = Date.now();
      third.kill("SIGTERM");
      assert.notEqual(await third.ended(), 0);
      assert.ok(Date.now() - againMs < 1_000);
    });
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
