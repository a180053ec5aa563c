import assert from "node:assert/strict";
import type { Json } from "../../scenarios/support/json.ts";
import { playScene } from "../../scenarios/support/scene.ts";
import { deployment } from "../../scenarios/support/workloads.ts";
import { Operator } from "../support/operator.ts";
import { ReviewClient } from "../support/review_client.ts";
import { realStage, sharedCluster } from "../support/scene.ts";

const NAME = "throttled";
/** A tenth of a core, as a CPU quota would give it: so much of each period, and then it stands still. */
const PERIOD_MS = 100;
const RUN_MS = 10;
const THROTTLED_MS = 20_000;
/** Of deploy/webhook.yaml: after so long the API server goes on without us. */
const WEBHOOK_TIMEOUT_MS = 2_000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function throttle(operator: Operator, isOver: () => boolean): Promise<void> {
  for (const startMs = performance.now(); !isOver();) {
    operator.kill("SIGSTOP");
    const passedMs = (performance.now() - startMs) % PERIOD_MS;
    await sleep(Math.max(0, PERIOD_MS - RUN_MS - passedMs));
    operator.kill("SIGCONT");
    await sleep(RUN_MS);
  }
}

Deno.test({
  name:
    "fault 67: with a tenth of a core the Lease is kept, and reviews are answered within the webhook's timeout",
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const cluster = sharedCluster();
    await using operator = await Operator.start(cluster, { name: NAME });
    const target = { port: Number(new URL(operator.webhookUrl).port), ca: await operator.caCert() };
    const client = await ReviewClient.connect(target);
    await playScene(await realStage(NAME, { cluster, operator }), async ({ apply, witness }) => {
      const endMs = Date.now() + THROTTLED_MS;
      let isOver = false;
      const throttling = throttle(operator, () => isOver);
      try {
        await apply(deployment({ name: "web", replicas: 20, percentage: 70, floor: 1 }));
        await witness.settled("web", 20);
        assert.deepEqual(witness.split("web"), { spot: 14, onDemand: 6, unbound: 0 });
        assert.deepEqual(witness.cost(), { created: 20, evicted: 0 });
        const tookMs: number[] = [];
        while (Date.now() < endMs) {
          const askedMs = performance.now();
          await client.ask();
          tookMs.push(performance.now() - askedMs);
          await sleep(50);
        }
        const slowest = Math.max(...tookMs);
        assert.ok(tookMs.length > 20 && slowest < WEBHOOK_TIMEOUT_MS, `${tookMs.length}, ${slowest} ms`);
      } finally {
        isOver = true;
        await throttling;
      }
    });
    client.close();
    assert.ok(!operator.log.some(({ message }) => message === "leadership lost"));
    const { spec }: Json = await cluster.get("-n", `lease-${NAME}`, "lease/spotalis-controller-leader");
    assert.ok(Date.now() - Date.parse(spec.renewTime) < 10_000, spec.renewTime);
    await cluster.remove(`mutatingwebhookconfiguration/spotalis-${NAME}`);
  },
});
