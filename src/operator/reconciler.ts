import type { CommonCause } from "../domain/common_cause.ts";
import { decide, type Decision } from "../domain/decide.ts";
import type { EvictionCap } from "../domain/eviction_cap.ts";
import { MoveHistory } from "../domain/moves.ts";
import type { Reservations } from "../domain/reservations.ts";
import type { DisruptionSettings, Instant, PodView, Standing, WorkloadSnapshot } from "../domain/snapshot.ts";
import { isApiError } from "../kube/api_error.ts";
import { Backoff } from "../runtime/backoff.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { Random } from "../runtime/random.ts";
import type { WorkQueue } from "../runtime/work_queue.ts";
import type { Announcer } from "./announcer.ts";
import type { ClusterCache } from "./cluster_cache.ts";
import { DecisionReporter, fieldsOf } from "./decision_reporter.ts";
import type { EvictionOutcome, Evictor } from "./evictor.ts";
import { EvictionTurns } from "./eviction_turns.ts";
import type { SpotFallback } from "./spot_fallback.ts";
import type { Metrics } from "./metrics.ts";
import { parseWorkloadKey, type WorkloadKey } from "./workload_key.ts";
import type { WorkloadView } from "./workload_view.ts";

export interface ReconcilerDeps {
  readonly cache: ClusterCache;
  readonly view: WorkloadView;
  readonly queue: WorkQueue;
  readonly reservations: Reservations;
  readonly evictor: Evictor;
  readonly fallback: SpotFallback;
  readonly cap: EvictionCap;
  readonly commonCause: CommonCause;
  readonly announcer: Announcer;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Whether this process may evict now: asked before each decision and each eviction. */
  readonly standing: (key: WorkloadKey) => Standing;
  /** Whether to look at workloads at all: only the leader does, once its caches are synced. */
  readonly mayReconcile: () => boolean;
}

export interface ReconcilerOptions {
  readonly settings: DisruptionSettings;
  readonly isReadOnly: boolean;
  /** How soon to look again at what holds without saying until when. */
  readonly retryMs: number;
  /** The longest to wait for a window. */
  readonly windowPollMs: number;
}

/** What is remembered of a workload between two looks at it. */
interface Memory {
  /** Of the workload: a namesake that came since has no history. */
  readonly uid: string;
  readonly history: MoveHistory;
  budgets: string;
}

/** Standing changes by the clock alone, without an event that would queue the key. */
const STANDING_RETRY_MS = 2_000;
/** The longest to keep the event loop without a pause. */
const YIELD_MS = 5;
/** Two budgets over one pod, or a missing right: only a person can mend it. */
const REFUSED_MS = 300_000;

