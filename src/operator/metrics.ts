import { type Gauge, Registry } from "prom-client";
import { CAPACITIES, type Capacity } from "../domain/capacity.ts";
import type { Decision } from "../domain/decide.ts";
import { RELOAD_RESULTS, type ReloadResult } from "./certificate_follower.ts";
import { ClusterMetrics } from "./cluster_metrics.ts";
import { ConnectionMetrics } from "./connection_metrics.ts";
import { ForwardingMetrics } from "./forwarding/forwarding_metrics.ts";
import { EVICTION_OUTCOMES, type EvictionOutcome } from "./evictor.ts";
import { declarer } from "./metric_families.ts";
import { declareProcessMetrics, type ProcessFigures } from "./process_metrics.ts";
import type { WorkloadKey } from "./workload_key.ts";
import { WORKLOAD_LABELS, WorkloadSeries } from "./workload_series.ts";

export interface MetricsOptions {
  readonly version: string;
  readonly runtime: string;
  readonly process: () => ProcessFigures;
  /** Brings the gauges that are read rather than written up to date. */
  readonly collect: (metrics: Metrics) => void;
}

const CONTROLLER = "workload";
/** Up to the webhook's own time limit. */
const ADMISSION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];
const RECONCILE_BUCKETS = [0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];

/** Every metric family, declared from the start. The series of a workload end with it. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #declare = declarer(this.#registry);
  readonly cluster = new ClusterMetrics(this.#registry);
  readonly connections = new ConnectionMetrics(this.#registry);
  readonly forwarding = new ForwardingMetrics(this.#registry);
  readonly #series = new WorkloadSeries();
  readonly #options: MetricsOptions;
  readonly #replicas = this.#declare.gauge("workload_replicas", "Pods by the capacity they are on.", [
    ...WORKLOAD_LABELS,
    "replica_type",
  ]);
  readonly #target = this.#declare.gauge(
    "workload_target_replicas",
    "Pods by the capacity they should be on.",
    [
      ...WORKLOAD_LABELS,
      "replica_type",
    ],
  );
  readonly #held = this.#declare.gauge("workload_held", "1 for the reason that holds a move back.", [
    ...WORKLOAD_LABELS,
    "reason",
  ]);
  readonly #invalid = this.#declare.gauge(
    "workload_invalid",
    "1 while the policy is invalid.",
    WORKLOAD_LABELS,
  );
  readonly #reconciliations = this.#declare.counter(
    "reconciliations_total",
    "Decisions, by what came of them.",
    [
      ...WORKLOAD_LABELS,
      "action",
      "result",
    ],
  );
  readonly #errors = this.#declare.counter("reconciliation_errors_total", "Reconciliations that failed.", [
    ...WORKLOAD_LABELS,
    "error_type",
  ]);
  readonly #evictions = this.#declare.counter("evictions_total", "Evictions asked for, by outcome.", [
    ...WORKLOAD_LABELS,
    "outcome",
  ]);
  readonly #blocked = this.#declare.counter(
    "rebalancing_blocked_by_pdb_total",
    "Moves that a budget held back.",
    [
      ...WORKLOAD_LABELS,
      "pdb",
    ],
  );
  readonly #fallback = this.#declare.gauge(
    "spot_fallback_active",
    "1 while spot pods go to on-demand.",
    WORKLOAD_LABELS,
  );
  readonly #reviews = this.#declare.counter("webhook_requests_total", "Admission reviews, by result.", [
    "operation",
    "resource_kind",
    "result",
  ]);
  readonly #mutations = this.#declare.counter("webhook_mutations_total", "Pods placed, by capacity.", [
    "resource_kind",
    "mutation_type",
  ]);
  readonly #reviewSeconds = this.#declare.histogram(
    "webhook_duration_seconds",
    "Time to answer a review.",
    ADMISSION_BUCKETS,
  );
  readonly #reconcileSeconds = this.#declare.histogram(
    "reconcile_duration_seconds",
    "Time to decide and act.",
    RECONCILE_BUCKETS,
  );
  readonly #lastSeen = this.#declare.gauge(
    "controller_last_seen_timestamp",
    "When the controller last worked.",
    [
      "controller_name",
    ],
  );
  readonly #leader = this.#declare.gauge("leader_election_status", "1 on the leader.", ["controller_name"]);
  readonly #expiry = this.#declare.gauge(
    "certificate_expiry_timestamp_seconds",
    "When the serving certificate ends.",
    [],
  );
  readonly #reloads = this.#declare.counter(
    "certificate_reloads_total",
    "Changes of the certificate, by result.",
    [
      "result",
    ],
  );
  readonly #build = this.#declare.gauge("build_info", "Always 1.", ["version", "runtime"]);

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#build.set({ version: options.version, runtime: options.runtime }, 1);
    this.#leader.set({ controller_name: CONTROLLER }, 0);
    for (const mutation_type of CAPACITIES) this.#mutations.inc({ resource_kind: "Pod", mutation_type }, 0);
    for (
      const result of [
        "placed",
        "forwarded",
        "unmanaged",
        "invalid",
        "pinned",
        "read_only",
        "no_owner",
        "not_synced",
        "error",
      ]
    ) {
      this.#reviews.inc({ operation: "CREATE", resource_kind: "Pod", result }, 0);
    }
    for (const result of RELOAD_RESULTS) this.#reloads.inc({ result }, 0);
    declareProcessMetrics(this.#registry, options.process);
  }

  /** Prometheus' text format. */
  async text(): Promise<string> {
    this.#options.collect(this);
    return await this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** `spotTarget` is undefined without a valid policy. */
  decided(
    key: WorkloadKey,
    { census, spotTarget }: Decision,
    { isInvalid, isFallbackOpen }: { isInvalid: boolean; isFallbackOpen: boolean },
  ): void {
    const show = (gauge: Gauge<string>, value: number, type: Capacity) =>
      this.#series.set(key, gauge, { value, more: { replica_type: type } });
    show(this.#replicas, census.spot, "spot");
    show(this.#replicas, census.onDemand, "on-demand");
    this.#series.set(key, this.#invalid, { value: isInvalid ? 1 : 0 });
    this.#series.set(key, this.#fallback, { value: isFallbackOpen ? 1 : 0 });
    if (spotTarget === undefined) {
      for (const replica_type of CAPACITIES) this.#series.unset(key, this.#target, { replica_type });
    } else {
      show(this.#target, spotTarget, "spot");
      show(this.#target, census.spot + census.onDemand - spotTarget, "on-demand");
    }
  }

  /** The reason changes from `before` to `after`; undefined: none. */
  held(key: WorkloadKey, { before, after }: { before: string | undefined; after: string | undefined }): void {
    if (before === after) return;
    if (before !== undefined) this.#series.unset(key, this.#held, { reason: before });
    if (after !== undefined) this.#series.set(key, this.#held, { value: 1, more: { reason: after } });
  }

  reconciled(key: WorkloadKey, { action, result }: { action: string; result: string }): void {
    this.#series.add(key, this.#reconciliations, { more: { action, result } });
  }

  reconcileTook(seconds: number, wallMs: number): void {
    this.#reconcileSeconds.observe(seconds);
    this.#lastSeen.set({ controller_name: CONTROLLER }, wallMs / 1_000);
  }

  failed(key: WorkloadKey, errorType: string): void {
    this.#series.add(key, this.#errors, { more: { error_type: errorType } });
  }

  managed(key: WorkloadKey): void {
    for (const outcome of EVICTION_OUTCOMES) {
      this.#series.add(key, this.#evictions, { value: 0, more: { outcome } });
    }
  }

  evicted(key: WorkloadKey, outcome: EvictionOutcome["outcome"]): void {
    this.#series.add(key, this.#evictions, { more: { outcome } });
  }

  blockedByBudget(key: WorkloadKey, budget: string): void {
    this.#series.add(key, this.#blocked, { more: { pdb: budget } });
  }

  /** The workload is gone: so are its series. */
  forget(key: WorkloadKey): void {
    this.#series.removeAll(key);
  }

  /** Another process leads, and shows the workload's state. What this one has counted stays. */
  standBy(key: WorkloadKey): void {
    this.#series.removeGauges(key);
  }

  reviewed(
    review: { operation: string; kind: string; result: string; seconds: number; capacity?: Capacity },
  ): void {
    const { operation, kind: resource_kind, result, seconds, capacity } = review;
    this.#reviews.inc({ operation, resource_kind, result });
    this.#reviewSeconds.observe(seconds);
    if (result === "placed" && capacity !== undefined) {
      this.#mutations.inc({ resource_kind, mutation_type: capacity });
    }
  }

  leading(isLeader: boolean): void {
    this.#leader.set({ controller_name: CONTROLLER }, isLeader ? 1 : 0);
  }

  certificate(expiresMs: number): void {
    this.#expiry.set(expiresMs / 1_000);
  }

  certificateReloaded(result: ReloadResult): void {
    this.#reloads.inc({ result });
  }
}
