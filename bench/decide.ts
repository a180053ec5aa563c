import { LOOKING_ON } from "../src/observer.ts";
import { decide } from "../src/domain/decide.ts";
import { NO_MOVES } from "../src/domain/moves.ts";
import type { PodView, WorkloadSnapshot } from "../src/domain/snapshot.ts";
import { median } from "./percentile.ts";
import { print } from "./print.ts";

const WORKLOADS = 10_000;
const PODS = 10;
const FALLBACK = { afterMs: 120_000, retryAfterMs: 600_000, maxRetryAfterMs: 3_600_000 };

function pod(workload: number, slot: number): PodView {
  return {
    uid: `${workload}-${slot}`,
    resourceVersion: "1",
    name: `web-${slot}`,
    slot,
    // Every third workload has drifted by one.
    where: slot < (workload % 3 === 0 ? 6 : 7) ? "spot" : "on-demand",
    isBound: true,
    isPlaced: true,
    isPinned: false,
    isTerminating: false,
    isFinished: false,
    isPending: false,
    isReady: true,
    createdMs: slot,
    scheduledMs: slot,
    unschedulableMs: undefined,
    fallback: undefined,
    protectedBy: undefined,
    departing: undefined,
    budgets: ["web"],
  };
}

function snapshot(workload: number): WorkloadSnapshot {
  const all = { updated: PODS, toUpdate: PODS, total: PODS, ready: PODS, available: PODS };
  const policy = { spotPercentage: 70, minOnDemand: 1, window: undefined, spotFallback: undefined };
  return {
    kind: "Deployment",
    namespace: "bench",
    name: `web-${workload}`,
    uid: String(workload),
    policy: { kind: "managed", policy },
    isTerminating: false,
    replicas: PODS,
    isPaused: false,
    rollout: { isObserved: true, ...all, ownersWithPods: 1 },
    pods: Array.from({ length: PODS }, (_, slot) => pod(workload, slot)),
    unseen: undefined,
    budgets: [{ name: "web", disruptionsAllowed: 1 }],
    moves: NO_MOVES,
    fallback: {
      afterMs: FALLBACK.afterMs,
      state: "closed",
      retryAtMs: undefined,
      mayProbe: false,
      isInherited: false,
    },
    standing: LOOKING_ON,
  };
}

/** Median seconds, of five runs, to decide on 10,000 workloads of 10 pods, a third of which has drifted. */
export function benchDecide(): number {
  const snapshots = Array.from({ length: WORKLOADS }, (_, i) => snapshot(i));
  const settings = { cooldownMs: 10_000, maxUnavailable: 1, window: undefined, fallback: FALLBACK };
  const now = { monotonicMs: performance.now(), wallMs: Date.now() };
  const runs = Array.from({ length: 5 }, () => {
    const started = performance.now();
    const evictions = snapshots.filter((each) => decide(each, { settings, now }).action === "evict").length;
    if (evictions !== Math.ceil(WORKLOADS / 3)) throw new Error(`${evictions} evictions`);
    return (performance.now() - started) / 1_000;
  });
  return median(runs);
}

if (import.meta.main) print(`decide, 10,000 workloads of 10 pods: ${benchDecide().toFixed(3)} s`);
