import type { NodeCapacity } from "./capacity.ts";
import type { FallbackMark, FallbackSettings, FallbackView } from "./fallback.ts";
import type { MoveState } from "./moves.ts";
import type { PolicyResult } from "./policy.ts";
import type { DisruptionWindow } from "./window.ts";

export type WorkloadKind = "Deployment" | "StatefulSet";

/** A moment on both clocks: elapsed time is monotonic, windows are wall-clock. Milliseconds. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** A pod as the rules see it. */
export interface PodView {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly name: string;
  readonly slot: number | undefined;
  /**
   * Of its node where it is bound, else as its label (or its template's pin) says; `unknown` on a node
   * that is neither kind, `unplaced` where it is not bound and nothing says where it will go.
   */
  readonly where: NodeCapacity | "unplaced";
  readonly isBound: boolean;
  /** Whether admission placed it. */
  readonly isPlaced: boolean;
  /** Whether its template pins its capacity: moving it is no use. */
  readonly isPinned: boolean;
  readonly isTerminating: boolean;
  /** Succeeded or Failed. */
  readonly isFinished: boolean;
  readonly isPending: boolean;
  readonly isReady: boolean;
  /** Wall-clock milliseconds. */
  readonly createdMs: number;
  /** When it got its node, as far as it says; wall-clock milliseconds. */
  readonly scheduledMs: number | undefined;
  /** Since when the scheduler finds no node for it; wall-clock milliseconds. */
  readonly unschedulableMs: number | undefined;
  /** What the fallback that placed it on on-demand has written on it. */
  readonly fallback: FallbackMark | undefined;
  /** The annotation by which its owner forbids eviction, as `key=value`. */
  readonly protectedBy: string | undefined;
  /** Why its node is departing. */
  readonly departing: string | undefined;
  /** Names of the disruption budgets that cover it. */
  readonly budgets: readonly string[];
}

export interface BudgetView {
  readonly name: string;
  /** 0 where its status is behind its spec. */
  readonly disruptionsAllowed: number;
}

/** What the workload's own controller says of the roll-out. */
export interface RolloutView {
  readonly isObserved: boolean;
  readonly updated: number;
  /** How many the controller means to update: all, or those above a StatefulSet's partition. */
  readonly toUpdate: number;
  readonly total: number;
  readonly ready: number;
  readonly available: number;
  /** How many ReplicaSets have pods. */
  readonly ownersWithPods: number;
}

/** Why to wait, and until when at the latest: monotonic milliseconds. */
export interface Pause {
  readonly detail: string;
  readonly untilMs: number;
}

/** Whether this process may evict at all: everything that is not about the workload. */
export interface Standing {
  /** Why no pod is moved for the sake of a split: moves of several other workloads were in vain. */
  readonly ineffective: Pause | undefined;
  /** Why no pod is moved for the sake of a split: too many nodes are going. */
  readonly storm: Pause | undefined;
  /** Why no pod that runs is evicted: as many as may be in a minute were, or others come first. */
  readonly capped: Pause | undefined;
  /** Why not: leadership may have lapsed, or was won only now. */
  readonly lease: string | undefined;
  /** Why not: the API server has asked to slow down. */
  readonly throttled: string | undefined;
  /** Why not: a watch that is broken, or a cache that has not heard from the API server for too long. */
  readonly stale: string | undefined;
}

/** Pods that admission has placed and the cache does not show: under way, or rejected by somebody else. */
export interface UnseenPods {
  readonly pods: number;
  /** When the last of them is given up: monotonic milliseconds. */
  readonly untilMs: number;
}

/** All that `decide` needs of one workload. */
export interface WorkloadSnapshot {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly policy: PolicyResult;
  readonly isTerminating: boolean;
  readonly replicas: number;
  readonly isPaused: boolean;
  readonly rollout: RolloutView;
  /** Pods whose chain of controller owners ends in this workload's UID. */
  readonly pods: readonly PodView[];
  readonly unseen: UnseenPods | undefined;
  /** Those that cover any of its pods. */
  readonly budgets: readonly BudgetView[];
  readonly moves: MoveState;
  readonly fallback: FallbackView;
  readonly standing: Standing;
}

/** The operator's settings that decisions depend on. */
export interface DisruptionSettings {
  readonly cooldownMs: number;
  /** Pods, or a share of the replicas such as "10%". */
  readonly maxUnavailable: number | string;
  /** Where a workload has no window of its own. */
  readonly window: DisruptionWindow | undefined;
  readonly fallback: FallbackSettings;
}
