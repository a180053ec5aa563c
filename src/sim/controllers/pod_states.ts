import type { StorageChange } from "../api/storage.ts";
import { isEqual } from "../equality.ts";
import { conditionOf, isFinished, isPodReady, isTerminating, type Pod } from "../objects.ts";

/** Neither ended nor about to end: what counts as a replica. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isTerminating(pod);
}

/** Whether a change of a pod can make who controls it do or report something else. */
export function concernsController({ before, object, event }: StorageChange): boolean {
  if (event !== "MODIFIED") return true;
  const [was, is] = [before as Pod, object as Pod];
  return was.status?.phase !== is.status?.phase ||
    conditionOf(was, "Ready")?.status !== conditionOf(is, "Ready")?.status ||
    was.metadata.deletionTimestamp !== is.metadata.deletionTimestamp ||
    !isEqual(was.metadata.labels, is.metadata.labels) ||
    !isEqual(was.metadata.ownerReferences, is.metadata.ownerReferences);
}

/** Since when a pod has been ready, in milliseconds since the epoch; undefined: it is not. */
export function readySinceMs(pod: Pod): number | undefined {
  if (!isPodReady(pod)) return undefined;
  const { lastTransitionTime } = conditionOf(pod, "Ready")!;
  return lastTransitionTime === undefined ? undefined : Date.parse(lastTransitionTime);
}

/** Ready, and for long enough. */
export function isAvailable(
  pod: Pod,
  { minReadySeconds = 0, wallMs }: { minReadySeconds?: number | undefined; wallMs: number },
): boolean {
  if (minReadySeconds === 0) return isPodReady(pod);
  const sinceMs = readySinceMs(pod);
  return sinceMs !== undefined && sinceMs + minReadySeconds * 1_000 <= wallMs;
}

/** How long until the next of the pods that are ready is available; undefined: all of them are. */
export function nextAvailableInMs(
  pods: readonly Pod[],
  { minReadySeconds = 0, wallMs }: { minReadySeconds?: number | undefined; wallMs: number },
): number | undefined {
  if (minReadySeconds === 0) return undefined;
  const waits = pods.map((pod) => (readySinceMs(pod) ?? -Infinity) + minReadySeconds * 1_000 - wallMs)
    .filter((ms) => ms > 0);
  return waits.length === 0 ? undefined : Math.min(...waits);
}
