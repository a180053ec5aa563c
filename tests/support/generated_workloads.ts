import type { DecideOptions } from "../../src/domain/decide.ts";
import type { MoveState } from "../../src/domain/moves.ts";
import type { PolicyResult } from "../../src/domain/policy.ts";
import type { BudgetView, PodView, RolloutView, WorkloadSnapshot } from "../../src/domain/snapshot.ts";
import { type DisruptionWindow, disruptionWindow } from "../../src/domain/window.ts";
import {
  budget,
  disruptionSettings,
  managed,
  movesOf,
  NOW,
  podView,
  rolledOut,
  workloadSnapshot,
} from "./builders.ts";
import type { Random } from "./random.ts";

/** With `settled`, most of what could hold a move back is absent. */
export interface Settledness {
  readonly settled: boolean;
}

const BUDGET_NAMES = ["web", "all", "gone"];
const WINDOWS = [disruptionWindow("0 11 * * *", 2 * 3_600_000), disruptionWindow("0 2 * * *", 3_600_000)];

export function anyBudgets(random: Random): BudgetView[] {
  return random.some(["web", "all"], 0.8).map((name) => budget(name, random.integer(0, 4)));
}

export function anyPods(random: Random, { settled }: Settledness): PodView[] {
  const odd = settled ? 0 : 0.1;
  const hasBudget = random.chance(0.4);
  const skew = random.next();
  return random.list(random.integer(0, 16), (index) => {
    const isPending = random.chance(odd);
    return podView({
      uid: `uid-${index}`,
      name: `web-${index}`,
      slot: random.maybe(0.9, () => random.integer(0, 20)),
      where: random.chance(odd)
        ? random.pick(["unknown", "unplaced"])
        : random.chance(skew)
        ? "spot"
        : "on-demand",
      isBound: !isPending,
      isPlaced: random.chance(0.9),
      isPinned: random.chance(0.1),
      isTerminating: random.chance(odd / 2),
      isFinished: random.chance(odd / 2),
      isPending,
      isReady: !isPending && !random.chance(odd),
      createdMs: random.integer(0, 5) * 1_000,
      protectedBy: random.maybe(0.1, () => "karpenter.sh/do-not-disrupt=true"),
      departing: random.maybe(odd / 5, () => "cordoned"),
      budgets: hasBudget ? random.some(BUDGET_NAMES, 0.4) : [],
    });
  });
}

function anyWindow(random: Random): DisruptionWindow | undefined {
  return random.maybe(0.2, () => random.pick(WINDOWS));
}

function anyPolicy(random: Random): PolicyResult {
  if (random.chance(0.03)) return { kind: "unmanaged", why: "no label" };
  if (random.chance(0.03)) return { kind: "invalid", problems: [] };
  return managed({
    spotPercentage: random.pick([0, 100, random.integer(0, 100)]),
    minOnDemand: random.chance(0.5) ? 0 : random.integer(0, 8),
    window: anyWindow(random),
  });
}

function anyMoves(random: Random, pods: readonly PodView[]): MoveState {
  const around = () => NOW.monotonicMs + random.integer(-20_000, 20_000);
  return movesOf({
    lastMoveMs: random.maybe(0.2, () => NOW.monotonicMs - random.integer(0, 20_000)),
    evicted: new Set(random.some(pods, 0.005).map((pod) => pod.uid)),
    ineffective: random.maybe(0.1, () => ({ untilMs: around(), why: "in vain" })),
    refused: random.maybe(0.15, () => ({
      gate: random.pick(["budget", "forbidden"] as const),
      detail: "refused",
      untilMs: around(),
    })),
  });
}

function anyRollout(random: Random, replicas: number): RolloutView {
  const some = (share: number, most: number) => random.chance(share) ? random.integer(0, most) : most;
  return rolledOut(replicas, {
    isObserved: !random.chance(0.03),
    updated: some(0.03, replicas),
    total: some(0.03, replicas),
    ready: some(0.03, replicas),
    available: some(0.03, replicas),
    ownersWithPods: random.chance(0.03) ? 2 : 1,
  });
}

/** A workload with anything that can be about it, and the settings and the moment to decide in. */
export function anyScene(
  random: Random,
  settledness: Settledness = { settled: random.chance(0.8) },
): { snapshot: WorkloadSnapshot; options: DecideOptions } {
  const pods = anyPods(random, settledness);
  const replicas = random.chance(0.9) ? pods.length : random.integer(0, 16);
  const pause = (detail: string) =>
    random.maybe(0.05, () => ({ detail, untilMs: NOW.monotonicMs + random.integer(-20_000, 20_000) }));
  const cause = (why: string) => random.maybe(0.05, () => why);
  const snapshot = workloadSnapshot({
    kind: random.pick(["Deployment", "StatefulSet"]),
    policy: anyPolicy(random),
    isTerminating: random.chance(0.03),
    replicas,
    isPaused: random.chance(0.03),
    rollout: anyRollout(random, replicas),
    pods,
    budgets: anyBudgets(random),
    moves: anyMoves(random, pods),
    standing: {
      ineffective: pause("in vain"),
      storm: pause("storm"),
      capped: pause("capped"),
      lease: cause("lease"),
      throttled: cause("throttled"),
      stale: cause("stale"),
    },
  });
  const settings = disruptionSettings({
    maxUnavailable: random.pick([1, 2, 5, "10%", "25%", "100%"]),
    window: anyWindow(random),
  });
  return { snapshot, options: { settings, now: NOW } };
}
