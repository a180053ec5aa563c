import assert from "node:assert/strict";
import { WEBHOOK_CONFIGURATION } from "../../src/cli/embedded/webhook_configuration.ts";
import { sleep } from "../../src/runtime/clock.ts";
import { WEBHOOKS } from "../../src/sim/resources.ts";
import { playScene } from "../scenarios/support/scene.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { onEmbeddedStage } from "../sim/support/embedded_stage.ts";

const ADDRESS = "https://quota.test/";
const [OURS] = WEBHOOK_CONFIGURATION.webhooks;
/** Asked after ours, by its name. */
const QUOTA = {
  ...WEBHOOK_CONFIGURATION,
  metadata: { name: "zz-quota" },
  webhooks: [{ ...OURS, name: "pods.quota.test", clientConfig: { url: ADDRESS }, failurePolicy: "Fail" }],
};

/** Five pods get through; the others are rejected until `rejectsMs` have passed. */
async function rejectedFor(rejectsMs: number, seed: number): Promise<void> {
  await onEmbeddedStage({ name: "rejected", seed }, async (stage) => {
    const { embedded, clock } = stage;
    const opensMs = clock.now() + rejectsMs;
    let passed = 0;
    embedded.serveWebhook(ADDRESS, async (request) => {
      const { apiVersion, kind, request: { uid } } = await request.json();
      const allowed = clock.now() >= opensMs || passed++ < 5;
      return Response.json({ apiVersion, kind, response: { uid, allowed } });
    });
    await embedded.api.create(WEBHOOKS, QUOTA);
    await playScene(stage, async ({ apply, witness }) => {
      await apply(deployment({ name: "web", replicas: 20, percentage: 50, floor: 1 }));
      await sleep(clock, rejectsMs * 0.9, new AbortController().signal);
      assert.equal(witness.of("web").length, 5);
      await witness.settled("web", 20);
      const drift = Math.abs(witness.split("web").spot - 10);
      const isExact = () => witness.isSettled("web", 20) && witness.split("web").spot === 10;
      await witness.until(isExact, { what: "10 of 20 on spot" });
      assert.equal(witness.evicted.size, drift, "each move counts");
    });
  });
}

Deno.test("fault 45: when a webhook after ours rejects pods for a while, the split heals within a minute, by no more moves than it takes", async () => {
  for (const seconds of [1, 2, 4]) {
    for (const seed of [1, 2, 3]) await rejectedFor(seconds * 1_000, seed);
  }
});
