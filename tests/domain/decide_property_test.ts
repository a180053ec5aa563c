import assert from "node:assert/strict";
import { takeCensus } from "../../src/domain/census.ts";
import { decide, explainGates } from "../../src/domain/decide.ts";
import { NOTHING_TO_DO, policyGate } from "../../src/domain/gates.ts";
import { chooseVictims } from "../../src/domain/victims.ts";
import { frozen } from "../support/builders.ts";
import { anyBudgets, anyPods, anyScene } from "../support/generated_workloads.ts";
import { forAll, Random } from "../support/random.ts";

forAll("decide() evicts where no gate answers, and never where one does", { runs: 3_000 }, (random) => {
  const { snapshot, options } = anyScene(random);
  const decision = decide(snapshot, options);
  const first = explainGates(snapshot, options).find(({ answer }) => answer !== undefined);
  assert.equal(policyGate(snapshot) !== undefined, first?.gate === "policy");
  if (first === undefined) {
    assert.equal(decision.action, "evict", decision.detail);
    assert.ok(decision.action === "evict" && decision.victims.length > 0);
    assert.notEqual(decision.drift, 0);
    return;
  }
  assert.equal(decision.action, NOTHING_TO_DO.has(first.gate) ? "ignore" : "hold");
  assert.equal(decision.reason, first.gate);
  assert.equal(decision.detail, first.answer!.detail);
  if (decision.action === "hold") assert.equal(decision.until, first.answer!.until);
});

forAll("decide() gives the same answer twice, and leaves its input as it is", { runs: 1_000 }, (random) => {
  const seed = random.integer(0, 2 ** 32 - 1);
  const { snapshot, options } = anyScene(new Random(seed));
  const other = anyScene(new Random(seed));
  frozen(other.snapshot);
  assert.deepEqual(decide(snapshot, options), decide(other.snapshot, other.options));
  assert.deepEqual(decide(snapshot, options), decide(snapshot, options));
});

forAll("decide() evicts only what brings the split nearer, within every limit", { runs: 3_000 }, (random) => {
  const { snapshot, options } = anyScene(random, { settled: true });
  const decision = decide(snapshot, options);
  if (decision.action !== "evict") return;
  const { drift, victims } = decision;
  const from = drift > 0 ? "spot" : "on-demand";
  assert.ok(victims.length <= Math.abs(drift), "no more than the drift");
  const { maxUnavailable } = options.settings;
  const most = typeof maxUnavailable === "number"
    ? maxUnavailable
    : Math.max(1, Math.floor(snapshot.replicas * Number(maxUnavailable.replace("%", "")) / 100));
  assert.ok(victims.length <= most, `${victims.length} at once, maxUnavailable is ${maxUnavailable}`);
  assert.equal(new Set(victims).size, victims.length, "each but once");
  for (const pod of victims) {
    assert.equal(pod.where, from);
    assert.ok(
      !pod.isTerminating && !pod.isFinished && !pod.isPinned && pod.protectedBy === undefined,
      pod.name,
    );
  }
});

forAll("chooseVictims() never breaks the floor", { runs: 3_000 }, (random) => {
  const pods = anyPods(random, { settled: false });
  const minOnDemand = random.integer(0, 8);
  const { victims } = chooseVictims({
    pods,
    census: takeCensus(pods),
    split: { spotPercentage: random.integer(0, 100), minOnDemand },
    from: random.chance(0.7) ? "on-demand" : "spot",
    limit: random.integer(0, 20),
    budgets: anyBudgets(random),
  });
  const isReadyOnDemand = (pod: typeof pods[number]) =>
    pod.where === "on-demand" && pod.isReady && !pod.isTerminating && !pod.isFinished;
  const before = pods.filter(isReadyOnDemand).length;
  const taken = victims.filter(isReadyOnDemand).length;
  assert.ok(taken === 0 || before - taken >= minOnDemand, `${before} less ${taken}, floor ${minOnDemand}`);
});

forAll("chooseVictims() never asks more of a budget than it allows", { runs: 2_000 }, (random) => {
  const pods = anyPods(random, { settled: false });
  const budgets = anyBudgets(random);
  const { victims } = chooseVictims({
    pods,
    census: takeCensus(pods),
    split: { spotPercentage: random.integer(0, 100), minOnDemand: 0 },
    from: random.pick(["spot", "on-demand"]),
    limit: random.integer(0, 20),
    budgets,
  });
  const charged = victims.filter((pod) => !pod.isPending);
  for (const pod of charged) assert.ok(pod.budgets.length < 2, "eviction refuses a pod that two budgets cover");
  for (const name of new Set(charged.flatMap((pod) => pod.budgets))) {
    const asked = charged.filter((pod) => pod.budgets.includes(name)).length;
    const allowed = budgets.find((other) => other.name === name)?.disruptionsAllowed ?? 0;
    assert.ok(asked <= allowed, `${asked} of budget ${name}, which allows ${allowed}`);
  }
});

Deno.test("the generated workloads reach every gate, and evictions both ways", () => {
  const reached = new Set<string>();
  for (let seed = 0; seed < 3_000; seed++) {
    const { snapshot, options } = anyScene(new Random(seed), { settled: seed % 2 === 0 });
    const { action, reason, drift } = decide(snapshot, options);
    reached.add(action === "evict" ? `evict from ${drift > 0 ? "spot" : "on-demand"}` : reason);
  }
  assert.deepEqual([...reached].toSorted(), [
    "balanced",
    "budget",
    "capped",
    "cooldown",
    "deleted",
    "empty",
    "evict from on-demand",
    "evict from spot",
    "forbidden",
    "ineffective",
    "interrupted",
    "lease",
    "moving",
    "paused",
    "policy",
    "protected",
    "rollout",
    "stale",
    "storm",
    "throttled",
    "window",
  ]);
});
