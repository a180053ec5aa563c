import assert from "node:assert/strict";
import { Pool } from "./support/pool.ts";
import type { Play, Scenario } from "./support/stage.ts";
import { deployment } from "./support/workloads.ts";

const AFTER_MS = 5_000;
const RETRY_MS = 20_000;
const COOLDOWN_MS = 1_000;

const CONFIG = {
  controllers: {
    workloadTiming: { cooldownPeriod: `${COOLDOWN_MS}ms` },
    spotFallback: { after: `${AFTER_MS}ms`, retryAfter: `${RETRY_MS}ms`, maxRetryAfter: "2m" },
  },
};

async function act(play: Play): Promise<void> {
  await play("cordoned spot nodes: all ready on on-demand, and exact when they are back", async (scene) => {
    const { apply, witness, events } = scene;
    const pool = await Pool.make(scene);
    await pool.close("spot");
    witness.watchFloor("web", 1);
    const template = pool.template;
    await apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1, template }));
    await witness.settled("web", 10, AFTER_MS + 15_000);
    assert.deepEqual(witness.split("web"), { spot: 0, onDemand: 10, unbound: 0 });
    assert.equal((await events("SpotUnavailable")).length, 1);
    witness.mark();
    await pool.close("spot", false);
    const isBack = () => witness.isSettled("web", 10) && witness.split("web").spot === 7;
    await witness.until(isBack, { what: "7 on spot", ms: RETRY_MS + 7 * (COOLDOWN_MS + 4_000) });
    assert.equal(witness.evicted.size, 7);
    await pool.remove();
  });
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "fallback", config: () => CONFIG }, act }];
