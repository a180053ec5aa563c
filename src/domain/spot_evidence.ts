import type { Capacity } from "./capacity.ts";
import { isLive } from "./census.ts";
import type { FallbackMark } from "./fallback.ts";
import type { PodView } from "./snapshot.ts";

/** What a workload's pods tell of spot capacity. Wall-clock milliseconds, as the API has them. */
export interface SpotEvidence {
  /** Spot pods that the scheduler finds no node for: since when, and when they were created. */
  readonly stuck: readonly { readonly sinceMs: number; readonly createdMs: number }[];
  /** When the newest spot pod without a node was created. */
  readonly waitingMs: number | undefined;
  /** When a spot pod last got its node. */
  readonly scheduledMs: number | undefined;
  /** What the newest pod that a fallback has placed says. */
  readonly placed: (FallbackMark & { readonly createdMs: number }) | undefined;
}

/** A pod of ours that no node of its kind is found for. */
export function isStuck(
  pod: PodView,
  kind: Capacity = "spot",
): pod is PodView & { readonly unschedulableMs: number } {
  return isLive(pod) && pod.isPlaced && !pod.isBound && pod.where === kind &&
    pod.unschedulableMs !== undefined;
}

/** What a workload's pods tell of spot capacity. */
export function spotEvidence(pods: readonly PodView[]): SpotEvidence {
  const stuck: { sinceMs: number; createdMs: number }[] = [];
  let waitingMs: number | undefined, scheduledMs: number | undefined;
  let placed: SpotEvidence["placed"];
  for (const pod of pods) {
    const { createdMs } = pod;
    if (isStuck(pod)) stuck.push({ sinceMs: pod.unschedulableMs, createdMs });
    if (pod.where === "spot" && !pod.isBound && isLive(pod)) waitingMs = Math.max(createdMs, waitingMs ?? 0);
    // What has happened is true of pods that terminate as well, and they may be all that is left to tell it.
    // One that was sent to on-demand is on a node that has changed its kind since.
    const hasSpotNode = pod.where === "spot" && pod.isBound && pod.fallback === undefined;
    if (hasSpotNode) scheduledMs = Math.max(pod.scheduledMs ?? 0, scheduledMs ?? 0);
    if (pod.fallback !== undefined && createdMs > (placed?.createdMs ?? -Infinity)) {
      placed = { ...pod.fallback, createdMs };
    }
  }
  return { stuck, waitingMs, scheduledMs, placed };
}
