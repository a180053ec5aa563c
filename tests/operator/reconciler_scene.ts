import { Reservations } from "../../src/domain/reservations.ts";
import type { Standing } from "../../src/domain/snapshot.ts";
import { CommonCause } from "../../src/domain/common_cause.ts";
import { EvictionCap } from "../../src/domain/eviction_cap.ts";
import { RateLimiter } from "../../src/kube/rate_limiter.ts";
import { Announcer } from "../../src/operator/announcer.ts";
import { Evictor } from "../../src/operator/evictor.ts";
import { SpotFallback } from "../../src/operator/spot_fallback.ts";
import { Reconciler, type ReconcilerOptions } from "../../src/operator/reconciler.ts";
import { WorkQueue } from "../../src/runtime/work_queue.ts";
import { disruptionSettings, FALLBACK_SETTINGS, GOOD_STANDING } from "../support/builders.ts";
import { settle } from "../support/fake_clock.ts";
import { type Answer, failure, json } from "../support/fake_transport.ts";
import {
  budgetObject,
  deploymentObject,
  NAMESPACE,
  nodeObject,
  podObject,
  replicaSetObject,
  type WorkloadFields,
} from "./objects.ts";
import { fakeCluster, newMetrics, RecordedEvents, RecordedLog, seriesWith } from "./support.ts";

export const KEY = `Deployment/${NAMESPACE}/web`;
/** With the memory of a reconciler that never varies: the first wait of a backoff. */
export const FIRST_BACKOFF_MS = 800;

export const EVICTED: Answer = json({ kind: "Status", status: "Success" }, { status: 201 });
export const BLOCKED: Answer = failure(429, {
  reason: "TooManyRequests",
  message: "Cannot evict pod as it would violate the pod's disruption budget.",
  causes: ["DisruptionBudget"],
});

export interface SceneOptions {
  readonly workload?: WorkloadFields;
  /** Names of the nodes of `web-0`, `web-1` and so on. */
  readonly nodes?: readonly string[];
  readonly options?: Partial<ReconcilerOptions>;
  /** What each eviction is answered; without one it hangs. */
  readonly answer?: Answer;
  readonly cap?: EvictionCap;
}

export function pathOf(pod: string): string {
  return `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`;
}

/** A reconciler over a Deployment `web` of four pods, all on spot where two should be. */
export function reconcilerScene(
  { workload = {}, nodes, options = {}, answer, cap = new EvictionCap(30) }: SceneOptions = {},
) {
  const cluster = fakeCluster();
  const { cache, view, clock, client, transport } = cluster;
  const log = new RecordedLog();
  const events = new RecordedEvents();
  const metrics = newMetrics();
  const queue = new WorkQueue(clock);
  const reservations = new Reservations();
  const evictor = new Evictor({ client, clock, limiter: new RateLimiter(clock, { qps: 50, burst: 100 }) });
  const state = {
    standing: GOOD_STANDING as Standing,
    mayReconcile: true,
    cap,
    commonCause: new CommonCause(),
  };
  const asked: string[] = [];
  const fallback = new SpotFallback(
    { view, clock, isLeading: () => state.mayReconcile, onClosed: (uid) => closed.push(uid) },
    FALLBACK_SETTINGS,
  );
  const closed: string[] = [];
  const capped = (key: string) => {
    const untilMs = state.cap.waitsUntil(key, clock.now());
    return untilMs === undefined ? undefined : { detail: "no token is left", untilMs };
  };
  const reconciler = new Reconciler({
    cache,
    view,
    queue,
    reservations,
    evictor,
    fallback,
    cap: state.cap,
    commonCause: state.commonCause,
    announcer: new Announcer(events.record),
    metrics,
    clock,
    random: () => 0,
    log,
    standing: (key) => ({
      ...state.standing,
      capped: state.standing.capped ?? capped(key),
      throttled: evictor.throttled(clock.now()),
    }),
    mayReconcile: () => state.mayReconcile,
  }, {
    settings: disruptionSettings(),
    isReadOnly: false,
    retryMs: 60_000,
    windowPollMs: 600_000,
    ...options,
  });
  const on = nodes ?? ["spot-1", "spot-1", "spot-1", "spot-1"];
  for (const name of ["spot-1", "on-demand-1"]) cluster.addNode(nodeObject(name));
  cluster.addDeployment(deploymentObject({ replicas: on.length, ...workload }));
  cluster.addReplicaSet(replicaSetObject({ replicas: on.length }));
  on.forEach((nodeName, slot) => {
    const placed = nodeName.startsWith("spot") ? "spot" : "on-demand";
    cluster.addPod(podObject(`web-${slot}`, { slot, placed, nodeName }));
    transport.always("POST", pathOf(`web-${slot}`), (request) => {
      asked.push(`web-${slot}`);
      return (answer ?? EVICTED)(request);
    });
  });
  return {
    ...cluster,
    log,
    events,
    metrics,
    queue,
    reservations,
    reconciler,
    fallback,
    /** UIDs of workloads whose fallback another's pods have closed. */
    closed,
    state,
    /** Pods whose eviction was asked for, in order. */
    asked,
    reconcile: () => reconciler.reconcile(KEY),
    series: (text: string) => seriesWith(metrics, text),
    addBudget: (allowed: number) => cluster.addBudget(budgetObject("limit", { allowed })),
    /** The pod is gone, and its replacement runs on that node. */
    replace(name: string, nodeName: string): void {
      const old = cache.pods.get(`${NAMESPACE}/${name}`)!;
      cluster.removePod(name);
      const placed = nodeName.startsWith("spot") ? "spot" : "on-demand";
      cluster.addPod(podObject(`${name}-b`, { slot: old.slot, placed, nodeName }));
    },
    /** Works on the queue until `stop`. */
    async start() {
      const running = reconciler.run();
      await settle();
      return async () => {
        queue.close();
        await running;
      };
    },
  };
}

export type ReconcilerScene = ReturnType<typeof reconcilerScene>;
