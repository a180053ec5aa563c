import assert from "node:assert/strict";
import type { Capacity } from "../../src/domain/capacity.ts";
import type { LabelSelector } from "../../src/domain/label_selector.ts";
import type { Placement } from "../../src/domain/placement.ts";
import { podPatch } from "../../src/domain/pod_patch.ts";
import { frozen } from "../support/builders.ts";
import { classifierOf, RULES, RULES_NAMES, type RulesName } from "../support/classifiers.ts";
import { anyNode, anyPod, type Pod } from "../support/generated_pods.ts";
import { applyPatch } from "../support/json_patch.ts";
import { forAll, type Random } from "../support/random.ts";
import { fits, meets, type NodeFacts, type PodSpec, type Term, termsOf } from "../support/scheduler.ts";

interface Patched {
  readonly before: Pod;
  readonly after: Pod;
  readonly placement: Placement;
  readonly rules: RulesName;
  readonly deletionCost: boolean;
}

function patchAny(random: Random, rules: RulesName = random.pick(RULES_NAMES)): Patched {
  const before = frozen(anyPod(random));
  const placement: Placement = {
    slot: random.integer(0, 12),
    capacity: random.pick<Capacity>(["spot", "on-demand"]),
    reason: "slot",
  };
  const deletionCost = random.chance(0.5);
  const patch = podPatch({ ...before }, placement, { classifier: classifierOf(rules), deletionCost });
  // As it travels: what JSON does not carry must not matter.
  const after = applyPatch(before, JSON.parse(JSON.stringify(patch))) as Pod;
  return { before, after, placement, rules, deletionCost };
}

function ruleOf({ rules, placement }: Patched) {
  return placement.capacity === "spot" ? RULES[rules].spot : RULES[rules].onDemand;
}

/** Every label key that the rules name. */
function capacityKeysOf(rules: RulesName): Set<string> {
  const selectors: LabelSelector[] = [...RULES[rules].spot.selectors, ...RULES[rules].onDemand.selectors];
  return new Set(selectors.flatMap(({ matchLabels = {}, matchExpressions = [] }) => [
    ...Object.keys(matchLabels),
    ...matchExpressions.map((expression) => expression.key),
  ]));
}

function isSelected(node: NodeFacts, selector: LabelSelector): boolean {
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => node.labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) =>
      meets(node.labels[key], { key, operator, values: values ?? [] })
    );
}

function withoutKeys<T>(entries: Readonly<Record<string, T>>, keys: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).filter(([key]) => !keys.has(key)));
}

/** The pod without all that a patch may touch. */
function untouchable({ metadata, spec }: Pod, rules: RulesName): unknown {
  const { labels = {}, annotations = {}, ...otherMetadata } = metadata;
  const { nodeSelector = {}, affinity = {}, tolerations: _, ...otherSpec } = spec;
  const { nodeAffinity = {}, ...otherAffinity } = affinity;
  const { requiredDuringSchedulingIgnoredDuringExecution: __, ...otherNodeAffinity } = nodeAffinity;
  const own = new Set(["spotalis.io/slot", "controller.kubernetes.io/pod-deletion-cost"]);
  return {
    otherMetadata,
    labels: withoutKeys(labels, new Set(["spotalis.io/capacity"])),
    annotations: withoutKeys(annotations, own),
    nodeSelector: withoutKeys(nodeSelector, capacityKeysOf(rules)),
    otherAffinity,
    otherNodeAffinity,
    otherSpec,
  };
}

forAll("podPatch() applies, and touches nothing but what is ours", { runs: 2_500 }, (random) => {
  const { before, after, rules } = patchAny(random);
  assert.deepEqual(untouchable(after, rules), untouchable(before, rules));
});

forAll("podPatch() writes the placement on the pod", { runs: 1_500 }, (random) => {
  const { before, after, placement, deletionCost } = patchAny(random);
  assert.equal(after.metadata.labels?.["spotalis.io/capacity"], placement.capacity);
  assert.equal(after.metadata.annotations?.["spotalis.io/slot"], String(placement.slot));
  const COST = "controller.kubernetes.io/pod-deletion-cost";
  const ours = deletionCost ? String(0 - placement.slot) : undefined;
  assert.equal(after.metadata.annotations?.[COST], before.metadata.annotations?.[COST] ?? ours);
});

forAll(
  "podPatch() lets a pod onto just those nodes of its kind that it fitted before",
  { runs: 3_000 },
  (random) => {
    const patched = patchAny(random);
    const { before, after, rules } = patched;
    const unpinned: PodSpec = {
      ...before.spec,
      nodeSelector: withoutKeys(before.spec.nodeSelector ?? {}, capacityKeysOf(rules)),
    };
    for (const node of random.list(30, () => anyNode(random))) {
      const isOfKind = ruleOf(patched).selectors.some((selector) => isSelected(node, selector));
      const what = `${JSON.stringify(node)} for ${JSON.stringify(after.spec)}, before ${
        JSON.stringify(before.spec)
      }`;
      assert.equal(fits(after.spec, node), isOfKind && fits(unpinned, node), what);
    }
  },
);

function isEmpty({ matchExpressions = [], matchFields = [] }: Term): boolean {
  return matchExpressions.length + matchFields.length === 0;
}

forAll(
  "podPatch() only adds requirements to terms, and none to a term that asks nothing",
  { runs: 1_500 },
  (random) => {
    const { before, after } = patchAny(random, random.pick(["karpenter", "exact", "absence", "mixed"]));
    const earlier = termsOf(before.spec);
    if (earlier === undefined) return;
    const now = termsOf(after.spec)!;
    assert.equal(now.length, earlier.length);
    for (const [index, term] of earlier.entries()) {
      if (isEmpty(term)) {
        assert.deepEqual(now[index], term);
        continue;
      }
      const { matchExpressions: had = [], ...other } = term;
      const { matchExpressions: has = [], ...otherNow } = now[index]!;
      assert.deepEqual(otherNow, other);
      assert.deepEqual(has.slice(0, had.length), had);
    }
  },
);

forAll("podPatch() appends the tolerations that are missing, each once", { runs: 1_500 }, (random) => {
  const patched = patchAny(random);
  const had = patched.before.spec.tolerations ?? [];
  const has = (patched.after.spec.tolerations ?? []) as { key?: string; value?: string; effect?: string }[];
  assert.deepEqual(has.slice(0, had.length), had);
  const wanted = ruleOf(patched).tolerations;
  assert.ok(has.length <= had.length + wanted.length);
  for (const { key, effect } of wanted as readonly { key?: string; effect?: string }[]) {
    assert.ok(has.some((toleration) => toleration.key === key && toleration.effect === effect), key);
  }
});

forAll("podPatch() has nothing to add to a pod that it has patched", { runs: 2_000 }, (random) => {
  const { after, placement, rules, deletionCost } = patchAny(random);
  assert.deepEqual(podPatch({ ...after }, placement, { classifier: classifierOf(rules), deletionCost }), []);
});
