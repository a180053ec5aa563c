import type { NodeGroup } from "../../../config/scenario.ts";
import type { NodeClassifier } from "../../../domain/node_classifier.ts";
import { describeProblem } from "../../../domain/policy.ts";
import type { Clock } from "../../../runtime/clock.ts";
import type { StorageChange } from "../../../sim/api/storage.ts";
import type { CloudEvent } from "../../../sim/cloud/cloud.ts";
import type { EmbeddedCluster } from "../../../sim/cluster.ts";
import { type ApiObject, type Deployment, isTerminating, type Node, type Pod } from "../../../sim/objects.ts";
import { DEPLOYMENTS, NAMESPACES, NODES, PODS, STATEFUL_SETS } from "../../../sim/resources.ts";
import type { LogEntry } from "../../embedded/recording_log.ts";
import type { PolicyReader } from "../policy_reader.ts";
import type { TimelineEntry } from "../report.ts";
import type { Buckets } from "./buckets.ts";
import { NodeRecord } from "./node_record.ts";
import { PodWatch } from "./pod_watch.ts";
import { Timeline } from "./timeline.ts";
import { refusalOf, troubleOf } from "./troubles.ts";
import { WorkloadRecord } from "./workload_record.ts";

export interface RecorderDeps {
  readonly cluster: EmbeddedCluster;
  readonly clock: Clock;
  readonly classifier: NodeClassifier;
  readonly groups: readonly NodeGroup[];
  readonly buckets: Buckets;
  readonly readPolicy: PolicyReader;
}

/** Watches an embedded cluster from outside, and keeps what a report is made of. */
export class Recorder {
  /** By `Deployment shop/web`, in the order in which they came. */
  readonly workloads = new Map<string, WorkloadRecord>();
  readonly nodes: NodeRecord;
  readonly timeline: Timeline;
  /** Why not all pods of a workload run at the end: of those of which they do not. */
  readonly troubles = new Map<string, string>();
  readonly #pods: PodWatch;
  readonly #deps: RecorderDeps;
  readonly #startMs: number;
  /** Why a workload's pods are being moved, in the operator's words. */
  readonly #reasons = new Map<string, string>();
  #isOver = false;

  /** Time counts from now on. */
  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    this.#startMs = deps.clock.now();
    this.nodes = new NodeRecord(deps);
    this.timeline = new Timeline(deps.buckets);
    const { cluster } = deps;
    this.#pods = new PodWatch({ cluster, nodes: this.nodes, workloads: this.workloads });
    for (const node of cluster.storage.all<Node>(NODES)) this.nodes.add(node, 0);
    cluster.storage.onChange((change) => {
      if (!this.#isOver) this.#see(change);
    });
  }

  get nowMs(): number {
    return this.#deps.clock.now() - this.#startMs;
  }

  /** Takes note of something that happens now. */
  tell(what: TimelineEntry["what"], about: Omit<TimelineEntry, "atMs" | "what">): void {
    if (!this.#isOver) this.timeline.tell({ atMs: this.nowMs, what, ...about });
  }

  cloudEvent(event: CloudEvent): void {
    if (this.#isOver) return;
    if (event.what === "outage") {
      const detail = `no new nodes for ${event.forMs / 60_000} minutes`;
      this.tell("outage", { subject: event.group, detail, untilMs: Math.round(this.nowMs + event.forMs) });
      return;
    }
    const count = this.#pods.reclaimed(event.node, this.nowMs);
    const detail = `the cloud takes the node back, with ${count} ${count === 1 ? "pod" : "pods"} on it`;
    this.tell("reclaim", { subject: event.node, detail });
  }

  /** The operator's own log says what holds a move back, why one is made, and which pods were evicted. */
  logEntry({ level, message, fields }: LogEntry): void {
    if (this.#isOver) return;
    const { namespace, workload, reason, detail, pod } = fields as Record<string, string | undefined>;
    const key = workload === undefined ? undefined : subjectOf(namespace, workload);
    if (level === "warn" || level === "error") {
      this.tell("warning", { subject: key ?? "operator", detail: message });
    }
    const record = key === undefined ? undefined : this.workloads.get(key);
    if (record === undefined || key === undefined) return;
    record.advance(this.nowMs);
    switch (message) {
      case "hold":
        return record.hold(reason);
      case "evict":
        this.#reasons.set(key, detail ?? "");
        return record.hold(undefined);
      case "ignore":
      case "would evict":
        return record.hold(undefined);
      case "evicted": {
        // A pod that had no node was not taken from anyone.
        if (reason === "fallback") return;
        record.evictions++;
        const why = this.#reasons.get(key);
        this.tell("eviction", { subject: key, detail: `pod ${pod}${why === undefined ? "" : `: ${why}`}` });
      }
    }
  }

  /** What happens from now on is not counted. */
  finish(): void {
    const waiting = this.#pods.waiting(this.nowMs);
    for (const [key, record] of this.workloads) {
      record.advance(this.nowMs);
      const trouble = troubleOf(record, {
        refusal: refusalOf(this.#deps.cluster, key),
        waiting: waiting.get(record),
      });
      if (trouble !== undefined) this.troubles.set(key, trouble);
    }
    this.nodes.advance(this.nowMs);
    this.#isOver = true;
  }

  #see({ type, before, object, event }: StorageChange): void {
    switch (type) {
      case NODES:
        if (event === "ADDED") this.nodes.add(object as Node, this.nowMs);
        if (event === "DELETED") this.nodes.remove(object.metadata.name, this.nowMs);
        return;
      case DEPLOYMENTS:
      case STATEFUL_SETS:
        return this.#seeWorkload(object, { isGone: event === "DELETED" });
      case NAMESPACES:
        return this.#seeNamespace(object);
      case PODS: {
        const change = { pod: object as Pod, isNew: before === undefined, isGone: event === "DELETED" };
        return this.#pods.see(change, this.nowMs);
      }
    }
  }

  #seeWorkload(object: ApiObject, { isGone = false } = {}): void {
    const { nowMs } = this;
    const key = keyOf(object);
    const record = this.workloads.get(key) ?? new WorkloadRecord({ buckets: this.#deps.buckets, nowMs });
    this.workloads.set(key, record);
    record.advance(nowMs);
    record.replicas = isGone || isTerminating(object) ? 0 : (object as Deployment).spec.replicas ?? 1;
    this.#readPolicy(record, object);
    record.settle(nowMs);
  }

  #seeNamespace({ metadata }: ApiObject): void {
    for (const type of [DEPLOYMENTS, STATEFUL_SETS]) {
      for (const object of this.#deps.cluster.storage.all(type, metadata.name)) this.#seeWorkload(object);
    }
  }

  #readPolicy(record: WorkloadRecord, object: ApiObject): void {
    const { cluster, readPolicy } = this.#deps;
    const before = record.policy;
    record.policy = readPolicy(object, cluster.storage.get(NAMESPACES, { name: object.metadata.namespace! }));
    if (record.policy.kind !== "invalid" || before.kind === "invalid") return;
    const why = record.policy.problems.map(describeProblem).join("; ");
    this.tell("warning", { subject: keyOf(object), detail: `left alone, since its policy is invalid: ${why}` });
  }
}

export function keyOf({ kind, metadata }: ApiObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** `Deployment/web` of a log line -> `Deployment shop/web`. */
function subjectOf(namespace: string | undefined, workload: string): string {
  const [kind, name] = workload.split("/");
  return `${kind} ${namespace}/${name}`;
}
