import assert from "node:assert/strict";
import { podsToDelete } from "../../../src/sim/controllers/deletion_order.ts";
import { type Pod, timestamp } from "../../../src/sim/objects.ts";
import { stored } from "../support/workloads.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const COST = "controller.kubernetes.io/pod-deletion-cost";

interface Traits {
  readonly node?: string;
  readonly phase?: string;
  /** Undefined: not ready. */
  readonly readyForMs?: number;
  readonly ageMs?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly sidecarRestarts?: number;
  readonly uid?: string;
}

function pod(name: string, traits: Traits): Pod {
  const { phase = "Running", readyForMs, ageMs = 64_000, cost, restarts = 0, sidecarRestarts, uid = name } =
    traits;
  const node = "node" in traits ? traits.node : name;
  const lastTransitionTime = timestamp(NOW - (readyForMs ?? 0));
  return stored<Pod>({
    spec: {
      ...(node === undefined ? {} : { nodeName: node }),
      containers: [],
      initContainers: [{ name: "once", image: "once" }, {
        name: "sidecar",
        image: "sidecar",
        restartPolicy: "Always",
      }],
    },
    status: {
      phase,
      conditions: [{ type: "Ready", status: readyForMs === undefined ? "False" : "True", lastTransitionTime }],
      containerStatuses: [{ restartCount: 0 }, { restartCount: restarts }],
      initContainerStatuses: [
        { name: "once", restartCount: 99 },
        { name: "sidecar", restartCount: sidecarRestarts ?? 0 },
      ],
    },
  }, {
    name,
    uid,
    creationTimestamp: timestamp(NOW - ageMs),
    ...(cost === undefined ? {} : { annotations: { [COST]: cost } }),
  });
}

function first(pods: readonly Pod[], related: readonly Pod[] = pods): string {
  return podsToDelete({ pods, related, count: 1, wallMs: NOW })[0]!.metadata.name;
}

/** Each rule decides although all rules after it say the opposite. */
const RULES: readonly { rule: string; goes: Traits; stays: Traits }[] = [
  { rule: "without a node", goes: { node: undefined, readyForMs: 9_000 }, stays: { phase: "Pending" } },
  {
    rule: "Pending before Unknown",
    goes: { phase: "Pending", readyForMs: 9_000 },
    stays: { phase: "Unknown" },
  },
  {
    rule: "Unknown before Running",
    goes: { phase: "Unknown", readyForMs: 9_000 },
    stays: { phase: "Running" },
  },
  { rule: "not ready", goes: { cost: "7" }, stays: { cost: "-7", readyForMs: 9_000 } },
  {
    rule: "of a lower cost",
    goes: { cost: "-2", readyForMs: 64_000 },
    stays: { cost: "-1", readyForMs: 1_000 },
  },
  {
    rule: "without a cost before one of a cost",
    goes: { readyForMs: 64_000 },
    stays: { cost: "1", readyForMs: 1_000 },
  },
  { rule: "ready for a shorter time", goes: { readyForMs: 1_000 }, stays: { readyForMs: 9_000, restarts: 5 } },
  {
    rule: "restarted more often",
    goes: { readyForMs: 1_000, restarts: 3, ageMs: 64_000 },
    stays: { readyForMs: 1_000, restarts: 2, sidecarRestarts: 9, ageMs: 2_000 },
  },
  {
    rule: "whose sidecar restarted more often",
    goes: { readyForMs: 1_000, sidecarRestarts: 2, ageMs: 64_000 },
    stays: { readyForMs: 1_000, sidecarRestarts: 1, ageMs: 2_000 },
  },
  {
    rule: "created later",
    goes: { readyForMs: 1_000, ageMs: 2_000 },
    stays: { readyForMs: 1_000, ageMs: 64_000 },
  },
];

for (const { rule, goes, stays } of RULES) {
  Deno.test(`of two pods goes the one ${rule}`, () => {
    const pods = [pod("goes", goes), pod("stays", stays)];
    assert.equal(first(pods), "goes");
    assert.equal(first(pods.toReversed()), "goes");
  });
}

Deno.test("of two pods goes the one whose node has more pods of the same workload", () => {
  const [goes, stays] = [
    pod("goes", { node: "full", readyForMs: 64_000 }),
    pod("stays", { node: "empty", readyForMs: 1_000 }),
  ];
  const sibling = pod("sibling", { node: "full", readyForMs: 1_000 });
  const ending = ["a", "b", "c"].map((name) => ({
    ...pod(name, { node: "empty" }),
    status: { phase: "Succeeded" },
  }));
  assert.equal(first([stays, goes], [stays, goes, sibling, ...ending]), "goes");
  assert.equal(first([stays, goes], [stays, goes, ...ending]), "stays");
});

Deno.test("a cost that is no 32-bit number counts as none", () => {
  for (const cost of ["", "x", "1.5", "007", "+3", "2147483648", "-2147483649", " 5", "1e3", "-"]) {
    const pods = [pod("odd", { cost, readyForMs: 64_000 }), pod("one", { cost: "1", readyForMs: 1_000 })];
    assert.equal(first(pods), "odd", `"${cost}" is less than 1`);
    const others = [pod("odd", { cost, readyForMs: 1_000 }), pod("below", { cost: "-1", readyForMs: 64_000 })];
    assert.equal(first(others), "below", `"${cost}" is more than -1`);
  }
  for (const cost of ["-2147483648", "-07"]) {
    const pods = [pod("low", { cost, readyForMs: 64_000 }), pod("none", { readyForMs: 1_000 })];
    assert.equal(first(pods), "low", `"${cost}" is a cost`);
  }
});

Deno.test("pods that have been ready for about as long go by UID, whatever their restarts and age", () => {
  // 2^35 ns are 34.4 s: 36 s and 68 s are of one power of two, 34 s and 36 s are not.
  const pods = [
    pod("younger", { readyForMs: 36_000, restarts: 9, ageMs: 40_000, uid: "b" }),
    pod("older", { readyForMs: 68_000, ageMs: 71_000, uid: "a" }),
  ];
  assert.equal(first(pods), "older");
  const apart = [
    pod("younger", { readyForMs: 34_000, uid: "b" }),
    pod("older", { readyForMs: 36_000, uid: "a" }),
  ];
  assert.equal(first(apart), "younger");
});

Deno.test("as many pods go as are asked for, in order, and all of them where that is all", () => {
  const pods = ["5", "-3", "0", "9"].map((cost) => pod(`of ${cost}`, { cost, readyForMs: 9_000 }));
  const names = (count: number) =>
    podsToDelete({ pods, related: pods, count, wallMs: NOW }).map(({ metadata }) => metadata.name);
  assert.deepEqual(names(3), ["of -3", "of 0", "of 5"]);
  assert.deepEqual(names(4).sort(), ["of -3", "of 0", "of 5", "of 9"]);
  assert.deepEqual(names(0), []);
});
