import assert from "node:assert/strict";
import { limitsOf, type Resize } from "../../../src/sim/controllers/deployment_limits.ts";
import { newestSize, rollingStep } from "../../../src/sim/controllers/deployment_rollout.ts";
import { isScaled, scaled } from "../../../src/sim/controllers/deployment_scaling.ts";
import type { Deployment, IntOrPercent, ReplicaSet } from "../../../src/sim/objects.ts";
import { deployment, replicaSet, stored } from "../support/workloads.ts";

interface Asked {
  readonly replicas: number;
  readonly maxSurge?: IntOrPercent;
  readonly maxUnavailable?: IntOrPercent;
}

function asked({ replicas, ...rollingUpdate }: Asked): Deployment {
  return stored<Deployment>(deployment({ replicas, strategy: { type: "RollingUpdate", rollingUpdate } }), {
    name: "web",
  });
}

/** [size, available, the most that its Deployment could have when it was sized]; the older, the earlier. */
type Size = readonly [size: number, available: number, most?: number];

function sets(sizes: readonly Size[], desired?: number): ReplicaSet[] {
  return sizes.map(([replicas, availableReplicas, most], i) => ({
    ...stored<ReplicaSet>(replicaSet({ replicas }), {
      name: `r${i + 1}`,
      creationTimestamp: `2026-01-05T12:00:0${i}Z`,
      annotations: {
        ...(desired === undefined ? {} : { "deployment.kubernetes.io/desired-replicas": String(desired) }),
        ...(most === undefined ? {} : { "deployment.kubernetes.io/max-replicas": String(most) }),
      },
    }),
    status: { replicas, availableReplicas },
  }));
}

function told(resizes: readonly Resize[]): string[] {
  return resizes.map(({ replicaSet, replicas }) => `${replicaSet.metadata.name} to ${replicas}`);
}

Deno.test("surge is rounded up, unavailability down, and never are both nothing", () => {
  const cases: readonly (readonly [Asked, maxSurge: number, maxUnavailable: number])[] = [
    [{ replicas: 3 }, 1, 0],
    [{ replicas: 10 }, 3, 2],
    [{ replicas: 1 }, 1, 0],
    [{ replicas: 0 }, 0, 0],
    [{ replicas: 10, maxSurge: "5%", maxUnavailable: "19%" }, 1, 1],
    [{ replicas: 10, maxSurge: 0, maxUnavailable: "5%" }, 0, 1],
    [{ replicas: 10, maxSurge: 0, maxUnavailable: 0 }, 0, 1],
    [{ replicas: 2, maxSurge: 4, maxUnavailable: 5 }, 4, 2],
    [{ replicas: 4, maxSurge: "100%", maxUnavailable: "100%" }, 4, 4],
  ];
  for (const [given, maxSurge, maxUnavailable] of cases) {
    assert.deepEqual(
      limitsOf(asked(given)),
      { replicas: given.replicas, maxSurge, maxUnavailable },
      JSON.stringify(given),
    );
  }
  const recreate = stored<Deployment>(deployment({ strategy: { type: "Recreate" } }), { name: "web" });
  assert.deepEqual(limitsOf(recreate), { replicas: 3, maxSurge: 0, maxUnavailable: 0 });
});

Deno.test("a new ReplicaSet starts as large as there is room for beside the old ones", () => {
  const size = (given: Asked, olds: readonly Size[]) =>
    newestSize(asked(given), { newest: undefined, olds: sets(olds) });
  assert.equal(size({ replicas: 10 }, []), 10);
  assert.equal(size({ replicas: 10 }, [[10, 10]]), 3);
  assert.equal(size({ replicas: 10, maxSurge: 0, maxUnavailable: 3 }, [[10, 10]]), 0);
  assert.equal(size({ replicas: 10, maxSurge: "100%" }, [[10, 10]]), 10);
  assert.equal(size({ replicas: 2 }, [[5, 5]]), 0);
});

