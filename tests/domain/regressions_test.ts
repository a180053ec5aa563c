import assert from "node:assert/strict";
import { decide, explainGates } from "../../src/domain/decide.ts";
import { MoveHistory } from "../../src/domain/moves.ts";
import { NodeClassifier } from "../../src/domain/node_classifier.ts";
import { isBehind, place } from "../../src/domain/placement.ts";
import { parsePolicy } from "../../src/domain/policy.ts";
import { templatePin } from "../../src/domain/template_pin.ts";
import { disruptionSettings, managed, NOW, podsOn, podView, workloadSnapshot } from "../support/builders.ts";

const options = { settings: disruptionSettings(), now: NOW };
const HALF = { spotPercentage: 50, minOnDemand: 0 };

Deno.test("decide() evicts no pod that place() would put back where it was", () => {
  const pods = podsOn(["unknown", "spot"]);
  const decision = decide(workloadSnapshot({ pods, policy: managed() }), options);
  if (decision.action !== "evict") return;
  const held = [{ slot: 0, capacity: undefined }];
  const replacement = place({ split: HALF, replicas: 2, held, ordinal: undefined });
  assert.notEqual(replacement.capacity, decision.victims[0]!.where);
});

Deno.test("isBehind() is true for an ordinal beyond the replicas that the cache knows", () => {
  assert.equal(isBehind({ split: HALF, replicas: 0, held: [], ordinal: 1 }), true);
});

Deno.test("place() gives an ordinal its kind when a scale-up arrives late", () => {
  assert.equal(place({ split: HALF, replicas: 0, held: [], ordinal: 1 }).capacity, "spot");
});

const required = (...nodeSelectorTerms: unknown[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});
const is = (key: string, ...values: string[]) => ({ key, operator: "In" as const, values });

Deno.test("templatePin() knows a value that a NotIn rule takes", () => {
  const classifier = new NodeClassifier({
    spot: { selectors: [{ matchLabels: { type: "SPOT" } }], tolerations: [] },
    onDemand: {
      selectors: [{ matchExpressions: [{ key: "type", operator: "NotIn", values: ["SPOT"] }] }],
      tolerations: [],
    },
  });
  assert.equal(
    templatePin(required({ matchExpressions: [is("type", "ON_DEMAND")] }), classifier)?.capacity,
    "on-demand",
  );
});

Deno.test("templatePin() knows a value that an Exists rule takes", () => {
  const classifier = new NodeClassifier({
    spot: { selectors: [{ matchExpressions: [{ key: "spot", operator: "Exists" }] }], tolerations: [] },
    onDemand: {
      selectors: [{ matchExpressions: [{ key: "spot", operator: "DoesNotExist" }] }],
      tolerations: [],
    },
  });
  assert.equal(templatePin(required({ matchExpressions: [is("spot", "true")] }), classifier)?.capacity, "spot");
});

Deno.test("templatePin() knows that an empty term matches no node", () => {
  const classifier = new NodeClassifier({
    spot: { selectors: [{ matchLabels: { k: "spot" } }], tolerations: [] },
    onDemand: { selectors: [{ matchLabels: { k: "od" } }], tolerations: [] },
  });
  assert.equal(
    templatePin(required({}, { matchExpressions: [is("k", "spot")] }), classifier)?.capacity,
    "spot",
  );
});

Deno.test("explainGates() of a balanced workload does not say that no pod may be evicted", () => {
  const answered = explainGates(workloadSnapshot(), options).filter(({ answer }) => answer !== undefined);
  assert.deepEqual(answered.map(({ gate }) => gate), ["balanced"]);
});

Deno.test("parsePolicy() reports a wrong schedule and the missing duration at once", () => {
  const result = parsePolicy({
    labels: { "spotalis.io/enabled": "true" },
    annotations: { "spotalis.io/disruption-schedule": "@daily" },
  }, { labels: {}, annotations: {} });
  assert.match(JSON.stringify(result), /disruption-duration/);
});

Deno.test("observe() does not blame a pod of a later scale-up for an eviction that a scale-down swallowed", () => {
  const history = new MoveHistory();
  const pods = ["a", "b", "c"].map((name) => podView({ name }));
  history.recordEviction(pods[0]!, { pods, nowMs: 0 });
  history.observe(pods.slice(1), { replicas: 2, nowMs: 60_000 }); // replicas was lowered by one meanwhile: nothing replaces it
  const why = history.observe([...pods.slice(1), podView({ name: "next-day" })], {
    replicas: 3,
    nowMs: 86_400_000,
  });
  assert.equal(why, undefined);
});

Deno.test("observe() does not say `again` of a replacement on a node of unknown kind", () => {
  const history = new MoveHistory();
  history.recordEviction(podView({ name: "a" }), { pods: [podView({ name: "a" })], nowMs: 0 });
  assert.doesNotMatch(
    history.observe([podView({ name: "b", where: "unknown" })], { replicas: 1, nowMs: 1 })!,
    /unknown again/,
  );
});
