import assert from "node:assert/strict";
import { DEPLOYMENTS } from "../../../src/sim/resources.ts";
import { RULES } from "./rules.ts";
import { RogueScene, SETTINGS } from "./support/rogue_scene.ts";
import { NEWS_MS, strandedDeployment } from "./support/sabotage.ts";
import { SABOTAGES_BY_PROCESSES } from "./support/sabotages_by_processes.ts";
import { SABOTAGES_OF_WORKLOADS } from "./support/sabotages_of_workloads.ts";

const SABOTAGES = [...SABOTAGES_OF_WORKLOADS, ...SABOTAGES_BY_PROCESSES];

for (const { rule, title, act, settings } of SABOTAGES) {
  Deno.test(`the chaos's judge catches "${rule}": ${title}`, async () => {
    const { rules, details } = await RogueScene.play(act, settings);
    assert(rules.includes(rule), `caught: ${rules.join(", ")}\n${details.join("\n")}`);
  });
}

Deno.test("the chaos's judge has nothing against an eviction with every gate open", async () => {
  const { rules, details } = await RogueScene.play(async (scene) => {
    await scene.evict(scene.pods()[0]!);
    await scene.pass(25_000);
    scene.conduct.tick();
    scene.mending.tick();
  });
  assert.deepEqual(rules, [], details.join("\n"));
});

Deno.test("the chaos's judge has nothing against two at once, where two may be", async () => {
  const settings = { ...SETTINGS, maxUnavailable: 2 };
  const { rules, details } = await RogueScene.play(async (scene) => {
    scene.annotate({ "spotalis.io/min-on-demand": "0" });
    await scene.pass(NEWS_MS);
    const [first, second] = scene.pods();
    const decision = { victims: [first!.metadata.name, second!.metadata.name] };
    await scene.evict(first!, { decision });
    await scene.evict(second!, { decision: null });
  }, settings);
  assert.deepEqual(rules, [], details.join("\n"));
});

Deno.test("the chaos's judge forgives what the operator cannot know yet", async () => {
  const { rules, details } = await RogueScene.play(async (scene) => {
    const [victim] = scene.pods();
    scene.spec({ paused: true });
    await scene.pass(20);
    await scene.evict(victim!);
  });
  assert.deepEqual(rules, [], details.join("\n"));
});

Deno.test("each rule of the chaos's judge has a sabotage that it catches", () => {
  const caught = new Set(SABOTAGES.map(({ rule }) => rule));
  // Caught by who runs the processes and the clock: see fleet_test.ts and watchful_clock_test.ts.
  assert.deepEqual(RULES.filter((rule) => !caught.has(rule)), ["end", "busy"]);
});

Deno.test("the chaos's judge has nothing against a fallback for a pod that has waited long enough", async () => {
  const { rules, details } = await RogueScene.play(async (scene) => {
    await scene.create(DEPLOYMENTS, strandedDeployment());
    await scene.pass(125_000);
    await scene.evict(scene.pods("stuck")[0]!, { decision: { reason: "fallback" } });
  });
  assert.deepEqual(rules, [], details.join("\n"));
});
