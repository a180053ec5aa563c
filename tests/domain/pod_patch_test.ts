import assert from "node:assert/strict";
import type { JsonObject } from "../../src/domain/json.ts";
import type { Placement } from "../../src/domain/placement.ts";
import { type PatchOperation, podPatch } from "../../src/domain/pod_patch.ts";
import { classifierOf, KARPENTER, type RulesName } from "../support/classifiers.ts";
import { applyPatch } from "../support/json_patch.ts";

const SPOT: Placement = { slot: 3, capacity: "spot", reason: "slot" };
const ON_DEMAND: Placement = { slot: 0, capacity: "on-demand", reason: "slot" };

/** A pod that already carries its placement's label and annotations: what is left is about nodes. */
function podOf(spec: JsonObject, { slot, capacity }: Placement): JsonObject {
  return {
    metadata: {
      labels: { "spotalis.io/capacity": capacity },
      annotations: { "spotalis.io/slot": String(slot) },
    },
    spec,
  };
}

function patchOf(pod: JsonObject, placement: Placement, rules: RulesName = "karpenter"): PatchOperation[] {
  return podPatch(pod, placement, { classifier: classifierOf(rules), deletionCost: false });
}

const AFFINITY = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
const STEADY = { key: KARPENTER, operator: "In", values: ["on-demand", "reserved"] };
const ZONE_A = { key: "zone", operator: "In", values: ["a"] };
const required = (...nodeSelectorTerms: JsonObject[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
});

Deno.test("fault 43: podPatch() writes label, annotations and placement on a bare pod", () => {
  const patch = podPatch({ metadata: {}, spec: {} }, SPOT, {
    classifier: classifierOf("karpenter"),
    deletionCost: true,
  });
  assert.deepEqual(patch, [
    { op: "add", path: "/metadata/labels", value: { "spotalis.io/capacity": "spot" } },
    {
      op: "add",
      path: "/metadata/annotations",
      value: { "spotalis.io/slot": "3", "controller.kubernetes.io/pod-deletion-cost": "-3" },
    },
    { op: "add", path: "/spec/nodeSelector", value: { [KARPENTER]: "spot" } },
  ]);
});

Deno.test("podPatch() adds to labels and annotations that are there, with the keys escaped", () => {
  const metadata = { labels: { app: "web" }, annotations: { note: "kept" } };
  const spec = { nodeSelector: { [KARPENTER]: "spot" } };
  assert.deepEqual(patchOf({ metadata, spec }, SPOT), [
    { op: "add", path: "/metadata/labels/spotalis.io~1capacity", value: "spot" },
    { op: "add", path: "/metadata/annotations/spotalis.io~1slot", value: "3" },
  ]);
});

Deno.test("podPatch() writes on a pod of a fallback when spot is tried again, for the next leader", () => {
  const fallback = { retryAtMs: Date.UTC(2025, 0, 6, 12, 10), retryAfterMs: 600_000 };
  const placement: Placement = { slot: 10, capacity: "on-demand", reason: "fallback", fallback };
  const [, annotations] = patchOf({ metadata: {}, spec: {} }, placement);
  assert.deepEqual(annotations!.value, {
    "spotalis.io/slot": "10",
    "spotalis.io/fallback-retry-at": "2025-01-06T12:10:00.000Z",
    "spotalis.io/fallback-retry-after": "10m0s",
  });
});

const COSTS: readonly [string, { slot: number; own?: string; asked: boolean; cost: string | undefined }][] = [
  ["is the slot below zero", { slot: 12, asked: true, cost: "-12" }],
  ["of slot 0 is 0, and not -0", { slot: 0, asked: true, cost: "0" }],
  ["is left out where it is not asked for", { slot: 12, asked: false, cost: undefined }],
  ["stays as the template has it", { slot: 12, own: "100", asked: true, cost: "100" }],
];

for (const [what, { slot, own, asked, cost }] of COSTS) {
  Deno.test(`podPatch() deletion cost ${what}`, () => {
    const COST = "controller.kubernetes.io/pod-deletion-cost";
    const pod = { metadata: own === undefined ? {} : { annotations: { [COST]: own } }, spec: {} };
    const options = { classifier: classifierOf("karpenter"), deletionCost: asked };
    const patched = applyPatch(pod, podPatch(pod, { ...SPOT, slot }, options));
    const { metadata } = patched as { metadata: { annotations: Record<string, string> } };
    assert.equal(metadata.annotations[COST], cost);
  });
}

interface Row {
  readonly name: string;
  readonly placement?: Placement;
  readonly rules?: RulesName;
  readonly spec: JsonObject;
  readonly patch: readonly PatchOperation[];
}

const SELECTED: readonly Row[] = [
  {
    name: "keeps other keys of the nodeSelector",
    spec: { nodeSelector: { zone: "a" } },
    patch: [{ op: "add", path: "/spec/nodeSelector/karpenter.sh~1capacity-type", value: "spot" }],
  },
  {
    name: "replaces a capacity that the nodeSelector pins",
    spec: { nodeSelector: { [KARPENTER]: "on-demand" } },
    patch: [{ op: "add", path: "/spec/nodeSelector/karpenter.sh~1capacity-type", value: "spot" }],
  },
  {
    name: "removes a capacity that the nodeSelector pins where affinity says the kind",
    placement: ON_DEMAND,
    spec: { nodeSelector: { [KARPENTER]: "spot", zone: "a" } },
    patch: [
      { op: "remove", path: "/spec/nodeSelector/karpenter.sh~1capacity-type" },
      { op: "add", path: "/spec/affinity", value: required({ matchExpressions: [STEADY] }).affinity },
    ],
  },
  {
    name: "removes the other kind's keys, with both escapes",
    placement: ON_DEMAND,
    rules: "exact",
    spec: { nodeSelector: { "node/kind": "spot", "pool~a": "x" } },
    patch: [
      { op: "remove", path: "/spec/nodeSelector/pool~0a" },
      { op: "add", path: "/spec/nodeSelector/node~1kind", value: "on-demand" },
    ],
  },
  {
    name: "changes nothing of a nodeSelector that is right",
    spec: { nodeSelector: { [KARPENTER]: "spot" } },
    patch: [],
  },
];

