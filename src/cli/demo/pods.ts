import { conditionOf, type Pod } from "../../sim/objects.ts";

/** The story names a workload's pods by this label. */
export function workloadOf({ metadata }: Pod): string {
  return metadata.labels?.["app"] ?? "";
}

export function isEvicted(pod: Pod): boolean {
  return conditionOf(pod, "DisruptionTarget")?.reason === "EvictionByEvictionAPI";
}

export function isNewlyEvicted(before: Pod | undefined, after: Pod): boolean {
  return isEvicted(after) && !(before !== undefined && isEvicted(before));
}
