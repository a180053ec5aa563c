import type { Random } from "../../support/random.ts";
import type { Action } from "./action.ts";
import type { Catalogue } from "./catalogue.ts";

interface Scope {
  readonly random: Random;
  readonly catalogue: Catalogue;
}

interface KindOfAction {
  /** How often it comes, beside the others. */
  readonly weight: number;
  readonly make: (scope: Scope) => Action;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** From the first to the last, short ones more often. */
function length({ random }: Scope, { least, most }: { least: number; most: number }): number {
  return Math.floor(least * (most / least) ** random.next());
}

/** Those of kube-system and `dev/plain` are there to be left alone, and change less. */
function anyOf({ random, catalogue }: Scope): number {
  return random.integer(0, catalogue.entries.length - (random.chance(0.9) ? 3 : 1));
}

function deploymentOf({ random, catalogue }: Scope): number {
  const found = catalogue.entries.flatMap(({ type }, index) => type.kind === "Deployment" ? [index] : []);
  return random.pick(found);
}

const PERCENTAGES = ["0", "10", "25%", "40", "50", "70%", "90", "100"];
const WRONG = ["101", "-5", "70 %", "0x10", "", "seventy", "1e2", "050"];
const WINDOWS = [
  ["* * * * *", "5m"],
  ["0 2 * * *", "4h"],
  ["0 */3 * * *", "1h"],
  ["*/30 * * * *", "10m"],
  ["0 22 * * 1-5", "3h"],
] as const;
const [SCHEDULE, DURATION] = ["spotalis.io/disruption-schedule", "spotalis.io/disruption-duration"];

function policyChange({ random }: Scope): Record<string, string | null> {
  switch (random.integer(0, 8)) {
    case 0:
    case 1:
    case 2:
      return { "spotalis.io/spot-percentage": random.pick(PERCENTAGES) };
    case 3:
      return { "spotalis.io/min-on-demand": String(random.integer(0, 5)) };
    case 4:
      return { "spotalis.io/spot-percentage": random.pick(WRONG) };
    case 5: {
      const [schedule, duration] = random.pick(WINDOWS);
      return { [SCHEDULE]: schedule, [DURATION]: duration };
    }
    case 6:
      return { [SCHEDULE]: null, [DURATION]: random.chance(0.1) ? "3h" : null };
    case 7:
      return { "spotalis.io/spot-fallback": random.pick(["off", "1m", "10m", "never", null, null]) };
    default:
      return {
        "spotalis.io/spot-percentage": null,
        "spotalis.io/min-on-demand": random.pick(["1", "x", null]),
      };
  }
}

/** Mends what another change has made invalid, so that most of the time there is something to do. */
function policyMended({ random }: Scope): Record<string, string | null> {
  return {
    "spotalis.io/spot-percentage": random.pick(PERCENTAGES),
    "spotalis.io/min-on-demand": String(random.integer(0, 2)),
    [SCHEDULE]: null,
    [DURATION]: null,
    "spotalis.io/spot-fallback": random.chance(0.2) ? "off" : null,
  };
}

function budgetSpec({ random }: Scope): Record<string, number | string> {
  return random.pick<Record<string, number | string>>([
    { maxUnavailable: 1 },
    { maxUnavailable: 0 },
    { maxUnavailable: "30%" },
    { minAvailable: 1 },
    { minAvailable: "80%" },
    { minAvailable: "100%" },
  ]);
}

const which = ({ random }: Scope) => random.chance(0.75) ? "leader" as const : "standby" as const;

export const KINDS_OF_ACTION: readonly KindOfAction[] = [
  { weight: 8, make: (scope) => ({ do: "deploy", of: anyOf(scope) }) },
  { weight: 10, make: (scope) => ({ do: "scale", of: anyOf(scope), replicas: scope.random.integer(0, 10) }) },
  {
    weight: 3,
    make: (scope) => ({
      do: "curve",
      of: anyOf(scope),
      sizes: scope.random.list(scope.random.integer(3, 7), () => scope.random.pick([0, 1, 2, 4, 7, 10])),
      everyMs: length(scope, { least: SECOND_MS, most: 20 * MINUTE_MS }),
    }),
  },
  { weight: 10, make: (scope) => ({ do: "annotate", of: anyOf(scope), annotations: policyChange(scope) }) },
  { weight: 8, make: (scope) => ({ do: "annotate", of: anyOf(scope), annotations: policyMended(scope) }) },
  {
    weight: 2,
    make: (scope) => ({
      do: "label",
      of: anyOf(scope),
      labels: { "spotalis.io/enabled": scope.random.pick(["true", "true", "false", "yes", null]) },
    }),
  },
  {
    weight: 2,
    make: (scope) => ({
      do: "annotate namespace",
      namespace: scope.random.pick(["pay", "pay", "shop", "dev"]),
      annotations: scope.random.chance(0.5) ? policyMended(scope) : policyChange(scope),
    }),
  },
  {
    weight: 3,
    make: (scope) => ({
      do: "pause",
      of: deploymentOf(scope),
      forMs: length(scope, { least: MINUTE_MS, most: 3 * HOUR_MS }),
    }),
  },
  {
    weight: 5,
    make: (scope) => ({
      do: "budget",
      of: anyOf(scope),
      name: scope.random.chance(0.85) ? "first" : "second",
      spec: scope.random.chance(0.6) ? budgetSpec(scope) : undefined,
    }),
  },
  {
    weight: 3,
    make: (scope) => ({ do: "budget", of: anyOf(scope), name: "second", spec: undefined }),
  },
  {
    weight: 2,
    make: (scope) => ({
      do: "recreate",
      of: anyOf(scope),
      afterMs: scope.random.integer(0, 40) * SECOND_MS,
    }),
  },
  {
    weight: 0.5,
    make: (scope) => ({
      do: "recreate namespace",
      namespace: scope.random.pick(["pay", "shop", "dev"]),
      afterMs: scope.random.integer(0, 5) * SECOND_MS,
    }),
  },
  { weight: 4, make: (scope) => ({ do: "delete pod", of: anyOf(scope), choice: scope.random.next() }) },
  {
    weight: 3,
    make: (scope) => ({
      do: "sicken pod",
      of: anyOf(scope),
      choice: scope.random.next(),
      forMs: length(scope, { least: SECOND_MS, most: 30 * MINUTE_MS }),
    }),
  },
  {
    weight: 3,
    make: (scope) => ({
      do: "protect pod",
      of: anyOf(scope),
      choice: scope.random.next(),
      forMs: length(scope, { least: MINUTE_MS, most: 6 * HOUR_MS }),
    }),
  },
  {
    weight: 4,
    make: (scope) => ({
      do: "cordon",
      node: scope.random.next(),
      forMs: length(scope, { least: MINUTE_MS, most: 4 * HOUR_MS }),
      drains: scope.random.chance(0.5),
    }),
  },
  {
    weight: 3,
    make: (scope) => ({
      do: "relabel",
      node: scope.random.next(),
      to: scope.random.pick(["spot", "on-demand", "other"]),
      forMs: length(scope, { least: MINUTE_MS, most: 6 * HOUR_MS }),
    }),
  },
  {
    weight: 3,
    make: (scope) => ({
      do: "break node",
      node: scope.random.next(),
      forMs: length(scope, { least: 10 * SECOND_MS, most: HOUR_MS }),
    }),
  },
  { weight: 4, make: ({ random }) => ({ do: "reclaim", group: "spot", nodes: random.integer(1, 3) }) },
  {
    weight: 1.5,
    make: (scope) => ({
      do: "outage",
      group: "spot",
      forMs: length(scope, { least: 5 * MINUTE_MS, most: 4 * HOUR_MS }),
      takesNodes: scope.random.chance(0.6),
    }),
  },
  {
    weight: 2,
    make: (scope) => ({
      do: "kill",
      which: which(scope),
      forMs: length(scope, { least: SECOND_MS, most: 30 * MINUTE_MS }),
    }),
  },
  {
    weight: 2,
    make: (scope) => ({
      do: "restart",
      which: which(scope),
      forMs: length(scope, { least: SECOND_MS, most: 10 * MINUTE_MS }),
    }),
  },
  {
    weight: 2,
    make: (scope) => ({
      do: "freeze",
      which: which(scope),
      forMs: length(scope, { least: SECOND_MS, most: 30 * MINUTE_MS }),
    }),
  },
  { weight: 2, make: () => ({ do: "roll out operator" }) },
  {
    weight: 3,
    make: (scope) => ({
      do: "part",
      which: which(scope),
      from: scope.random.pick(["all", "lease", "watches"]),
      forMs: length(scope, { least: SECOND_MS, most: 30 * MINUTE_MS }),
    }),
  },
  {
    weight: 5,
    make: (scope) => ({
      do: "storm",
      which: which(scope),
      share: scope.random.pick([0.1, 0.3, 0.6, 1]),
      forMs: length(scope, { least: 10 * SECOND_MS, most: 30 * MINUTE_MS }),
    }),
  },
  { weight: 3, make: (scope) => ({ do: "cut watches", which: which(scope) }) },
  { weight: 2, make: () => ({ do: "compact" }) },
  {
    weight: 3,
    make: (scope) => ({
      do: "webhook",
      is: scope.random.pick(["refused", "silent", "failing", "unregistered"]),
      forMs: length(scope, { least: 10 * SECOND_MS, most: 2 * HOUR_MS }),
    }),
  },
];
