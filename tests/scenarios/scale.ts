import assert from "node:assert/strict";
import type { Play, Scenario } from "./support/stage.ts";
import { deployment } from "./support/workloads.ts";

const upTo = (slots: number) => Array.from({ length: slots }, (_, slot) => slot);

interface Case {
  readonly floor: number;
  /** Replicas, and the spot pods that belong to them, step by step. */
  readonly steps: readonly (readonly [replicas: number, spot: number])[];
}

const CASES: readonly Case[] = [
  { floor: 2, steps: [[10, 7], [50, 35], [10, 7]] },
  { floor: 1, steps: [[1, 0], [7, 4]] },
  { floor: 1, steps: [[30, 21], [3, 2]] },
];

async function act(play: Play): Promise<void> {
  for (const { floor, steps } of CASES) {
    const title = steps.map(([replicas]) => replicas).join(" to ");
    await play(`${title}, floor ${floor}: exact at each end, and the highest slots go`, async (scene) => {
      const { apply, scale, witness } = scene;
      witness.watchFloor("web", Math.min(floor, steps[0]![0]));
      let before = 0;
      for (const [replicas, spot] of steps) {
        witness.mark();
        if (before === 0) await apply(deployment({ name: "web", replicas, percentage: 70, floor }));
        else await scale("deployment/web", replicas);
        await witness.settled("web", replicas);
        assert.deepEqual(witness.split("web"), { spot, onDemand: replicas - spot, unbound: 0 });
        assert.deepEqual(witness.slots("web"), upTo(replicas));
        assert.deepEqual(witness.cost(), { created: Math.max(0, replicas - before), evicted: 0 });
        before = replicas;
      }
    });
  }
}

export const SCENARIOS: readonly Scenario[] = [{ options: { name: "scale" }, act }];
