import { Random } from "../../support/random.ts";
import type { Action, TimedAction } from "./action.ts";
import { type Catalogue, catalogueOf } from "./catalogue.ts";
import { KINDS_OF_ACTION } from "./kinds_of_action.ts";

/** One run, all of which a seed determines. */
export interface Plan {
  readonly seed: number;
  readonly days: number;
  readonly catalogue: Catalogue;
  readonly maxUnavailable: number | string;
  readonly maxEvictionsPerMinute: number;
  readonly hasAutoscaler: boolean;
  /** How many processes of the operator there are. */
  readonly operators: number;
  readonly reclaimsPerHour: number;
  readonly actions: readonly TimedAction[];
}

const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
/** How long a pause between two actions is on the average, where the second does not follow at once. */
const PAUSE_MS = 35 * MINUTE_MS;
/** Of the actions that come before what came before is over. */
const HURRIED = 0.35;

export function planOf({ seed, days }: { seed: number; days: number }): Plan {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ 0x5eed);
  const catalogue = catalogueOf(random);
  return {
    seed,
    days,
    catalogue,
    maxUnavailable: random.pick([1, 1, 1, 2, "25%"]),
    maxEvictionsPerMinute: random.pick([30, 30, 4, 2]),
    hasAutoscaler: random.chance(0.5),
    operators: random.pick([1, 2]),
    reclaimsPerHour: random.pick([0, 0.05, 0.2]),
    actions: actionsOf(random, { catalogue, days }),
  };
}

function actionsOf(random: Random, { catalogue, days }: { catalogue: Catalogue; days: number }): TimedAction[] {
  // No two seeds have the same taste: one is all deploys, another all failovers.
  const weighed = KINDS_OF_ACTION.map(({ weight, make }) => ({
    weight: weight * random.pick([0.3, 1, 1, 2]),
    make,
  }));
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const next = (): Action => {
    let left = random.next() * total;
    const kind = weighed.find(({ weight }) => (left -= weight) < 0) ?? weighed[0]!;
    return kind.make({ random, catalogue });
  };
  const actions: TimedAction[] = [];
  for (let atMs = 10 * MINUTE_MS; atMs < days * DAY_MS;) {
    actions.push({ atMs: Math.floor(atMs), action: next() });
    atMs += random.chance(HURRIED)
      ? random.next() ** 2 * 2 * MINUTE_MS
      : -Math.log(1 - random.next()) * PAUSE_MS;
  }
  return actions;
}