/** The last of the sizes is the newest. */
const STEPS: readonly { what: string; given: Asked; sizes: readonly Size[]; step: readonly string[] }[] = [
  { what: "is over", given: { replicas: 3 }, sizes: [[0, 0], [3, 3]], step: [] },
  { what: "fills the room", given: { replicas: 10 }, sizes: [[8, 8], [3, 0]], step: ["r2 to 5"] },
  {
    what: "shrinks the new one to what is asked for",
    given: { replicas: 3 },
    sizes: [[1, 1], [5, 0]],
    step: ["r2 to 3"],
  },
  { what: "waits for new pods", given: { replicas: 10 }, sizes: [[8, 8], [5, 0]], step: [] },
  {
    what: "ends as many old pods as are spare",
    given: { replicas: 10 },
    sizes: [[8, 8], [5, 3]],
    step: ["r1 to 5"],
  },
  {
    what: "ends the oldest first",
    given: { replicas: 10, maxSurge: 3, maxUnavailable: 0 },
    sizes: [[2, 2], [8, 8], [3, 3]],
    step: ["r1 to 0", "r2 to 7"],
  },
  {
    what: "ends unavailable old pods first, although their ReplicaSet is newer",
    given: { replicas: 10, maxSurge: 3, maxUnavailable: 0 },
    sizes: [[10, 10], [2, 0], [1, 0]],
    step: ["r2 to 0"],
  },
  {
    what: "ends an unavailable pod and spare ones in two steps",
    given: { replicas: 4, maxSurge: 2, maxUnavailable: 1 },
    sizes: [[4, 3], [2, 2]],
    step: ["r1 to 3", "r1 to 1"],
  },
  {
    what: "does not count on an old ReplicaSet that has not reported its last step",
    given: { replicas: 5, maxSurge: 3, maxUnavailable: 0 },
    sizes: [[6, 10], [2, 0]],
    step: [],
  },
];

for (const { what, given, sizes, step } of STEPS) {
  Deno.test(`a rolling update ${what}`, () => {
    const all = sets(sizes);
    assert.deepEqual(told(rollingStep(asked(given), { newest: all.at(-1)!, olds: all.slice(0, -1) })), step);
  });
}

const SCALINGS: readonly {
  what: string;
  given: Asked;
  sizes: readonly Size[];
  before: number;
  to: readonly string[];
}[] = [
  { what: "its only ReplicaSet", given: { replicas: 7 }, sizes: [[3, 3, 4]], before: 3, to: ["r1 to 7"] },
  {
    what: "the one that has pods",
    given: { replicas: 7 },
    sizes: [[3, 3, 4], [0, 0, 4]],
    before: 3,
    to: ["r1 to 7"],
  },
  {
    what: "the newest where none has pods",
    given: { replicas: 2 },
    sizes: [[0, 0], [0, 0]],
    before: 0,
    to: ["r2 to 2"],
  },
  {
    what: "each by its share",
    given: { replicas: 20 },
    sizes: [[8, 8, 13], [5, 0, 13]],
    before: 10,
    to: ["r1 to 15", "r2 to 10"],
  },
  {
    what: "up with the rest for the largest",
    given: { replicas: 10, maxSurge: 0, maxUnavailable: 1 },
    sizes: [[1, 1, 3], [1, 1, 3], [1, 0, 3]],
    before: 3,
    to: ["r3 to 4", "r2 to 3", "r1 to 3"],
  },
  {
    what: "no further ReplicaSet when all of the change is given out",
    given: { replicas: 3, maxSurge: 0, maxUnavailable: 1 },
    sizes: [[1, 1, 2], [1, 0, 2]],
    before: 2,
    to: ["r2 to 2", "r1 to 1"],
  },
  {
    what: "down, of equal ones the older first",
    given: { replicas: 5, maxSurge: 0, maxUnavailable: 1 },
    sizes: [[4, 4, 8], [4, 0, 8]],
    before: 8,
    to: ["r1 to 2", "r2 to 3"],
  },
  {
    what: "to nothing",
    given: { replicas: 0 },
    sizes: [[8, 8, 13], [5, 0, 13]],
    before: 10,
    to: ["r1 to 0", "r2 to 0"],
  },
  {
    what: "by what it runs where no size is noted",
    given: { replicas: 20 },
    sizes: [[5, 5], [5, 0]],
    before: 9,
    to: ["r2 to 13", "r1 to 12"],
  },
];

for (const { what, given, sizes, before, to } of SCALINGS) {
  Deno.test(`scaling a Deployment changes ${what}`, () => {
    const all = sets(sizes, before);
    const running = sizes.reduce((sum, [size]) => sum + size, 0);
    const revisions = { newest: all.at(-1), olds: all.slice(0, -1) };
    assert.deepEqual(told(scaled({ ...asked(given), status: { replicas: running } }, revisions)), to);
    assert.equal(isScaled(asked(given), revisions), running > 0);
    assert.equal(isScaled(asked({ ...given, replicas: before }), revisions), false);
  });
}

Deno.test("where the new ReplicaSet has all that is asked for, scaling ends what is left of the old ones", () => {
  const [old, newest] = sets([[2, 2, 5], [4, 4, 5]], 4);
  assert.deepEqual(told(scaled(asked({ replicas: 4 }), { newest, olds: [old!] })), ["r1 to 0"]);
});
