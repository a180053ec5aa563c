import assert from "node:assert/strict";
import type { Json } from "./json.ts";
import { Pool, type PoolOptions } from "./pool.ts";
import type { Scene } from "./stage.ts";
import { deployment, statefulSet, type WorkloadOptions } from "./workloads.ts";

/** The settings of the fallback's scenarios. Retries come long enough after the opening to look at what is open. */
export const AFTER_MS = 5_000;
export const RETRY_MS = 16_000;
export const COOLDOWN_MS = 1_000;

/** For one pod to be made, scheduled, started and seen, beside all that it has to wait for. */
const START_MS = 4_000;

export const OUTAGE_CONFIG = {
  controllers: {
    // Scenes are played side by side: none shall wait for another's evictions.
    maxConcurrentReconciles: 4,
    workloadTiming: { cooldownPeriod: `${COOLDOWN_MS}ms`, disruptionRetryInterval: "5s" },
    spotFallback: { after: `${AFTER_MS}ms`, retryAfter: `${RETRY_MS}ms`, maxRetryAfter: "2m" },
  },
};

/** From an outage on until all pods run: what the issue asks for. */
export const UP_MS = AFTER_MS + 15_000;

/** From the return of spot on until the split is exact again. */
export function backMs(moves: number): number {
  return RETRY_MS + moves * (COOLDOWN_MS + START_MS);
}

/** A workload on nodes of its own, of which the spot ones take no pods. */
export class Outage {
  readonly #scene: Scene;
  readonly pool: Pool;
  readonly app: string;

  private constructor(scene: Scene, { pool, app }: { pool: Pool; app: string }) {
    this.#scene = scene;
    this.pool = pool;
    this.app = app;
  }

  /** Spot is closed before the workload comes, unless `isOpen`. */
  static async begin(
    scene: Scene,
    { kind = "Deployment", isOpen = false, pool: poolOptions = {}, ...options }:
      & Omit<WorkloadOptions, "template">
      & { kind?: "Deployment" | "StatefulSet"; isOpen?: boolean; pool?: PoolOptions },
  ): Promise<Outage> {
    const pool = await Pool.make(scene, poolOptions);
    if (!isOpen) await pool.close("spot");
    const make = kind === "Deployment" ? deployment : statefulSet;
    await scene.apply(make({ ...options, template: pool.template }));
    return new Outage(scene, { pool, app: options.name });
  }

  /** All pods run, as many of them as `spot` on spot. */
  async isUp(replicas: number, { spot = 0, ms = 60_000 }: { spot?: number; ms?: number } = {}): Promise<void> {
    const { witness } = this.#scene;
    await witness.settled(this.app, replicas, ms);
    assert.deepEqual(witness.split(this.app), { spot, onDemand: replicas - spot, unbound: 0 });
  }

  /** From a moment at which spot takes pods again: the split becomes exact, by `moves` evictions. */
  async comesBack(replicas: number, { spot, moves }: { spot: number; moves: number }): Promise<void> {
    const { witness } = this.#scene;
    const isBack = () => witness.isSettled(this.app, replicas) && witness.split(this.app).spot === spot;
    await witness.until(isBack, { what: `${spot} on spot`, ms: backMs(moves) });
    assert.equal(witness.evicted.size, moves, "as many evictions as moves");
    assert.equal(witness.created.size, moves);
    assert.ok(witness.fewestReady(this.app) >= replicas - 1, "one at a time");
  }

  /** So far. A pod that never had a node is gone at once: only the operator can tell that it was evicted. */
  async evictions(): Promise<number> {
    const { operator, namespace } = this.#scene;
    return await operator.metric("spotalis_evictions_total", { namespace, outcome: "evicted" });
  }

  /** The longest that a pod which came since the witness's mark was unschedulable, or is. */
  longestWaitMs(): number {
    const { witness, clock } = this.#scene;
    const waits = [...witness.removed, ...witness.of(this.app)].filter(({ uid }) => witness.created.has(uid))
      .flatMap(({ uid, object }) => {
        const isStuck = ({ type, status }: Json) => type === "PodScheduled" && status === "False";
        const since = (object.status.conditions ?? []).find(isStuck)?.lastTransitionTime;
        return since === undefined ? [] : [(witness.removedMs.get(uid) ?? clock.wall()) - Date.parse(since)];
      });
    return Math.max(0, ...waits);
  }

  /** Whether its fallback is open, as its metric says. */
  async active(): Promise<number> {
    const { operator, namespace } = this.#scene;
    return await operator.metric("spotalis_spot_fallback_active", { namespace, workload: this.app });
  }

  /** Waits for the operator's log to say that it has opened, closed, or waits. */
  async becomes(state: "open" | "closed" | "waiting", ms = 60_000): Promise<void> {
    const { operator, namespace } = this.#scene;
    await operator.logged(
      (line) => line["namespace"] === namespace && line.message === `spot fallback ${state}`,
      ms,
    );
  }
}
