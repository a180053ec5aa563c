import assert from "node:assert/strict";
import { AFTER_MS, Outage, RETRY_MS } from "./support/outage.ts";
import type { Play, Scene, Stage } from "./support/stage.ts";
import { FALLBACK_RETRY_AT } from "../../src/domain/keys.ts";
import { closedWindow, windowAnnotations } from "./support/windows.ts";
import type { SeenPod } from "./support/witness.ts";

const WEB = { name: "web", replicas: 10, percentage: 70, floor: 1 };
const SMALL = { name: "web", replicas: 5, percentage: 60, floor: 1 };

/** Times of the API have whole seconds, and what happens is seen a moment later. */
const SECOND_MS = 3_000;

async function rollOut({ patch }: Scene, version: string): Promise<void> {
  const annotations = { "example.io/version": version };
  await patch("deployment/web", { spec: { template: { metadata: { annotations } } } });
}

/** All pods are of that version and ready. */
async function rolledOut({ witness }: Scene, version: string): Promise<void> {
  const isNew = () =>
    witness.of("web").every(({ object }) => object.metadata.annotations["example.io/version"] === version);
  await witness.until(() => witness.isSettled("web", 10) && isNew(), { what: `all of ${version}`, ms: 60_000 });
}

async function rollouts(play: Play): Promise<void> {
  await play("a rollout that meets an outage ends ready, and only the first pods wait", async (scene) => {
    const { witness } = scene;
    const outage = await Outage.begin(scene, { ...WEB, isOpen: true });
    await outage.isUp(10, { spot: 7 });
    await outage.pool.close("spot");
    witness.mark();
    await rollOut(scene, "v2");
    await outage.becomes("open");
    await rolledOut(scene, "v2");
    assert.equal(witness.split("web").onDemand, 10);
    assert.ok(outage.longestWaitMs() <= AFTER_MS + SECOND_MS, `no longer than: ${outage.longestWaitMs()} ms`);
    const first = await outage.evictions();
    assert.ok(first <= 5, `those of the first batch: ${first}`);
    witness.mark();
    await rollOut(scene, "v3");
    await rolledOut(scene, "v3");
    assert.ok(await outage.evictions() - first <= 1, "later pods do not wait, but for one that tries");
    assert.ok(outage.longestWaitMs() <= AFTER_MS + SECOND_MS, `${outage.longestWaitMs()} ms`);
    await outage.pool.open("spot");
    await witness.until(() => witness.isSettled("web", 10) && witness.split("web").spot === 7, {
      what: "7 on spot",
      ms: 120_000,
    });
    await outage.pool.remove();
  });
}

const SPLITS = [["", { percentage: 70, floor: 1 }], [", all on spot", { percentage: 100, floor: 0 }]] as const;

async function scaleDowns(play: Play): Promise<void> {
  await Promise.all(
    SPLITS.map(([what, split]) =>
      play(`scale-down during a fallback${what}: the fallback pods go first`, async (scene) => {
        const { witness, scale } = scene;
        // Two fit on spot.
        const outage = await Outage.begin(scene, { ...WEB, ...split, isOpen: true, pool: { spotPods: 1 } });
        await outage.isUp(10, { spot: 2 });
        witness.mark();
        const isFallback = ({ object }: SeenPod) => FALLBACK_RETRY_AT in object.metadata.annotations;
        const left = 10 - witness.of("web").filter(isFallback).length;
        await scale("deployment/web", left);
        await witness.settled("web", left);
        assert.ok(witness.removed.every(isFallback));
        assert.deepEqual(witness.split("web"), { spot: 2, onDemand: left - 2, unbound: 0 });
        await outage.pool.remove();
      })
    ),
  );
}

