import { decide, type Decision } from "../domain/decide.ts";
import { MoveHistory } from "../domain/moves.ts";
import type { DisruptionSettings, Instant, PodView, Standing, WorkloadSnapshot } from "../domain/snapshot.ts";
import { Backoff } from "../runtime/backoff.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { Random } from "../runtime/random.ts";
import type { WorkQueue } from "../runtime/work_queue.ts";
import type { Announcer } from "./announcer.ts";
import type { ClusterCache } from "./cluster_cache.ts";
import { decisionFields, fieldsOf } from "./decision_log.ts";
import type { EvictionOutcome, Evictor } from "./evictor.ts";
import type { Metrics } from "./metrics.ts";
import { parseWorkloadKey, type WorkloadKey } from "./workload_key.ts";
import type { WorkloadView } from "./workload_view.ts";

export interface ReconcilerDeps {
  readonly cache: ClusterCache;
  readonly view: WorkloadView;
  readonly queue: WorkQueue;
  readonly evictor: Evictor;
  readonly announcer: Announcer;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Whether this process may evict now: asked before each decision and each eviction. */
  readonly standing: () => Standing;
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
  said: string;
  problems: string;
  held: string | undefined;
}

/** Standing changes by the clock alone, without an event that would queue the key. */
const STANDING_RETRY_MS = 2_000;
/** Two budgets over one pod, or a missing right: only a person can mend it. */
const REFUSED_MS = 300_000;

/** Carries out what `decide` says of each workload in the queue. The only place that requeues. */
export class Reconciler {
  readonly #deps: ReconcilerDeps;
  readonly #options: ReconcilerOptions;
  readonly #memories = new Map<WorkloadKey, Memory>();
  /** Of keys that failed the last time. */
  readonly #failing = new Map<WorkloadKey, Backoff>();

  constructor(deps: ReconcilerDeps, options: ReconcilerOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /** Works on one key after the other until the queue is closed. Several may run at once. */
  async run(): Promise<void> {
    const { queue, mayReconcile, clock, log, metrics } = this.#deps;
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      const startedMs = clock.now();
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
        queue.addAfter(key, this.#backoffMs(key));
      } finally {
        queue.done(key);
      }
    }
  }

