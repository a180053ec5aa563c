import type { Decision } from "../domain/decide.ts";
import type { FallbackView } from "../domain/fallback.ts";
import type { PodView, WorkloadSnapshot } from "../domain/snapshot.ts";
import type { Log, LogFields } from "../runtime/log.ts";
import type { Announcer } from "./announcer.ts";
import type { EvictionOutcome } from "./evictor.ts";
import type { Metrics } from "./metrics.ts";
import { parseWorkloadKey, type WorkloadKey } from "./workload_key.ts";

export interface ReporterDeps {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly announcer: Announcer;
}

interface Said {
  line: string;
  problems: string;
  held: string | undefined;
  /** Undefined: not looked at yet. */
  fallback: FallbackView["state"] | undefined;
}

/** Tells of decisions and moves by log, metric and Event: with one and the same reason, and once. */
export class DecisionReporter {
  readonly #deps: ReporterDeps;
  readonly #isReadOnly: boolean;
  readonly #said = new Map<WorkloadKey, Said>();

  constructor(deps: ReporterDeps, { isReadOnly }: { isReadOnly: boolean }) {
    this.#deps = deps;
    this.#isReadOnly = isReadOnly;
  }

  /** Metrics follow each decision; a log line and an Event come only where something has changed. */
  decided(
    key: WorkloadKey,
    { snapshot, decision }: { snapshot: WorkloadSnapshot; decision: Decision },
  ): void {
    const { log, metrics } = this.#deps;
    const said = this.#said.get(key) ?? { line: "", problems: "", held: undefined, fallback: undefined };
    this.#said.set(key, said);
    metrics.decided(key, decision, {
      isInvalid: snapshot.policy.kind === "invalid",
      isFallbackOpen: snapshot.fallback.state === "open",
    });
    const held = decision.action === "hold" ? decision.reason : undefined;
    metrics.held(key, { before: said.held, after: held });
    said.held = held;
    const { action, reason } = decision;
    if (action !== "evict") metrics.reconciled(key, { action, result: reason });
    else if (this.#isReadOnly) metrics.reconciled(key, { action, result: "read_only" });
    this.#announceInvalid(said, { snapshot, decision });
    this.#announceFallback(said, { key, snapshot, decision });
    const line = `${action} ${reason} ${said.problems}`;
    if (line === said.line && (action !== "evict" || this.#isReadOnly)) return;
    said.line = line;
    const verb = action === "evict" && this.#isReadOnly ? "would evict" : action;
    log.info(verb, { ...fieldsOf(key), ...decisionFields(decision) });
    if (held === "budget") this.#blocked(key, { snapshot, decision });
  }

  evicted(
    key: WorkloadKey,
    { snapshot, decision, victim, outcome }: {
      snapshot: WorkloadSnapshot;
      decision: Decision;
      victim: PodView;
      outcome: EvictionOutcome;
    },
  ): void {
    const { log, metrics, announcer } = this.#deps;
    metrics.evicted(key, outcome.outcome);
    metrics.reconciled(key, { action: "evict", result: outcome.outcome });
    const { reason, detail } = decision;
    const fields = { ...fieldsOf(key), pod: victim.name, from: victim.where, reason, outcome: outcome.outcome };
    if (outcome.outcome === "evicted") {
      log.info("evicted", fields);
      // Pods that had no node are told of once for all: SpotUnavailable.
      if (reason === "fallback") return;
      announcer.rebalancing(snapshot, `evicted pod ${victim.name} from ${victim.where}: ${detail}`);
    } else if (outcome.outcome === "failed") {
      metrics.failed(key, "eviction");
      log.error("eviction failed", { ...fields, error: outcome.error });
    } else {
      log.info("not evicted", { ...fields, detail: "detail" in outcome ? outcome.detail : undefined });
    }
  }

  /** Another process leads, and tells of the workload. */
  standBy(key: WorkloadKey): void {
    this.#said.delete(key);
    this.#deps.metrics.standBy(key);
  }

  /** The workload is gone, or managed no longer: so is all that was shown of it. */
  forget(key: WorkloadKey): void {
    this.#said.delete(key);
    this.#deps.metrics.forget(key);
  }

  #announceInvalid(
    said: Said,
    { snapshot, decision }: { snapshot: WorkloadSnapshot; decision: Decision },
  ): void {
    const { policy } = snapshot;
    const problems = policy.kind === "invalid" ? decision.detail : "";
    if (policy.kind === "invalid" && problems !== said.problems) {
      this.#deps.announcer.invalidPolicy(snapshot, policy.problems);
    }
    said.problems = problems;
  }

  #announceFallback(
    said: Said,
    { key, snapshot, decision: { detail } }: {
      key: WorkloadKey;
      snapshot: WorkloadSnapshot;
      decision: Decision;
    },
  ): void {
    const { log, announcer } = this.#deps;
    const { state, retryAtMs, afterMs, isInherited } = snapshot.fallback;
    const before = said.fallback ?? "closed";
    said.fallback = state;
    if (state === before) return;
    const retryAt = retryAtMs === undefined ? undefined : new Date(retryAtMs).toISOString();
    log.info(`spot fallback ${state}`, { ...fieldsOf(key), retryAt });
    if (state !== "closed") {
      if (!isInherited) announcer.spotUnavailable(snapshot, { isOff: state === "waiting", detail });
    } else if (before === "waiting" || afterMs !== undefined) {
      // Else it was turned off, and spot has nothing to do with it.
      announcer.spotRestored(snapshot, { isOff: before === "waiting" });
    }
  }

  #blocked(key: WorkloadKey, { snapshot, decision }: { snapshot: WorkloadSnapshot; decision: Decision }): void {
    this.#deps.announcer.blockedByBudget(snapshot, `Cannot move a pod: ${decision.detail}`);
    const covering = new Set(snapshot.pods.flatMap((pod) => pod.budgets));
    const allowing = snapshot.budgets.filter((budget) => budget.disruptionsAllowed > 0).map(({ name }) => name);
    const doubled = snapshot.pods.filter((pod) => pod.budgets.length > 1).flatMap((pod) => pod.budgets);
    const blocking = [...covering].filter((name) => !allowing.includes(name) || doubled.includes(name));
    // Where the cache shows none, the API server knew better.
    for (const name of blocking.length > 0 ? blocking : covering) this.#deps.metrics.blockedByBudget(key, name);
  }
}

/** What names a workload in a log line. */
export function fieldsOf(key: WorkloadKey): LogFields {
  const { kind, namespace, name } = parseWorkloadKey(key);
  return { namespace, workload: `${kind}/${name}` };
}

/** What a log line says of a decision. */
function decisionFields(decision: Decision): LogFields {
  const { census, spotTarget, action, reason, detail } = decision;
  return {
    action,
    reason,
    detail,
    spot: census.spot,
    onDemand: census.onDemand,
    uncounted: census.uncounted.size === 0 ? undefined : Object.fromEntries(census.uncounted),
    target: spotTarget,
    victims: action === "evict" ? decision.victims.map((victim) => victim.name) : undefined,
    until: action === "hold" && Number.isFinite(decision.until)
      ? new Date(decision.until!).toISOString()
      : undefined,
  };
}
