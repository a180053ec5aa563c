import type { PodView } from "./snapshot.ts";

/** Why a pod is in neither count. */
export type Uncounted = "terminating" | "finished" | "unknown" | "unplaced";

export interface Census {
  readonly spot: number;
  readonly onDemand: number;
  readonly readyOnDemand: number;
  /** Pods that are not counted, by why. */
  readonly uncounted: ReadonlyMap<Uncounted, number>;
}

export function isLive(pod: PodView): boolean {
  return !pod.isTerminating && !pod.isFinished;
}

function uncountedBecause(pod: PodView): Uncounted | undefined {
  if (pod.isTerminating) return "terminating";
  if (pod.isFinished) return "finished";
  return pod.where === "unknown" || pod.where === "unplaced" ? pod.where : undefined;
}

export function takeCensus(pods: readonly PodView[]): Census {
  let spot = 0, onDemand = 0, readyOnDemand = 0;
  const uncounted = new Map<Uncounted, number>();
  for (const pod of pods) {
    const because = uncountedBecause(pod);
    if (because !== undefined) {
      uncounted.set(because, (uncounted.get(because) ?? 0) + 1);
    } else if (pod.where === "spot") {
      spot++;
    } else {
      onDemand++;
      if (pod.isReady) readyOnDemand++;
    }
  }
  return { spot, onDemand, readyOnDemand, uncounted };
}
