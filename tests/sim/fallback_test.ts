import assert from "node:assert/strict";
import { sleep } from "../../src/runtime/clock.ts";
import { Outage } from "../scenarios/support/outage.ts";
import { Pool } from "../scenarios/support/pool.ts";
import { playScene } from "../scenarios/support/scene.ts";
import type { Scene } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { onEmbeddedStage } from "./support/embedded_stage.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The defaults, which all of this plays by. */
const AFTER_MS = 2 * MINUTE;
const RETRY_MS = 10 * MINUTE;
const LONGEST_MS = HOUR;
const COOLDOWN_MS = 10_000;
const START_MS = 4_000;

const WEB = { name: "web", replicas: 10, percentage: 70, floor: 1 };

/** How often a fallback that opens now can try spot within `ms`: each try doubles the wait for the next. */
function mostTries(ms: number): number {
  let tries = 0;
  for (let at = RETRY_MS, wait = RETRY_MS; at <= ms; tries++) {
    wait = Math.min(2 * wait, LONGEST_MS);
    at += wait;
  }
  return tries;
}

/** The Lease is renewed less often than it would be: hours go by. */
async function onStage(name: string, act: (scene: Scene) => Promise<void>): Promise<void> {
  const timing = { leaseDuration: "5m", renewDeadline: "2m", retryPeriod: "30s" };
  const config = () => ({ operator: { leaderElection: { ...timing, namespace: `lease-${name}` } } });
  await onEmbeddedStage({ name, config }, (stage) => playScene(stage, act));
}

async function pass({ clock }: Scene, ms: number): Promise<void> {
  await sleep(clock, ms, new AbortController().signal);
}

Deno.test("fault 54: no spot capacity for a day: all pods run, and each try costs one ready pod", async (test) => {
  await onStage("no-spot", async (scene) => {
    const { witness, operator } = scene;
    const outage = await Outage.begin(scene, WEB);
    await outage.isUp(10, { ms: AFTER_MS + 15_000 });
    assert.equal(await outage.evictions(), 7);
    witness.mark();
    await pass(scene, DAY);
    await outage.isUp(10, { ms: AFTER_MS + 15_000 });
    const [tries, most] = [witness.evicted.size, mostTries(DAY)];
    assert.ok(tries >= most - 2 && tries <= most, `${tries} of ${most}`);
    assert.equal(await outage.evictions(), 7 + 2 * tries, "each try, and its replacement");
    assert.equal(witness.fewestReady("web"), 9);
    assert.equal(operator.log.filter(({ message }) => message === "spot fallback open").length, 1);
    await test.step(`${tries} tries in a day, at most ${most}`, () => {});
    await outage.pool.open("spot");
    const isBack = () => witness.isSettled("web", 10) && witness.split("web").spot === 7;
    await witness.until(isBack, { what: "exact", ms: LONGEST_MS + 7 * (COOLDOWN_MS + START_MS) });
  });
});

Deno.test("spot-fallback off waits for a day without an eviction, and says so once", async () => {
  await onStage("no-fallback", async (scene) => {
    const { witness, events } = scene;
    const outage = await Outage.begin(scene, { ...WEB, annotations: { "spotalis.io/spot-fallback": "off" } });
    const found = new Map<string, unknown>();
    // An Event lasts for an hour.
    for (let hour = 0; hour < 24; hour += 0.5) {
      await pass(scene, HOUR / 2);
      for (const { metadata, series } of await events("SpotUnavailable")) found.set(metadata.uid, series);
    }
    assert.deepEqual(witness.split("web"), { spot: 0, onDemand: 3, unbound: 7 });
    assert.deepEqual([witness.created.size, await outage.evictions()], [10, 0]);
    assert.deepEqual([...found.values()], [undefined]);
  });
});

/** Up and down each minute, for an hour. Down: no pod is scheduled to spot, and those there are lost. */
async function flap(scene: Scene, outage: Outage): Promise<void> {
  const { witness, cluster, namespace } = scene;
  for (let minute = 0; minute < 60; minute += 2) {
    await outage.pool.close("spot");
    for (const pod of witness.of("web")) {
      if (pod.on === "spot") await cluster.remove(`pod/${pod.name}`, namespace);
    }
    await pass(scene, MINUTE);
    await outage.pool.open("spot");
    await pass(scene, MINUTE);
  }
}

