import assert from "node:assert/strict";
import { sleep } from "../../src/runtime/clock.ts";
import { changes } from "./fallback_changes.ts";
import { limits } from "./fallback_limits.ts";
import { eventually } from "./support/eventually.ts";
import { AFTER_MS, Outage, OUTAGE_CONFIG, RETRY_MS, UP_MS } from "./support/outage.ts";
import type { Play, Scenario, Stage } from "./support/stage.ts";

const WEB = { name: "web", replicas: 10, percentage: 70, floor: 1 };

async function cordoned(play: Play): Promise<void> {
  await play("cordoned spot nodes: all ready on on-demand, and exact when they are back", async (scene) => {
    const { witness, events, clock } = scene;
    witness.watchFloor("web", 1);
    const outage = await Outage.begin(scene, WEB);
    await outage.isUp(10, { ms: UP_MS });
    assert.equal(await outage.evictions(), 7, "the stuck ones, once each");
    assert.equal(await outage.active(), 1);
    await eventually(clock, async () => assert.equal((await events("SpotUnavailable")).length, 1));
    witness.mark();
    await outage.pool.open("spot");
    await outage.comesBack(10, { spot: 7, moves: 7 });
    await eventually(clock, async () => assert.equal(await outage.active(), 0));
    for (const reason of ["SpotUnavailable", "SpotRestored"]) {
      await eventually(clock, async () => {
        const found = await events(reason);
        assert.deepEqual(found.map(({ series }) => series), [undefined], `one ${reason}`);
      });
    }
    await outage.pool.remove();
  });
}

async function full(play: Play): Promise<void> {
  await play(
    "full spot nodes: what fits stays, the others run elsewhere until a node is added",
    async (scene) => {
      const { witness } = scene;
      const outage = await Outage.begin(scene, { ...WEB, isOpen: true, pool: { spotPods: 1 } });
      await outage.isUp(10, { spot: 2, ms: UP_MS });
      assert.equal(await outage.evictions(), 5);
      witness.mark();
      await outage.pool.add("spot");
      await outage.comesBack(10, { spot: 7, moves: 5 });
      await outage.pool.remove();
    },
  );
}

async function off(play: Play): Promise<void> {
  await play("spot-fallback off: the pods wait, and one Event says so", async (scene) => {
    const { witness, events, clock } = scene;
    const annotations = { "spotalis.io/spot-fallback": "off" };
    const outage = await Outage.begin(scene, { ...WEB, annotations });
    await outage.becomes("waiting", UP_MS);
    const waiting = witness.until(() => witness.removed.length > 0, { what: "a change", ms: 2 * RETRY_MS });
    await assert.rejects(waiting, /not within/, "no eviction");
    assert.equal(await outage.evictions(), 0);
    assert.deepEqual(witness.split("web"), { spot: 0, onDemand: 3, unbound: 7 });
    assert.equal(await outage.active(), 0);
    await eventually(clock, async () => {
      const [event, ...more] = await events("SpotUnavailable");
      assert.match(event.note, /the fallback is off, they wait/);
      assert.deepEqual([event.series, more], [undefined, []]);
    });
    await outage.pool.open("spot");
    await witness.settled("web", 10, AFTER_MS + 15_000);
    assert.equal(witness.split("web").spot, 7);
    await outage.pool.remove();
  });
}

async function ordered(play: Play): Promise<void> {
  await play("a StatefulSet that starts its pods in order comes up, and returns", async (scene) => {
    const { witness } = scene;
    const outage = await Outage.begin(scene, { ...WEB, kind: "StatefulSet", replicas: 5 });
    await outage.isUp(5, { ms: UP_MS + 5_000 });
    assert.equal(await outage.evictions(), 1, "only the first waits in vain");
    witness.mark();
    await outage.pool.open("spot");
    await outage.comesBack(5, { spot: 3, moves: 3 });
    assert.deepEqual(witness.slots("web"), [0, 1, 2, 3, 4]);
    await outage.pool.remove();
  });
}

async function act(play: Play, stage: Stage): Promise<void> {
  const first = [cordoned, full, off, ordered].map((part) => part(play));
  // Kubernetes' own controllers make 20 requests a second: with all pods at once, it would be them that are slow.
  await sleep(stage.clock, 2 * AFTER_MS, new AbortController().signal);
  await Promise.all([...first, ...[changes, limits].map((part) => part(play, stage))]);
}

export const SCENARIOS: readonly Scenario[] = [
  { options: { name: "fallback", config: () => OUTAGE_CONFIG }, act },
];
