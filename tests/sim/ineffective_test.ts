import assert from "node:assert/strict";
import { CONTROLLERS, prepare } from "../scenarios/ineffective.ts";
import { type Cause, CAUSES } from "../scenarios/support/causes.ts";
import { playScene } from "../scenarios/support/scene.ts";
import type { Scene } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { onEmbeddedStage, stageNodes } from "./support/embedded_stage.ts";
import { takeOver } from "./support/second_operator.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** One at once, and one after each hold of 1, 2, 4, 8, 16, 32 and then 60 min: 63 min, and 22 hours of the rest. */
const IN_VAIN_A_DAY = 1 + 6 + 22;
/** Enough that luck cannot end the drift: an unplaced pod goes to either kind. */
const REPLICAS = 40;

const FEW = { "spot": 2, "on-demand": 2 };
/** A node for each replacement: of so many, those that turn into spot nodes are no storm. */
const ONE_FOR_EACH = { "spot": 6, "on-demand": REPLICAS };

function nodeGroupsOf(nodes: typeof FEW) {
  return (["spot", "on-demand"] as const).map((kind) => ({
    ...stageNodes(kind),
    nodes: nodes[kind],
    most: nodes[kind],
    pods: nodes[kind] === REPLICAS ? 1 : 110,
  }));
}

/** What is pending for good is another matter. */
const config = () => ({ controllers: { ...CONTROLLERS, spotFallback: { enabled: false } } });

async function drifts({ apply, annotate, witness }: Scene, begin: () => Promise<() => Promise<void>>) {
  await apply(deployment({ name: "web", replicas: REPLICAS, percentage: 100 }));
  await witness.settled("web", REPLICAS);
  witness.mark();
  const end = await begin();
  await annotate("deployment/web", { "spotalis.io/spot-percentage": "0" });
  return end;
}

const passes = (clock: Scene["clock"], ms: number) =>
  new Promise<void>((resolve) => void clock.after(ms, resolve));

async function isBoundedAndMended(scene: Scene, cause: Cause): Promise<void> {
  const { witness, clock, operator, namespace, events } = scene;
  const end = await drifts(scene, () => cause.begin(scene));
  await passes(clock, DAY);
  assert.equal(witness.evicted.size, IN_VAIN_A_DAY);
  assert.equal(await operator.metric("spotalis_workload_held", { namespace, reason: "ineffective" }), 1);
  const notes = (await events("PlacementIneffective")).map(({ note }) => note);
  assert.ok(notes.length > 0 && notes.every((note) => cause.says.test(note)), notes.join("\n"));

  await end();
  const endedMs = clock.now();
  const isMended = () => witness.isSettled("web", REPLICAS) && witness.split("web").spot === 0;
  await witness.until(isMended, { what: "all on on-demand", ms: 2 * 60 * MINUTE });
  assert.ok(clock.now() - endedMs < 65 * MINUTE, "within the hold, and the time that the moves take");
  assert.equal(await operator.metric("spotalis_workload_held", { namespace, reason: "ineffective" }), 0);
}

for (const cause of Object.values(CAUSES)) {
  Deno.test(`embedded: where ${cause.what}, ${IN_VAIN_A_DAY} pods a day are evicted in vain, and no more`, async () => {
    const nodes = cause === CAUSES["relabelled"] ? ONE_FOR_EACH : FEW;
    await onEmbeddedStage({ name: "vain", config, nodeGroups: nodeGroupsOf(nodes) }, async (stage) => {
      await prepare(stage, nodes);
      await playScene(stage, (scene) => isBoundedAndMended(scene, cause));
    });
  });
}

Deno.test("embedded: where no node of the kind comes up, one pod is moved, and waits", async () => {
  await onEmbeddedStage({ name: "wrong-kind", config, nodeGroups: nodeGroupsOf(FEW) }, async (stage) => {
    await prepare(stage, { ...FEW, "on-demand": 0 });
    await playScene(stage, async (scene) => {
      const { witness, operator, namespace, clock } = scene;
      await drifts(scene, () => Promise.resolve(() => Promise.resolve()));
      await passes(clock, DAY);
      assert.equal(witness.evicted.size, 1);
      assert.equal(witness.split("web").unbound, 1);
      assert.equal(await operator.metric("spotalis_workload_held", { namespace, reason: "rollout" }), 1);
    });
  });
});

Deno.test("embedded: a new leader knows of no move in vain, and makes one of its own before it holds", async () => {
  await onEmbeddedStage({ name: "handover", config, nodeGroups: nodeGroupsOf(FEW) }, async (stage) => {
    const { clock } = stage;
    await prepare(stage, FEW);
    await playScene(stage, async (scene) => {
      await drifts(scene, () => CAUSES["notRegistered"]!.begin(scene));
      // Held for 32 min by now.
      await passes(clock, 40 * MINUTE);
      assert.equal(scene.witness.evicted.size, 6);
      await using second = await takeOver(stage, config());
      await passes(clock, MINUTE / 2);
      assert.equal(scene.witness.evicted.size, 7);
      const held = second.log.filter(({ message }) => message === "hold").map(({ fields }) => fields["reason"]);
      assert.equal(held.at(-1), "ineffective");
      await passes(clock, 60 * MINUTE);
      // 1, 3, 7, 15 and 31 minutes after the first.
      assert.equal(scene.witness.evicted.size, 12, "and doubles from a minute again");
    });
  });
});

const WEBS = Array.from({ length: 50 }, (_, i) => `web-${i}`);

/** Those that go at once, before it is known what comes of the first, and the tries of a day. */
const IN_VAIN_OF_ALL = 30 + IN_VAIN_A_DAY - 1;

Deno.test(`embedded: without the webhook ${IN_VAIN_OF_ALL} pods a day are evicted in vain, of however many workloads`, async () => {
  const capped = () => ({
    controllers: { ...config().controllers, disruption: { maxEvictionsPerMinute: 30 } },
  });
  await onEmbeddedStage({ name: "all", config: capped, nodeGroups: nodeGroupsOf(FEW) }, async (stage) => {
    await prepare(stage, FEW);
    await playScene(stage, async (scene) => {
      const { apply, annotate, witness, clock, operator, namespace } = scene;
      await apply(...WEBS.map((name) => deployment({ name, replicas: 4, percentage: 100 })));
      for (const name of WEBS) await witness.settled(name, 4);
      await passes(clock, MINUTE);
      witness.mark();
      const end = await CAUSES["notRegistered"]!.begin(scene);
      for (const name of WEBS) await annotate(`deployment/${name}`, { "spotalis.io/spot-percentage": "0" });
      await passes(clock, DAY);
      assert.equal(witness.evicted.size, IN_VAIN_OF_ALL);
      const held = () => operator.metric("spotalis_workload_held", { namespace, reason: "ineffective" });
      assert.equal(await held(), WEBS.length);

      await end();
      const isMended = () => WEBS.every((name) => witness.isSettled(name, 4) && witness.split(name).spot === 0);
      await witness.until(isMended, { what: "all on on-demand", ms: 3 * 60 * MINUTE });
      assert.equal(await held(), 0);
    });
  });
});
