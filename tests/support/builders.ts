import type { Capacity } from "../../src/domain/capacity.ts";
import type { FallbackSettings, FallbackView } from "../../src/domain/fallback.ts";
import { type MoveState, NO_MOVES } from "../../src/domain/moves.ts";
import type { Policy, PolicyResult } from "../../src/domain/policy.ts";
import type {
  BudgetView,
  DisruptionSettings,
  Instant,
  PodView,
  RolloutView,
  Standing,
  WorkloadSnapshot,
} from "../../src/domain/snapshot.ts";

/** A moment on both clocks: Monday 2025-01-06 12:00 UTC, an hour after the process has started. */
export const NOW: Instant = { monotonicMs: 3_600_000, wallMs: Date.UTC(2025, 0, 6, 12) };

export function policyOf(overrides: Partial<Policy> = {}): Policy {
  return { spotPercentage: 50, minOnDemand: 0, window: undefined, spotFallback: undefined, ...overrides };
}

export function managed(overrides: Partial<Policy> = {}): PolicyResult {
  return { kind: "managed", policy: policyOf(overrides) };
}

/** A ready, bound pod on spot that admission has placed in slot 0. */
export function podView(overrides: Partial<PodView> = {}): PodView {
  const uid = overrides.uid ?? `uid-${overrides.name ?? "web-0"}`;
  return {
    uid,
    resourceVersion: "1",
    name: "web-0",
    slot: 0,
    where: "spot",
    isBound: true,
    isPlaced: true,
    isPinned: false,
    isTerminating: false,
    isFinished: false,
    isPending: false,
    isReady: true,
    createdMs: 0,
    scheduledMs: undefined,
    unschedulableMs: undefined,
    fallback: undefined,
    protectedBy: undefined,
    departing: undefined,
    budgets: [],
    ...overrides,
  };
}

/** Pods `<prefix>-0`, `<prefix>-1`… in slots from 0 up, on these kinds. */
export function podsOn(
  where: readonly PodView["where"][],
  { prefix = "web", ...overrides }: Partial<PodView> & { prefix?: string } = {},
): PodView[] {
  return where.map((kind, slot) => {
    const name = `${prefix}-${slot}`;
    return podView({ name, uid: `uid-${name}`, slot, where: kind, createdMs: slot * 1_000, ...overrides });
  });
}

export function onSpot(count: number): Capacity[] {
  return Array.from({ length: count }, () => "spot");
}

export function onDemand(count: number): Capacity[] {
  return Array.from({ length: count }, () => "on-demand");
}

/** A roll-out of so many pods that is done. */
export function rolledOut(replicas: number, overrides: Partial<RolloutView> = {}): RolloutView {
  return {
    isObserved: true,
    updated: replicas,
    toUpdate: replicas,
    total: replicas,
    ready: replicas,
    available: replicas,
    ownersWithPods: 1,
    ...overrides,
  };
}

export const GOOD_STANDING: Standing = {
  ineffective: undefined,
  storm: undefined,
  capped: undefined,
  lease: undefined,
  throttled: undefined,
  stale: undefined,
};

export function budget(name: string, disruptionsAllowed: number): BudgetView {
  return { name, disruptionsAllowed };
}

export const FALLBACK_SETTINGS: FallbackSettings = {
  afterMs: 120_000,
  retryAfterMs: 600_000,
  maxRetryAfterMs: 3_600_000,
};

export const NO_FALLBACK: FallbackView = {
  afterMs: FALLBACK_SETTINGS.afterMs,
  state: "closed",
  retryAtMs: undefined,
  mayProbe: false,
  isInherited: false,
};

export function movesOf(overrides: Partial<MoveState> = {}): MoveState {
  return { ...NO_MOVES, ...overrides };
}

/** A settled Deployment: as many replicas as pods, all rolled out, no history, in good standing. */
export function workloadSnapshot(overrides: Partial<WorkloadSnapshot> = {}): WorkloadSnapshot {
  const pods = overrides.pods ?? podsOn(["on-demand", "spot", "on-demand", "spot"]);
  const replicas = overrides.replicas ?? pods.length;
  return {
    kind: "Deployment",
    namespace: "shop",
    name: "web",
    uid: "uid-of-web",
    policy: managed(),
    isTerminating: false,
    replicas,
    isPaused: false,
    rollout: rolledOut(replicas),
    pods,
    unseen: undefined,
    budgets: [],
    moves: NO_MOVES,
    fallback: NO_FALLBACK,
    standing: GOOD_STANDING,
    ...overrides,
  };
}

export function disruptionSettings(overrides: Partial<DisruptionSettings> = {}): DisruptionSettings {
  return {
    cooldownMs: 10_000,
    maxUnavailable: 1,
    window: undefined,
    fallback: FALLBACK_SETTINGS,
    ...overrides,
  };
}

/** The object and all below it can no longer change: what is frozen and not touched was not mutated. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) frozen(inner);
  return value;
}
