import assert from "node:assert/strict";
import type { Capacity } from "../../src/domain/capacity.ts";
import { type HeldSlot, isBehind, place, type Placement } from "../../src/domain/placement.ts";

const HALF = { spotPercentage: 50, minOnDemand: 0 };

function held(places: Readonly<Record<number, Capacity>>, ...unslotted: Capacity[]): HeldSlot[] {
  return [
    ...Object.entries(places).map(([slot, capacity]) => ({ slot: Number(slot), capacity })),
    ...unslotted.map((capacity) => ({ slot: undefined, capacity })),
  ];
}

interface Row {
  readonly name: string;
  readonly split?: { spotPercentage: number; minOnDemand: number };
  readonly replicas: number;
  readonly held: readonly HeldSlot[];
  readonly ordinal?: number;
  readonly placement: Placement;
}

const PLACEMENTS: readonly Row[] = [
  {
    name: "gives the first pod the lowest slot",
    replicas: 4,
    held: [],
    placement: { slot: 0, capacity: "on-demand", reason: "slot" },
  },
  {
    name: "gives the next pod the next slot",
    replicas: 4,
    held: held({ 0: "on-demand" }),
    placement: { slot: 1, capacity: "spot", reason: "slot" },
  },
  {
    name: "fills the hole that a lost pod has left",
    replicas: 4,
    held: held({ 0: "on-demand", 2: "on-demand", 3: "spot" }),
    placement: { slot: 1, capacity: "spot", reason: "slot" },
  },
  {
    name: "goes on past replicas when a scale-up arrives late",
    replicas: 2,
    held: held({ 0: "on-demand", 1: "spot" }),
    placement: { slot: 2, capacity: "on-demand", reason: "slot" },
  },
  {
    name: "gives the other kind, in a slot of it, when the slot's kind has its full share",
    replicas: 4,
    held: held({ 1: "on-demand", 3: "on-demand" }),
    placement: { slot: 5, capacity: "spot", reason: "share" },
  },
  {
    name: "counts pods from before the workload was managed by their kind alone",
    replicas: 4,
    held: held({}, "on-demand", "on-demand"),
    placement: { slot: 1, capacity: "spot", reason: "share" },
  },
  {
    name: "leaves out of the count a pod of neither kind, and keeps its slot taken",
    replicas: 4,
    held: [{ slot: 0, capacity: undefined }],
    placement: { slot: 1, capacity: "spot", reason: "slot" },
  },
  {
    name: "keeps to the floor",
    split: { spotPercentage: 100, minOnDemand: 2 },
    replicas: 3,
    held: held({ 0: "on-demand" }),
    placement: { slot: 1, capacity: "on-demand", reason: "slot" },
  },
  {
    name: "gives spot above the floor",
    split: { spotPercentage: 100, minOnDemand: 2 },
    replicas: 3,
    held: held({ 0: "on-demand", 1: "on-demand" }),
    placement: { slot: 2, capacity: "spot", reason: "slot" },
  },
  {
    name: "gives the lowest free slot where the split has none of the kind",
    split: { spotPercentage: 0, minOnDemand: 0 },
    replicas: 2,
    held: held({ 0: "on-demand" }),
    placement: { slot: 1, capacity: "on-demand", reason: "slot" },
  },
  {
    name: "takes a StatefulSet pod's ordinal as its slot",
    replicas: 4,
    held: [],
    ordinal: 3,
    placement: { slot: 3, capacity: "spot", reason: "slot" },
  },
  {
    name: "gives an ordinal back its kind when its pod is created again",
    replicas: 4,
    held: held({ 0: "on-demand", 2: "on-demand", 3: "spot" }),
    ordinal: 1,
    placement: { slot: 1, capacity: "spot", reason: "slot" },
  },
  {
    name: "gives an ordinal the other kind when its own has its full share",
    replicas: 4,
    held: held({ 1: "on-demand", 3: "on-demand" }),
    ordinal: 0,
    placement: { slot: 0, capacity: "spot", reason: "share" },
  },
];

for (const { name, split = HALF, replicas, held, ordinal, placement } of PLACEMENTS) {
  Deno.test(`place() ${name}`, () => {
    assert.deepEqual(place({ split, replicas, held, ordinal }), placement);
  });
}

const BEHIND: readonly [string, { replicas: number; held: HeldSlot[]; ordinal?: number; behind: boolean }][] = [
  ["is false while a slot is free", {
    replicas: 3,
    held: held({ 0: "on-demand", 2: "on-demand" }),
    behind: false,
  }],
  ["is false for the first pod", { replicas: 1, held: [], behind: false }],
  ["is true when every place is held", {
    replicas: 2,
    held: held({ 0: "on-demand", 1: "spot" }),
    behind: true,
  }],
  ["is true when replicas is still 0", { replicas: 0, held: [], behind: true }],
  ["counts a held place without a slot", { replicas: 1, held: held({}, "spot"), behind: true }],
  [
    "is false when held places leave a slot free",
    { replicas: 4, held: held({ 0: "on-demand", 5: "spot" }), behind: false },
  ],
  ["is true for an ordinal that is held", { replicas: 4, held: held({ 2: "spot" }), ordinal: 2, behind: true }],
  ["is false for an ordinal that is free", {
    replicas: 4,
    held: held({ 2: "spot" }),
    ordinal: 1,
    behind: false,
  }],
];

for (const [name, { replicas, held, ordinal, behind }] of BEHIND) {
  Deno.test(`isBehind() ${name}`, () => {
    assert.equal(isBehind({ split: HALF, replicas, held, ordinal }), behind);
  });
}
