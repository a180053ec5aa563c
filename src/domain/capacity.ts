/** The kind of a node, and of a pod that is on it or pinned to it. */
export type Capacity = "spot" | "on-demand";

/** What a node's labels say: `unknown` where they say both kinds or neither. */
export type NodeCapacity = Capacity | "unknown";

export const CAPACITIES: readonly Capacity[] = ["spot", "on-demand"];

export function otherCapacity(capacity: Capacity): Capacity {
  return capacity === "spot" ? "on-demand" : "spot";
}

export function isCapacity(value: unknown): value is Capacity {
  return value === "spot" || value === "on-demand";
}
