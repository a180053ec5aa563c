import assert from "node:assert/strict";
import type { Play, Scenario, Scene } from "./support/stage.ts";
import { closedWindow, windowAnnotations } from "./support/windows.ts";
import { budget, deployment } from "./support/workloads.ts";

/** What a story comes to: the same on every kind of stage. */
export interface StoryRecord {
  readonly split: { readonly spot: number; readonly onDemand: number; readonly unbound: number };
  readonly evictions: number;
  /**
   * Of all the operator's decisions on the workload, sorted. Each of them lasts, in the story, until it
   * has been logged; and a decision that may or may not be logged in passing has one of these reasons.
   */
  readonly reasons: readonly string[];
}

export const EXPECTED: StoryRecord = {
  split: { spot: 5, onDemand: 4, unbound: 0 },
  evictions: 2,
  reasons: ["balanced", "budget", "cooldown", "drift", "moving", "rollout", "window"],
};

const PERCENTAGE = "spotalis.io/spot-percentage";

/** Plays the whole story of one Deployment, from its first pod to a window that has closed. */
export async function tellStory(scene: Scene): Promise<StoryRecord> {
  const { operator, namespace, witness } = scene;
  witness.watchFloor("web", 1);
  await grows(scene);
  await rollsOut(scene);
  await movesUnderItsBudget(scene);
  await shrinksAndCloses(scene);
  const decisions = operator.log.filter((line) =>
    line["namespace"] === namespace && line["action"] !== undefined
  );
  return {
    split: witness.split("web"),
    evictions: witness.evicted.size,
    reasons: [...new Set(decisions.map((line) => String(line["reason"])))].toSorted(),
  };
}

/** Waits until the operator has given this reason for a decision on the workload. */
async function decided({ operator, namespace }: Scene, reason: string): Promise<void> {
  await operator.logged((line) =>
    line["namespace"] === namespace && line["action"] !== undefined && line["reason"] === reason
  );
}

async function settledAt({ witness }: Scene, { spot, onDemand }: { spot: number; onDemand: number }) {
  await witness.settled("web", spot + onDemand);
  assert.deepEqual(witness.split("web"), { spot, onDemand, unbound: 0 });
}

/** A burst, and a scale-up: under a budget that allows nothing yet. */
async function grows(scene: Scene): Promise<void> {
  const { apply, scale } = scene;
  await apply(
    budget({ name: "web", app: "web", spec: { maxUnavailable: 0 } }),
    deployment({ name: "web", replicas: 6, percentage: 70, floor: 1 }),
  );
  await settledAt(scene, { spot: 4, onDemand: 2 });
  await decided(scene, "balanced");
  await scale("deployment/web", 12);
  await settledAt(scene, { spot: 8, onDemand: 4 });
}

/** A revision that no node can take, and one that gets through. */
async function rollsOut(scene: Scene): Promise<void> {
  const { patch, witness } = scene;
  const select = (nodeSelector: Record<string, string | null>) =>
    patch("deployment/web", { spec: { template: { spec: { nodeSelector } } } });
  const before = new Set(witness.of("web").map((pod) => pod.uid));
  await select({ "example.io/nowhere": "x" });
  await witness.until(() => witness.split("web").unbound > 0, { what: "pods that find no node" });
  await decided(scene, "rollout");
  await select({ "example.io/nowhere": null, "kubernetes.io/os": "linux" });
  const isNew = () => witness.isSettled("web", 12) && witness.of("web").every((pod) => !before.has(pod.uid));
  await witness.until(isNew, { what: "12 pods of the new revision" });
  await settledAt(scene, { spot: 8, onDemand: 4 });
}

/** A policy change that has to wait for its budget, and then for each move to be over. */
async function movesUnderItsBudget(scene: Scene): Promise<void> {
  const { patch, annotate, witness } = scene;
  await annotate("deployment/web", { [PERCENTAGE]: "50" });
  await decided(scene, "budget");
  assert.equal(witness.evicted.size, 0);
  // The first pod that is evicted stays until it is let go: so that its move is seen under way.
  const held = witness.of("web").filter((pod) => pod.on === "spot").map((pod) => `pod/${pod.name}`);
  const finalize = (finalizers: readonly string[] | null) =>
    Promise.all(held.map((target) => patch(target, { metadata: { finalizers } })));
  await finalize(["example.io/wait"]);
  await patch("poddisruptionbudget/web", { spec: { maxUnavailable: 1 } });
  await witness.until(() => witness.evicted.size === 1, { what: "the first move" });
  await decided(scene, "moving");
  await finalize(null);
  await decided(scene, "cooldown");
  const isMoved = () => witness.isSettled("web", 12) && witness.split("web").spot === 6;
  await witness.until(isMoved, { what: "6 on spot" });
}

/** A scale-down keeps the split; in a closed window new pods are placed, and no pod is moved. */
async function shrinksAndCloses(scene: Scene): Promise<void> {
  const { annotate, scale } = scene;
  await scale("deployment/web", 8);
  await settledAt(scene, { spot: 4, onDemand: 4 });
  await annotate("deployment/web", { ...windowAnnotations(closedWindow(scene.clock)), [PERCENTAGE]: "75" });
  await decided(scene, "window");
  await scale("deployment/web", 9);
  await settledAt(scene, { spot: 5, onDemand: 4 });
}

async function act(play: Play): Promise<void> {
  await play(
    "a burst, a scale-up, a rollout, a policy change under a budget, a scale-down and a closed window",
    async (scene) => assert.deepEqual(await tellStory(scene), EXPECTED),
  );
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "story" }, act }];