Deno.test("flapping capacity moves nothing where it is never away for `after`", async () => {
  await onStage("flapping", async (scene) => {
    const { witness } = scene;
    const outage = await Outage.begin(scene, { ...WEB, isOpen: true });
    await outage.isUp(10, { spot: 7 });
    await flap(scene, outage);
    await outage.isUp(10, { spot: 7 });
    assert.deepEqual([witness.evicted.size, await outage.evictions()], [0, 0]);
  });
});

Deno.test("flapping capacity that opens the fallback moves few pods in an hour", async (test) => {
  await onStage("flapping-fast", async (scene) => {
    const { witness } = scene;
    const annotations = { "spotalis.io/spot-fallback": "30s" };
    const outage = await Outage.begin(scene, { ...WEB, annotations, isOpen: true });
    await outage.isUp(10, { spot: 7 });
    witness.mark();
    await flap(scene, outage);
    // Each time that spot is tried, all that belong there may move, and get stuck when it goes again.
    const times = 1 + mostTries(HOUR);
    const [moved, evicted] = [witness.evicted.size, await outage.evictions()];
    const most = { moved: 7 * (times - 1), evicted: 7 * (2 * times - 1) };
    assert.ok(moved <= most.moved && evicted <= most.evicted, `${moved} moved, ${evicted} evicted`);
    assert.ok(evicted >= 7, "it has opened");
    await test.step(
      `${moved} ready pods moved, at most ${most.moved}; ${evicted} evictions, at most ${most.evicted}`,
      () => {},
    );
  });
});

Deno.test("flapping nodes that come and go with their pods move few pods in an hour", async (test) => {
  await onStage("flapping-nodes", async (scene) => {
    const { witness } = scene;
    const annotations = { "spotalis.io/spot-fallback": "10s" };
    const outage = await Outage.begin(scene, { ...WEB, annotations, isOpen: true });
    await outage.isUp(10, { spot: 7 });
    witness.mark();
    for (let minute = 0; minute < 60; minute += 2) {
      await outage.pool.take("spot");
      await pass(scene, MINUTE);
      await outage.pool.add("spot");
      await pass(scene, MINUTE);
    }
    const times = 1 + mostTries(HOUR);
    const [moved, evicted] = [witness.evicted.size, await outage.evictions()];
    assert.ok(moved <= 7 * (times - 1) && evicted <= 7 * (2 * times - 1), `${moved} moved, ${evicted} evicted`);
    await test.step(`${moved} ready pods moved, ${evicted} evictions`, () => {});
  });
});

Deno.test("capacity that trickles in, a place at a time, is taken without a loop", async () => {
  await onStage("trickle", async (scene) => {
    const { witness } = scene;
    const outage = await Outage.begin(scene, WEB);
    await outage.isUp(10, { ms: AFTER_MS + 15_000 });
    witness.mark();
    for (let place = 0; place < 7; place++) {
      await outage.pool.add("spot", { pods: 1 });
      await pass(scene, 4 * HOUR);
      await outage.isUp(10, { spot: place + 1, ms: AFTER_MS + 15_000 });
    }
    assert.ok(witness.fewestReady("web") >= 9);
    const most = 7 + mostTries(28 * HOUR);
    assert.ok(witness.evicted.size <= most, `${witness.evicted.size} of at most ${most}`);
  });
});

Deno.test("where on-demand is full as well, nothing is evicted over and over, and spot is found when it is back", async () => {
  await onStage("all-full", async (scene) => {
    const { witness } = scene;
    const outage = await Outage.begin(scene, { ...WEB, isOpen: true });
    await outage.isUp(10, { spot: 7 });
    await outage.pool.close("on-demand");
    await outage.pool.close("spot");
    for (const pod of witness.of("web")) {
      if (pod.on === "spot") await scene.remove(`pod/${pod.name}`);
    }
    witness.mark();
    await pass(scene, DAY);
    assert.deepEqual(witness.split("web"), { spot: 0, onDemand: 3, unbound: 7 });
    const evicted = await outage.evictions();
    assert.ok(evicted <= 7 + 2 * mostTries(DAY), `${evicted} evictions`);
    assert.equal(witness.evicted.size, 0, "none of a pod that ran");
    await outage.pool.open("spot");
    const isBack = () => witness.isSettled("web", 10) && witness.split("web").spot === 7;
    await witness.until(isBack, { what: "exact", ms: LONGEST_MS + AFTER_MS + 15_000 });
  });
});

