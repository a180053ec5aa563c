import type { Capacity } from "./capacity.ts";

/** The two numbers of a policy that fix a split. */
export interface Split {
  readonly spotPercentage: number;
  readonly minOnDemand: number;
}

/**
 * How many of `pods` pods belong on spot. It never shrinks as `pods` grows, and grows by at most one
 * a pod: that is what lets every prefix of slots hold the right split.
 */
export function spotTarget(pods: number, split: Split): number {
  if (pods <= split.minOnDemand) return 0;
  return Math.min(Math.floor(pods * split.spotPercentage / 100), pods - split.minOnDemand);
}

/** The kind of slot `slot` (from 0): spot where one more pod means one more spot pod. */
export function slotCapacity(slot: number, split: Split): Capacity {
  return spotTarget(slot + 1, split) > spotTarget(slot, split) ? "spot" : "on-demand";
}

/** How many of `pods` pods belong on `capacity`. */
export function shareOf(capacity: Capacity, pods: number, split: Split): number {
  const spot = spotTarget(pods, split);
  return capacity === "spot" ? spot : pods - spot;
}