const REQUIRED: readonly Row[] = [
  {
    name: "adds the affinity with all parents",
    placement: ON_DEMAND,
    spec: {},
    patch: [{ op: "add", path: "/spec/affinity", value: required({ matchExpressions: [STEADY] }).affinity }],
  },
  {
    name: "adds the required terms below a node affinity that has none",
    placement: ON_DEMAND,
    spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } },
    patch: [{
      op: "add",
      path: "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution",
      value: { nodeSelectorTerms: [{ matchExpressions: [STEADY] }] },
    }],
  },
  {
    name: "ANDs its requirement into every term",
    placement: ON_DEMAND,
    spec: required({ matchExpressions: [ZONE_A] }, { matchFields: [{ key: "metadata.name", operator: "In" }] }),
    patch: [
      { op: "add", path: `${AFFINITY}/0/matchExpressions/-`, value: STEADY },
      { op: "add", path: `${AFFINITY}/1/matchExpressions`, value: [STEADY] },
    ],
  },
  {
    name: "adds nothing to a term that asks nothing, since that matches no node",
    placement: ON_DEMAND,
    spec: required({}, { matchExpressions: [ZONE_A] }, { matchExpressions: [] }),
    patch: [{ op: "add", path: `${AFFINITY}/1/matchExpressions/-`, value: STEADY }],
  },
  {
    name: "adds nothing where every term holds the pod already",
    placement: ON_DEMAND,
    spec: required({ matchExpressions: [ZONE_A, STEADY] }, {}),
    patch: [],
  },
  {
    name: "does not take another operator on the same key for its own",
    placement: ON_DEMAND,
    spec: required({ matchExpressions: [{ ...STEADY, operator: "NotIn" }] }),
    patch: [{ op: "add", path: `${AFFINITY}/0/matchExpressions/-`, value: STEADY }],
  },
  {
    name: "gives the absence of a label as DoesNotExist, without values",
    placement: ON_DEMAND,
    rules: "absence",
    spec: required({ matchExpressions: [ZONE_A] }),
    patch: [{
      op: "add",
      path: `${AFFINITY}/0/matchExpressions/-`,
      value: { key: "cloud.google.com/gke-spot", operator: "DoesNotExist" },
    }],
  },
];

for (const { name, placement = SPOT, rules = "karpenter", spec, patch } of [...SELECTED, ...REQUIRED]) {
  Deno.test(`fault 43: podPatch() ${name}`, () => {
    const pod = podOf(spec, placement);
    assert.deepEqual(patchOf(pod, placement, rules), patch);
    applyPatch(pod, patch);
  });
}

Deno.test("podPatch() multiplies the terms where a kind has several selectors", () => {
  const eks = { key: "eks.amazonaws.com/capacityType", operator: "In", values: ["SPOT"] };
  const spot = { key: KARPENTER, operator: "In", values: ["spot"] };
  const pod = podOf(required({ matchExpressions: [ZONE_A] }, {}), SPOT);
  const patch = patchOf(pod, SPOT, "either").filter(({ path }) => path.startsWith("/spec/affinity"));
  assert.deepEqual(patch, [
    {
      op: "add",
      path: AFFINITY,
      value: [{ matchExpressions: [ZONE_A, spot] }, { matchExpressions: [ZONE_A, eks] }, {}],
    },
  ]);
});

const NODE_SPOT = { key: "spot", operator: "Exists", effect: "NoSchedule" };
const NODE_AKS = {
  key: "kubernetes.azure.com/scalesetpriority",
  operator: "Equal",
  value: "spot",
  effect: "NoSchedule",
};
const selected = { nodeSelector: { "node/kind": "spot", "pool~a": "x" } };

const TOLERATIONS: readonly [string, { present?: readonly JsonObject[]; patch: readonly PatchOperation[] }][] =
  [
    ["adds the list where there is none", {
      patch: [{ op: "add", path: "/spec/tolerations", value: [NODE_SPOT, NODE_AKS] }],
    }],
    ["appends to the list", {
      present: [{ operator: "Exists" }],
      patch: [
        { op: "add", path: "/spec/tolerations/-", value: NODE_SPOT },
        { op: "add", path: "/spec/tolerations/-", value: NODE_AKS },
      ],
    }],
    ["appends only what is missing", {
      present: [NODE_SPOT],
      patch: [{ op: "add", path: "/spec/tolerations/-", value: NODE_AKS }],
    }],
    ["knows that Equal may be left out", {
      present: [NODE_SPOT, { key: NODE_AKS.key, value: "spot", effect: "NoSchedule" }],
      patch: [],
    }],
    ["takes another effect for another toleration", {
      present: [{ ...NODE_SPOT, effect: "NoExecute" }, NODE_AKS],
      patch: [{ op: "add", path: "/spec/tolerations/-", value: NODE_SPOT }],
    }],
  ];

for (const [what, { present, patch }] of TOLERATIONS) {
  Deno.test(`podPatch() ${what} of tolerations`, () => {
    const pod = podOf(present === undefined ? selected : { ...selected, tolerations: present }, SPOT);
    assert.deepEqual(patchOf(pod, SPOT, "exact"), patch);
  });
}
