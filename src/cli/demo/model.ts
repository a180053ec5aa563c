import type { Capacity } from "../../domain/capacity.ts";

/** All that the demo shows at one moment, in the terminal and piped alike. */
export interface DemoModel {
  /** Since the story began, in simulated time. */
  readonly elapsedMs: number;
  /** How many simulated seconds pass in a real one; undefined: as many as can. */
  readonly pace: number | undefined;
  readonly chapter: DemoChapter;
  readonly nodes: readonly DemoNode[];
  readonly workloads: readonly DemoWorkload[];
  /** Oldest first. */
  readonly events: readonly DemoEvent[];
  /** Whether the next chapter waits for a key. */
  readonly isWaiting: boolean;
}

export interface DemoChapter {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  readonly title: string;
  readonly words: string;
  /** What it has come to; undefined while it is played. */
  readonly result: string | undefined;
}

/** `evicted`: leaving, because it was evicted. */
export type PodState = "starting" | "ready" | "leaving" | "evicted";

export interface DemoPod {
  readonly workload: string;
  /** Of its node; undefined while it has none. */
  readonly capacity: Capacity | undefined;
  readonly state: PodState;
}

export interface DemoNode {
  readonly name: string;
  readonly capacity: Capacity;
  /** Until the cloud takes it back; undefined: it stays. */
  readonly leavesInMs: number | undefined;
  readonly pods: readonly DemoPod[];
}

export interface SplitCount {
  readonly spot: number;
  readonly onDemand: number;
}

/** What the operator has said last of a workload. */
export interface Verdict {
  readonly reason: string;
  readonly detail: string;
}

export interface DemoWorkload {
  readonly name: string;
  readonly replicas: number;
  /** In words, such as `70 % spot, floor 1`. */
  readonly policy: string;
  readonly asked: SplitCount;
  readonly actual: SplitCount;
  readonly ready: number;
  /** Those that stay: first on spot, then on on-demand, then without a node. */
  readonly pods: readonly DemoPod[];
  readonly leaving: number;
  readonly verdict: Verdict | undefined;
}

export type Actor = "you" | "spotalis" | "cloud";

export interface DemoEvent {
  readonly atMs: number;
  readonly who: Actor;
  readonly text: string;
}