/** Carries out what `decide` says of each workload in the queue. The only place that requeues. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  readonly #options: ReconcilerOptions;
  readonly #reporter: DecisionReporter;
  readonly #turns: EvictionTurns;
  readonly #memories = new Map<WorkloadKey, Memory>();
  /** Of keys that failed the last time. */
  readonly #failing = new Map<WorkloadKey, Backoff>();

  constructor(deps: ReconcilerDeps, options: ReconcilerOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#reporter = new DecisionReporter(deps, options);
    this.#turns = new EvictionTurns(deps);
  }

  /** Works on one key after the other until the queue is closed. Several may run at once. */
  async run(): Promise<void> {
    const { queue, mayReconcile, clock, log, metrics } = this.#deps;
    let yieldedMs = clock.now();
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      const startedMs = clock.now();
      if (startedMs - yieldedMs > YIELD_MS) {
        // A full queue would be worked off in one go, and admission would wait for its end.
        await new Promise<void>((resolve) => clock.after(0, resolve));
        yieldedMs = clock.now();
      }
      try {
        if (mayReconcile()) {
          const againMs = await this.reconcile(key);
          if (againMs !== undefined) queue.addAfter(key, againMs);
          metrics.reconcileTook((clock.now() - startedMs) / 1_000, clock.wall());
        } else {
          this.#standBy(key);
        }
      } catch (error) {
        log.error("reconciliation failed", { ...fieldsOf(key), error });
        metrics.failed(key, error instanceof Error ? error.name : "unknown");
        this.#turns.leave(key);
        queue.addAfter(key, this.#backoffMs(key));
      } finally {
        queue.done(key);
      }
    }
  }

  /** Looks at one workload, acts, and answers in how many milliseconds to look again, or undefined. */
  async reconcile(key: WorkloadKey): Promise<number | undefined> {
    const { cache, clock, fallback, reservations, standing, view } = this.#deps;
    const { kind, namespace, name } = parseWorkloadKey(key);
    const workload = cache.workload(kind, { namespace, name });
    if (workload === undefined || view.policyOf(workload).kind === "unmanaged") {
      this.#forget(key);
      return undefined;
    }
    const memory = this.#memory(key, workload.uid);
    const owners = [...view.ownersOf(workload)].map(({ uid }) => uid);
    const snapshot = view.snapshot(workload, {
      moves: memory.history,
      standing: standing(key),
      fallback: (pods) => fallback.look(workload, pods),
      unseen: reservations.unseen(owners, clock.now()),
    });
    this.#observe(key, { snapshot, memory });
    const decision = decide(snapshot, { settings: this.#options.settings, now: this.#now() });
    this.#reporter.decided(key, { snapshot, decision });
    this.#turns.lineUp(key, decision);
    if (decision.action !== "evict") return this.#waitMs(decision);
    if (this.#options.isReadOnly) {
      this.#turns.leave(key);
      return undefined;
    }
    // At once: while it waits for its turn, no other workload may begin to try as well.
    if (decision.victims.some(isOnDemand)) fallback.probe(workload.uid, { isGiven: false });
    try {
      return await this.#evictAll(key, { snapshot, decision, memory });
    } finally {
      const isMoving = decision.victims.some(({ uid }) => memory.history.evicted.has(uid));
      if (!isMoving) fallback.endProbe(workload.uid);
    }
  }

  #observe(key: WorkloadKey, { snapshot, memory }: { snapshot: WorkloadSnapshot; memory: Memory }): void {
    const { history } = memory;
    const { goodBatches } = history;
    const why = history.observe(snapshot.pods, {
      replicas: snapshot.replicas,
      nowMs: this.#deps.clock.now(),
    });
    this.#turns.judged(key, { why, isGood: history.goodBatches > goodBatches });
    if (why !== undefined) this.#deps.announcer.placementIneffective(snapshot, why);
    const names = new Set(snapshot.pods.flatMap((pod) => pod.budgets));
    const budgets = JSON.stringify(
      snapshot.budgets.filter(({ name }) => names.has(name)).map((
        { name, disruptionsAllowed },
      ) => [name, disruptionsAllowed]),
    );
    if (budgets !== memory.budgets) history.forgetBlock();
    memory.budgets = budgets;
  }

  async #evictAll(
    key: WorkloadKey,
    { snapshot, decision, memory }: {
      snapshot: WorkloadSnapshot;
      decision: Decision & { action: "evict" };
      memory: Memory;
    },
  ): Promise<number | undefined> {
    const { evictor, queue } = this.#deps;
    for (const victim of decision.victims) {
      await evictor.takeTurn();
      // The process is ending: what has begun ends, and nothing new begins.
      if (queue.isClosed) return undefined;
      if (!this.#mayEvict(key, { decision, victim })) return STANDING_RETRY_MS;
      const outcome = await this.#turns.evict(key, { victim, namespace: snapshot.namespace });
      this.#reporter.evicted(key, { snapshot, decision, victim, outcome });
      if (outcome.outcome === "failed") {
        if (!isApiError(outcome.error)) memory.history.recordDoubt(this.#deps.clock.now());
        return this.#backoffMs(key);
      }
      const againMs = this.#settle(outcome, { snapshot, victim, memory });
      if (againMs !== undefined) return againMs;
    }
    this.#failing.delete(key);
    return this.#options.settings.cooldownMs;
  }

  #mayEvict(
    key: WorkloadKey,
    { decision, victim }: { decision: Decision & { action: "evict" }; victim: PodView },
  ): boolean {
    const { lease, throttled, stale, ineffective, storm, capped } = this.#deps.standing(key);
    return lease === undefined && throttled === undefined && stale === undefined &&
      ((ineffective ?? storm) === undefined || decision.reason !== "drift") &&
      (capped === undefined || !victim.isBound);
  }

  /** Remembers an outcome; answers when to look again where the moves cannot go on now. */
  #settle(
    outcome: Exclude<EvictionOutcome, { outcome: "failed" }>,
    { snapshot, victim, memory }: { snapshot: WorkloadSnapshot; victim: PodView; memory: Memory },
  ): number | undefined {
    const { history } = memory;
    const nowMs = this.#deps.clock.now();
    switch (outcome.outcome) {
      case "evicted":
        history.recordEviction(victim, { pods: snapshot.pods, nowMs });
        return undefined;
      case "gone":
        history.recordDoubt(nowMs);
        return undefined;
      case "blocked":
        history.recordBlocked(outcome.detail, nowMs);
        return 0;
      case "misconfigured":
        history.recordRefusal({ gate: "budget", detail: outcome.detail, untilMs: nowMs + REFUSED_MS });
        return 0;
      case "forbidden":
        history.recordRefusal({ gate: "forbidden", detail: outcome.detail, untilMs: nowMs + REFUSED_MS });
        return 0;
      case "throttled":
        return STANDING_RETRY_MS;
    }
  }

  #waitMs(decision: Exclude<Decision, { action: "evict" }>): number | undefined {
    if (decision.action === "ignore") return undefined;
    if (decision.reason === "lease" || decision.reason === "stale" || decision.reason === "throttled") {
      return STANDING_RETRY_MS;
    }
    if (decision.until === undefined) return this.#options.retryMs;
    const leftMs = Math.max(0, decision.until - this.#deps.clock.wall());
    if (decision.reason === "window") return Math.min(leftMs, this.#options.windowPollMs);
    // By what happens to nodes or to other workloads, without an event that would queue the key.
    const mayEndSooner = ["ineffective", "storm", "capped"].includes(decision.reason);
    return mayEndSooner ? Math.min(leftMs, this.#options.retryMs) : leftMs;
  }

  #now(): Instant {
    return { monotonicMs: this.#deps.clock.now(), wallMs: this.#deps.clock.wall() };
  }

  #memory(key: WorkloadKey, uid: string): Memory {
    const known = this.#memories.get(key);
    if (known?.uid === uid) return known;
    this.#forget(key);
    const memory = { uid, history: new MoveHistory(), budgets: "" };
    this.#memories.set(key, memory);
    this.#deps.metrics.managed(key);
    return memory;
  }

  #backoffMs(key: WorkloadKey): number {
    const backoff = this.#failing.get(key) ?? new Backoff(this.#deps);
    this.#failing.set(key, backoff);
    return backoff.nextMs();
  }

  /** Another leads: what it shows of the workload counts, not what this process saw last. */
  #standBy(key: WorkloadKey): void {
    if (!this.#memories.has(key)) return;
    const { kind, namespace, name } = parseWorkloadKey(key);
    if (this.#deps.cache.workload(kind, { namespace, name }) === undefined) this.#forget(key);
    else this.#reporter.standBy(key);
  }

  #forget(key: WorkloadKey): void {
    this.#turns.forget(key);
    this.#failing.delete(key);
    const memory = this.#memories.get(key);
    if (memory === undefined) return;
    this.#deps.fallback.forget(memory.uid);
    this.#memories.delete(key);
    this.#reporter.forget(key);
  }
}

function isOnDemand({ where }: PodView): boolean {
  return where === "on-demand";
}
