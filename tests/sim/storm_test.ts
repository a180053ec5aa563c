import assert from "node:assert/strict";
import type { LogLine } from "../scenarios/support/log_book.ts";
import { playScene } from "../scenarios/support/scene.ts";
import { CAPACITY_LABEL, type Scene } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { onEmbeddedStage } from "./support/embedded_stage.ts";
import { takeOver } from "./support/second_operator.ts";

const MINUTE = 60_000;
const WEBS = Array.from({ length: 20 }, (_, i) => `web-${i}`);

const timeOf = (line: LogLine) => Date.parse(String(line["time"]));

async function comeUp({ apply, witness }: Scene): Promise<void> {
  await apply(...WEBS.map((name) => deployment({ name, replicas: 6, percentage: 50 })));
  for (const name of WEBS) await witness.settled(name, 6);
  witness.mark();
}

function evictions({ operator }: Scene): LogLine[] {
  return operator.log.filter((line) => line.message === "evicted");
}

Deno.test("embedded: spot nodes that stay relabelled are meant after ten quiet minutes, and then followed under the cap", async () => {
  const config = () => ({ controllers: { disruption: { maxEvictionsPerMinute: 5 } } });
  await onEmbeddedStage({ name: "for-good", config }, (stage) =>
    playScene(stage, async (scene) => {
      const { cluster, clock, witness, operator } = scene;
      await comeUp(scene);
      const relabelledMs = clock.wall();
      for (let i = 0; i < 4; i++) {
        await cluster.patch(`node/spot-${i}`, "", { metadata: { labels: { [CAPACITY_LABEL]: "on-demand" } } });
      }
      const isOnSpot = (node: string) => node === "spot-4" || node === "spot-5";
      const spotOf = (name: string) =>
        witness.of(name).filter((pod) => isOnSpot(pod.object.spec.nodeName)).length;
      const isMended = () => WEBS.every((name) => witness.isSettled(name, 6) && spotOf(name) === 3);
      await witness.until(isMended, { what: "3 of 6 on what is spot now", ms: 40 * MINUTE });
      const evicted = evictions(scene);
      const firstMs = timeOf(evicted[0]!) - relabelledMs;
      assert.ok(
        firstMs >= 11 * MINUTE && firstMs < 12 * MINUTE + 5_000,
        `the first eviction after ${firstMs} ms`,
      );
      assert.equal(evicted.length, witness.created.size, "each was of use");
      for (const end of evicted.map(timeOf)) {
        const inMinute = evicted.filter((line) => timeOf(line) > end - MINUTE && timeOf(line) <= end);
        assert.ok(inMinute.length <= 5, `${inMinute.length} in a minute`);
      }
      assert.deepEqual(
        operator.log.filter((line) => line.message.startsWith("node storm")).map((line) => line.message),
        ["node storm", "node storm over"],
      );
    }));
});

Deno.test("embedded: while four of six spot nodes are taken back, splits wait until the new ones are there", async () => {
  await onEmbeddedStage({ name: "reclaim" }, (stage) =>
    playScene(stage, async (scene) => {
      const { annotate, witness, operator, namespace, clock } = scene;
      await comeUp(scene);
      const beganMs = clock.wall();
      stage.embedded.cloud.reclaim("spot", 4);
      await operator.logged((line) => line.message === "node storm");
      // Its pods are where nothing happens; what it asks for can wait all the same.
      await annotate("deployment/web-0", { "spotalis.io/spot-percentage": "0" });
      await operator.logged(
        ({ workload, reason }) => workload === "Deployment/web-0" && reason === "storm",
        3 * MINUTE,
      );
      const over = await operator.logged((line) => line.message === "node storm over", 5 * MINUTE);
      assert.equal(evictions(scene).length, 0);
      assert.ok(timeOf(over) - beganMs >= MINUTE, "a minute after the last of the new nodes");
      const isDone = () => witness.isSettled("web-0", 6) && witness.split("web-0").spot === 0;
      await witness.until(isDone, { what: "web-0 on on-demand", ms: 5 * MINUTE });
      assert.equal(await operator.metric("spotalis_workload_held", { namespace, reason: "storm" }), 0);
    }));
});

Deno.test("embedded: a process that starts after the labels have changed holds by what the pods say", async () => {
  const nodes = Array.from({ length: 6 }, (_, i) => `node/spot-${i}`);
  await onEmbeddedStage({ name: "late" }, (stage) =>
    playScene(stage, async (scene) => {
      await comeUp(scene);
      const label = async (kind: string) => {
        for (const node of nodes) {
          await stage.cluster.patch(node, "", { metadata: { labels: { [CAPACITY_LABEL]: kind } } });
        }
      };
      await label("on-demand");
      await using second = await takeOver(stage, {});
      await new Promise<void>((resolve) => void stage.clock.after(5 * MINUTE, resolve));
      const reasons = second.log.filter(({ message }) => message === "hold").map(({ fields }) =>
        fields["reason"]
      );
      assert.equal(reasons.filter((reason) => reason === "storm").length, WEBS.length);
      assert.equal(scene.witness.evicted.size, 0);
      await label("spot");
      await new Promise<void>((resolve) => void stage.clock.after(5 * MINUTE, resolve));
      assert.deepEqual(scene.witness.cost(), { created: 0, evicted: 0 });
    }));
});