  /** Looks at one workload, acts, and answers in how many milliseconds to look again, or undefined. */
  async reconcile(key: WorkloadKey): Promise<number | undefined> {
    const { cache, view } = this.#deps;
    const { kind, namespace, name } = parseWorkloadKey(key);
    const workload = cache.workload(kind, { namespace, name });
    if (workload === undefined || view.policyOf(workload).kind === "unmanaged") {
      this.#forget(key);
      return undefined;
    }
    const memory = this.#memory(key, workload.uid);
    const snapshot = view.snapshot(workload, { moves: memory.history, standing: this.#deps.standing() });
    this.#observe(snapshot, memory);
    const decision = decide(snapshot, { settings: this.#options.settings, now: this.#now() });
    this.#show(key, { snapshot, decision, memory });
    if (decision.action !== "evict") return this.#waitMs(decision);
    if (this.#options.isReadOnly) {
      this.#deps.metrics.reconciled(key, { action: "evict", result: "read_only" });
      return undefined;
    }
    return await this.#evictAll(key, { snapshot, decision, memory });
  }

  #observe(snapshot: WorkloadSnapshot, memory: Memory): void {
    const { history } = memory;
    const why = history.observe(snapshot.pods, {
      replicas: snapshot.replicas,
      nowMs: this.#deps.clock.now(),
    });
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

  /** Log, metrics and Events of a decision; a log line and an Event only where something has changed. */
  #show(
    key: WorkloadKey,
    { snapshot, decision, memory }: { snapshot: WorkloadSnapshot; decision: Decision; memory: Memory },
  ): void {
    const { log, metrics, announcer } = this.#deps;
    const { policy } = snapshot;
    metrics.decided(key, decision, { isInvalid: policy.kind === "invalid" });
    const held = decision.action === "hold" ? decision.reason : undefined;
    metrics.held(key, { before: memory.held, after: held });
    memory.held = held;
    if (decision.action !== "evict") {
      metrics.reconciled(key, { action: decision.action, result: decision.reason });
    }
    const problems = policy.kind === "invalid" ? decision.detail : "";
    if (policy.kind === "invalid" && problems !== memory.problems) {
      announcer.invalidPolicy(snapshot, policy.problems);
    }
    memory.problems = problems;
    const said = `${decision.action} ${decision.reason} ${problems}`;
    if (said === memory.said && (decision.action !== "evict" || this.#options.isReadOnly)) return;
    memory.said = said;
    const verb = decision.action === "evict" && this.#options.isReadOnly ? "would evict" : decision.action;
    log.info(verb, { ...fieldsOf(key), ...decisionFields(decision) });
    if (held === "budget") this.#showBlocked(key, { snapshot, decision });
  }

  #showBlocked(
    key: WorkloadKey,
    { snapshot, decision }: { snapshot: WorkloadSnapshot; decision: Decision },
  ): void {
    this.#deps.announcer.blockedByBudget(snapshot, `Cannot move a pod: ${decision.detail}`);
    for (const name of new Set(snapshot.pods.flatMap((pod) => pod.budgets))) {
      this.#deps.metrics.blockedByBudget(key, name);
    }
  }

  async #evictAll(
    key: WorkloadKey,
    { snapshot, decision, memory }: {
      snapshot: WorkloadSnapshot;
      decision: Decision & { action: "evict" };
      memory: Memory;
    },
  ): Promise<number | undefined> {
    const { evictor, metrics, standing } = this.#deps;
    for (const victim of decision.victims) {
      const { lease, throttled, stale } = standing();
      if (lease !== undefined || throttled !== undefined || stale !== undefined) return STANDING_RETRY_MS;
      const outcome = await evictor.evict({ ...victim, namespace: snapshot.namespace });
      metrics.evicted(key, outcome.outcome);
      metrics.reconciled(key, { action: "evict", result: outcome.outcome });
      this.#showEviction(key, { snapshot, decision, victim, outcome });
      if (outcome.outcome === "failed") {
        metrics.failed(key, "eviction");
        return this.#backoffMs(key);
      }
      const againMs = this.#settle(outcome, { snapshot, victim, memory });
      if (againMs !== undefined) return againMs;
    }
    this.#failing.delete(key);
    return this.#options.settings.cooldownMs;
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

  #showEviction(
    key: WorkloadKey,
    { snapshot, decision, victim, outcome }: {
      snapshot: WorkloadSnapshot;
      decision: Decision;
      victim: PodView;
      outcome: EvictionOutcome;
    },
  ): void {
    const { log, announcer } = this.#deps;
    const fields = { ...fieldsOf(key), pod: victim.name, from: victim.where, outcome: outcome.outcome };
    if (outcome.outcome === "evicted") {
      log.info("evicted", fields);
      announcer.rebalancing(snapshot, `evicted pod ${victim.name} from ${victim.where}: ${decision.detail}`);
    } else if (outcome.outcome === "failed") {
      log.error("eviction failed", { ...fields, error: outcome.error });
    } else {
      log.info("not evicted", { ...fields, detail: "detail" in outcome ? outcome.detail : undefined });
    }
  }

  #waitMs(decision: Exclude<Decision, { action: "evict" }>): number | undefined {
    if (decision.action === "ignore") return undefined;
    if (decision.reason === "lease" || decision.reason === "stale" || decision.reason === "throttled") {
      return STANDING_RETRY_MS;
    }
    if (decision.until === undefined) return this.#options.retryMs;
    const leftMs = Math.max(0, decision.until - this.#deps.clock.wall());
    return decision.reason === "window" ? Math.min(leftMs, this.#options.windowPollMs) : leftMs;
  }

  #now(): Instant {
    return { monotonicMs: this.#deps.clock.now(), wallMs: this.#deps.clock.wall() };
  }

  #memory(key: WorkloadKey, uid: string): Memory {
    const known = this.#memories.get(key);
    if (known?.uid === uid) return known;
    this.#forget(key);
    const backoff = new Backoff(this.#deps);
    const memory = {
      uid,
      history: new MoveHistory(),
      backoff,
      budgets: "",
      said: "",
      problems: "",
      held: undefined,
    };
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
    const memory = this.#memories.get(key);
    if (memory === undefined) return;
    const { kind, namespace, name } = parseWorkloadKey(key);
    if (this.#deps.cache.workload(kind, { namespace, name }) === undefined) return this.#forget(key);
    this.#deps.metrics.standBy(key);
    memory.held = undefined;
    memory.said = "";
  }

  #forget(key: WorkloadKey): void {
    this.#failing.delete(key);
    if (this.#memories.delete(key)) this.#deps.metrics.forget(key);
  }
}