async function scaleDownAfter(play: Play, { clock }: Stage): Promise<void> {
  await play("scale-down after a fallback whose moves the window holds: its pods go first", async (scene) => {
    const { witness, scale } = scene;
    const annotations = windowAnnotations(closedWindow(clock));
    const outage = await Outage.begin(scene, { ...SMALL, annotations });
    await outage.isUp(5);
    await outage.pool.open("spot");
    // The window lets no pod be moved: one that is made anyway tries.
    const isTried = () => witness.split("web").spot > 0;
    for (let replicas = 6; !isTried(); replicas++) {
      assert.ok(replicas < 15, "a new pod tries spot when it is time");
      await scale("deployment/web", replicas);
      await witness.settled("web", replicas);
      if (!isTried()) await pause(scene, RETRY_MS / 2);
    }
    await outage.becomes("closed");
    witness.mark();
    const { spot } = witness.split("web");
    await scale("deployment/web", 3);
    await witness.settled("web", 3);
    assert.ok(witness.removed.every((pod) => pod.on === "on-demand"), "the fallback pods go first");
    assert.equal(witness.split("web").spot, spot);
    assert.equal(witness.evicted.size, 0);
    await outage.pool.remove();
  });
}

/** So long, no ready pod is evicted. */
async function pause({ witness }: Scene, ms: number): Promise<void> {
  const evicted = witness.evicted.size;
  const change = witness.until(() => witness.evicted.size > evicted, { what: "an eviction", ms });
  await assert.rejects(change, /not within/);
}

async function scaleUp(play: Play): Promise<void> {
  await play("scale-up during a fallback: ready at once, and exact when spot is back", async (scene) => {
    const { witness, scale } = scene;
    const outage = await Outage.begin(scene, SMALL);
    await outage.isUp(5);
    witness.mark();
    await scale("deployment/web", 10);
    await outage.isUp(10);
    assert.equal(outage.longestWaitMs(), 0);
    witness.mark();
    await outage.pool.open("spot");
    await outage.comesBack(10, { spot: 6, moves: 6 });
    await outage.pool.remove();
  });
}

async function lowered(play: Play): Promise<void> {
  await play("a policy that asks for less spot during an outage: fewer moves back", async (scene) => {
    const { witness, annotate } = scene;
    const outage = await Outage.begin(scene, SMALL);
    await outage.isUp(5);
    witness.mark();
    await annotate("deployment/web", { "spotalis.io/spot-percentage": "20" });
    await outage.pool.open("spot");
    await outage.comesBack(5, { spot: 1, moves: 1 });
    await outage.pool.remove();
  });
}

async function dropped(play: Play): Promise<void> {
  await play(
    "a policy that asks for no spot frees pods that wait for it, also with the fallback off",
    async (scene) => {
      const { annotate } = scene;
      const outage = await Outage.begin(scene, {
        ...SMALL,
        annotations: { "spotalis.io/spot-fallback": "off" },
      });
      await outage.becomes("waiting");
      await annotate("deployment/web", { "spotalis.io/spot-percentage": "0" });
      await outage.isUp(5);
      assert.equal(await outage.evictions(), 3);
      await outage.pool.remove();
    },
  );
}

async function turnedOff(play: Play): Promise<void> {
  await play("the fallback turned off while it is open: the next try waits for spot", async (scene) => {
    const { witness, annotate, events } = scene;
    const outage = await Outage.begin(scene, SMALL);
    await outage.isUp(5);
    witness.mark();
    await annotate("deployment/web", { "spotalis.io/spot-fallback": "off" });
    await outage.becomes("closed");
    await witness.until(() => witness.split("web").unbound === 1, { what: "a pod that waits", ms: 30_000 });
    await pause(scene, 2 * AFTER_MS);
    assert.equal(witness.evicted.size, 1, "no other is moved while it waits");
    assert.equal((await events("SpotRestored")).length, 0, "spot is not back");
    await outage.pool.open("spot");
    await outage.comesBack(5, { spot: 3, moves: 3 });
    await outage.pool.remove();
  });
}

export async function changes(play: Play, stage: Stage): Promise<void> {
  const parts = [rollouts, scaleDowns, scaleDownAfter, scaleUp, lowered, dropped, turnedOff];
  await Promise.all(parts.map((part) => part(play, stage)));
}
