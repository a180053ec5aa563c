import type { Storage } from "../../../src/sim/api/storage.ts";
import { conditionOf, type Pod } from "../../../src/sim/objects.ts";
import type { Account } from "./oracle.ts";
import { isPlaced, podKind, type Reason } from "./truth.ts";

export interface Stuck {
  /** For how long no node has been found for it; undefined: it has one, or nobody has looked. */
  readonly forMs: number | undefined;
  /** Whether it has waited for spot for so long that its workload falls back. */
  readonly isLong: boolean;
  /** Whether its kind has too many: where it waits, it is not wanted. */
  readonly isSurplus: boolean;
}

/** The API writes times in whole seconds. */
const SECOND_MS = 1_000;

/** Whether no node is found for a pod that was placed, and what follows from it: section 6 of the design. */
export function stuckness(
  account: Account,
  { storage, pod, now, lagMs, afterMs }: {
    storage: Storage;
    pod: Pod;
    now: { readonly ms: number; readonly wallMs: number };
    lagMs: number;
    /** The operator's own setting. */
    afterMs: number;
  },
): Stuck {
  const scheduling = conditionOf(pod, "PodScheduled");
  const isStuck = isPlaced(pod) && pod.spec.nodeName === undefined && scheduling?.status === "False" &&
    scheduling.reason === "Unschedulable";
  if (!isStuck) return { forMs: undefined, isLong: false, isSurplus: false };
  const { policy } = account.truth;
  const forMs = now.wallMs - Date.parse(scheduling.lastTransitionTime!);
  const allowedMs = policy.kind === "managed" ? policy.fallbackAfterMs ?? afterMs : Infinity;
  const kind = podKind(storage, pod);
  const balancedMs = account.since.get(`no surplus on ${kind}` as Reason) ?? now.ms;
  return {
    forMs,
    isLong: kind === "spot" && forMs + SECOND_MS >= allowedMs,
    isSurplus: now.ms - balancedMs <= lagMs,
  };
}