Deno.test("pods deleted by hand in an outage cost no second wait, and no loop", async () => {
  await onStage("deleted", async (scene) => {
    const { witness, remove } = scene;
    const outage = await Outage.begin(scene, WEB);
    await outage.isUp(10, { ms: AFTER_MS + 15_000 });
    for (const pod of witness.of("web")) await remove(`pod/${pod.name}`);
    await outage.isUp(10, { ms: 10_000 });
    const isTrying = () => witness.split("web").unbound === 1;
    await witness.until(isTrying, { what: "a try", ms: RETRY_MS });
    const tries = witness.of("web").find((pod) => pod.on === undefined)!;
    await remove(`pod/${tries.name}`);
    await outage.isUp(10, { ms: 10_000 });
  });
});

async function manyWorkloads(scene: Scene, names: readonly string[], pool: Pool): Promise<void> {
  const each = { replicas: 5, percentage: 60, floor: 1, template: pool.template };
  await scene.apply(...names.map((name) => deployment({ name, ...each })));
}

Deno.test("forty workloads probe in turn, and all return; one too large for spot stays behind alone", async (test) => {
  await onStage("forty", async (scene) => {
    const { witness, operator, namespace, clock } = scene;
    const pool = await Pool.make(scene, { nodes: 4 });
    const names = Array.from({ length: 40 }, (_, index) => `web-${index}`);
    await pool.close("spot");
    const resources = { requests: { cpu: "100" } };
    const large = { containers: [{ name: "main", image: "example.io/none", resources }] };
    const template = { spec: { ...pool.template.spec, ...large } };
    await scene.apply(deployment({ name: "large", replicas: 2, percentage: 50, template }));
    await manyWorkloads(scene, names, pool);
    const isUp = () => names.every((name) => witness.isSettled(name, 5)) && witness.isSettled("large", 2);
    await witness.until(isUp, { what: "all up", ms: AFTER_MS + 15_000 });
    const startMs = clock.wall();
    witness.mark();
    await pass(scene, 4 * HOUR);
    // Each try waits for `after` and puts the others off for their own interval.
    const tries = operator.log.filter((line) => line.message === "evicted" && line["from"] === "on-demand")
      .map((line) => Date.parse(String(line["time"])));
    const most = Math.floor((clock.wall() - startMs) / RETRY_MS);
    assert.ok(tries.length <= most, `${tries.length} tries of at most ${most}`);
    for (const [index, at] of tries.slice(1).entries()) {
      assert.ok(at - tries[index]! >= RETRY_MS, `try ${index}`);
    }
    await test.step(`${tries.length} tries of 41 workloads in 4 h, at most ${most}`, () => {});
    witness.mark();
    await pool.open("spot");
    const isExact = (name: string) => witness.isSettled(name, 5) && witness.split(name).spot === 3;
    // The large one may be the next to try; after it, another's turn comes.
    const backMs = 2 * (RETRY_MS + AFTER_MS) + 3 * (COOLDOWN_MS + 40 * 100 + START_MS);
    await witness.until(() => names.every(isExact), { what: "all exact", ms: backMs });
    const isMoved = ({ app }: { app: string }) => app !== "large";
    assert.equal(witness.removed.filter(isMoved).length, 3 * 40, "as many as the moves");
    assert.ok(names.every((name) => witness.fewestReady(name) >= 4));
    // The others go on as ever; what they get is no reason for the large one to try each time.
    witness.mark();
    for (let hour = 0; hour < 8; hour++) {
      for (const name of names.slice(0, 4)) {
        for (const pod of witness.of(name)) await scene.remove(`pod/${pod.name}`);
      }
      await pass(scene, HOUR);
    }
    const alone = witness.removed.filter(({ app, on }) => app === "large" && on === "on-demand").length;
    assert.ok(alone <= mostTries(8 * HOUR) + 1, `${alone} tries of the large one in 8 h`);
    assert.ok(names.every(isExact));
    assert.equal(await operator.metric("spotalis_spot_fallback_active", { namespace }), 1);
  });
});
