import type { NodeClassifier } from "../../../domain/node_classifier.ts";
import { parsePolicy } from "../../../domain/policy.ts";
import type { CloudEvent } from "../../../sim/cloud/cloud.ts";
import { groupNameOf } from "../../../sim/cloud/node_group.ts";
import type { EmbeddedCluster } from "../../../sim/cluster.ts";
import {
  type ApiObject,
  conditionOf,
  controllerOf,
  type Deployment,
  isFinished,
  isPodReady,
  isTerminating,
  type Node,
  type Pod,
} from "../../../sim/objects.ts";
import { DEPLOYMENTS, NAMESPACES, NODES, PODS, REPLICA_SETS, STATEFUL_SETS } from "../../../sim/resources.ts";
import { requestsOf } from "../../../sim/scheduling/requests.ts";
import type { StorageChange } from "../../../sim/api/storage.ts";
import type { NodeGroup } from "../../../config/scenario.ts";
import type { Clock } from "../../../runtime/clock.ts";
import type { LogEntry } from "../../embedded/recording_log.ts";
import type { TimelineEntry } from "../report.ts";
import type { Buckets } from "./buckets.ts";
import { NodeRecord } from "./node_record.ts";
import { type CountedPod, type PodKind, WorkloadRecord } from "./workload_record.ts";

export interface RecorderDeps {
  readonly cluster: EmbeddedCluster;
  readonly clock: Clock;
  readonly classifier: NodeClassifier;
  readonly groups: readonly NodeGroup[];
  readonly buckets: Buckets;
}

interface Known {
  readonly key: string;
  readonly record: WorkloadRecord;
  readonly counted: CountedPod | undefined;
  readonly isEvicted: boolean;
}

/** Watches an embedded cluster from outside, and keeps what a report is made of. */
export class Recorder {
  /** By `Deployment shop/web`, in the order in which they came. */
  readonly workloads = new Map<string, WorkloadRecord>();
  readonly nodes: NodeRecord;
  readonly timeline: TimelineEntry[] = [];
  readonly evictions: Float64Array;
  readonly reclaims: Float64Array;
  readonly #deps: RecorderDeps;
  readonly #startMs: number;
  readonly #pods = new Map<string, Known>();
  /** Why a workload's pods are being moved, in the operator's words. */
  readonly #reasons = new Map<string, string>();

  /** Time counts from now on. */
  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    this.#startMs = deps.clock.now();
    this.nodes = new NodeRecord(deps);
    this.evictions = new Float64Array(deps.buckets.count);
    this.reclaims = new Float64Array(deps.buckets.count);
    const { storage } = deps.cluster;
    for (const node of storage.all<Node>(NODES)) this.nodes.add(node, 1);
    storage.onChange((change) => this.#see(change));
  }

  get nowMs(): number {
    return this.#deps.clock.now() - this.#startMs;
  }

  /** Takes note of something that happens. */
  tell(what: TimelineEntry["what"], { subject, detail }: { subject: string; detail: string }): void {
    this.timeline.push({ atMs: Math.round(this.nowMs), what, subject, detail });
  }

  cloudEvent(event: CloudEvent): void {
    if (event.what === "outage") {
      const detail = `no new nodes for ${event.forMs / 60_000} minutes`;
      this.tell("outage", { subject: event.group, detail });
      return;
    }
    const pods = this.#deps.cluster.storage.podsOn(event.node).filter((pod) => !isTerminating(pod));
    this.reclaims[this.#bucket()]!++;
    this.tell("reclaim", { subject: event.node, detail: `the cloud takes the node back, with ${pods.length} pods on it` });
    for (const pod of pods) {
      const known = this.#pods.get(pod.metadata.uid);
      if (known === undefined) continue;
      known.record.podsReclaimed++;
      known.record.reclaimed([pod.metadata.uid], this.nowMs);
    }
  }

  /** The operator's own log says what holds a move back, and why one is made. */
  logEntry({ level, message, fields }: LogEntry): void {
    const { namespace, workload, reason, detail } = fields as Record<string, string | undefined>;
    if (level === "warn" || level === "error") {
      this.tell("warning", { subject: workload === undefined ? "operator" : subjectOf(namespace, workload), detail: message });
    }
    if (workload === undefined || !["hold", "ignore", "evict", "would evict"].includes(message)) return;
    const key = subjectOf(namespace, workload);
    const record = this.workloads.get(key);
    record?.advance(this.nowMs);
    record?.hold(message === "hold" ? reason : undefined);
    if (message === "evict") this.#reasons.set(key, detail ?? "");
  }

  finish(): void {
    for (const record of this.workloads.values()) record.advance(this.nowMs);
    this.nodes.advance(this.nowMs);
  }

  #see({ type, before, object, event }: StorageChange): void {
    switch (type) {
      case NODES:
        if (event !== "MODIFIED") {
          this.nodes.advance(this.nowMs);
          this.nodes.add(object as Node, event === "ADDED" ? 1 : -1);
        }
        return;
      case DEPLOYMENTS:
      case STATEFUL_SETS:
        return this.#seeWorkload(object);
      case NAMESPACES:
        return this.#seeNamespace(object);
      case PODS:
        return this.#seePod({ pod: object as Pod, isNew: before === undefined, isGone: event === "DELETED" });
    }
  }

  #seeWorkload(object: ApiObject): void {
    const key = keyOf(object);
    const record = this.workloads.get(key) ?? new WorkloadRecord(this.#deps.buckets);
    this.workloads.set(key, record);
    record.advance(this.nowMs);
    record.replicas = isTerminating(object) ? 0 : (object as Deployment).spec.replicas ?? 1;
    this.#readPolicy(record, object);
    record.checkRecovery(this.nowMs);
  }

  #seeNamespace({ metadata }: ApiObject): void {
    for (const type of [DEPLOYMENTS, STATEFUL_SETS]) {
      for (const object of this.#deps.cluster.storage.all(type, metadata.name)) this.#seeWorkload(object);
    }
  }

  #readPolicy(record: WorkloadRecord, { metadata }: ApiObject): void {
    const namespace = this.#deps.cluster.storage.get(NAMESPACES, { name: metadata.namespace! });
    const source = (of: ApiObject["metadata"] | undefined) => ({
      labels: of?.labels ?? {},
      annotations: of?.annotations ?? {},
    });
    record.policy = parsePolicy(source(metadata), source(namespace?.metadata));
  }

  #seePod({ pod, isNew, isGone }: { pod: Pod; isNew: boolean; isGone: boolean }): void {
    const { uid } = pod.metadata;
    const known = this.#pods.get(uid) ?? this.#meet(pod);
    if (known === undefined) return;
    const { record, key } = known;
    record.advance(this.nowMs);
    if (isNew) record.podsCreated++;
    const isEvicted = this.#noteEviction(pod, known);
    if (known.counted !== undefined) record.add(known.counted, -1);
    const counted = isGone || isTerminating(pod) || isFinished(pod) ? undefined : this.#counted(pod);
    if (counted !== undefined) record.add(counted, 1);
    if (isGone) {
      this.#pods.delete(uid);
      record.gone(uid);
    } else {
      this.#pods.set(uid, { key, record, counted, isEvicted });
    }
    record.checkRecovery(this.nowMs);
  }

  #meet(pod: Pod): Known | undefined {
    const { storage } = this.#deps.cluster;
    const owner = controllerOf(pod);
    if (owner === undefined) return undefined;
    const namespace = pod.metadata.namespace!;
    const workload = owner.kind === "ReplicaSet"
      ? controllerOf(storage.get(REPLICA_SETS, { namespace, name: owner.name }) ?? pod)
      : owner;
    const key = `${workload?.kind} ${namespace}/${workload?.name}`;
    const record = this.workloads.get(key);
    return record && { key, record, counted: undefined, isEvicted: false };
  }

  /** An eviction that no reclaim has asked for is the operator's. */
  #noteEviction(pod: Pod, { key, record, isEvicted }: Known): boolean {
    if (isEvicted || conditionOf(pod, "DisruptionTarget")?.reason !== "EvictionByEvictionAPI") return isEvicted;
    if (this.#deps.cluster.cloud.isReclaimed(pod.spec.nodeName ?? "")) return true;
    record.evictions++;
    this.evictions[this.#bucket()]!++;
    const why = this.#reasons.get(key);
    this.tell("eviction", { subject: key, detail: `pod ${pod.metadata.name}${why === undefined ? "" : `: ${why}`}` });
    return true;
  }

  #counted(pod: Pod): CountedPod {
    const owner = controllerOf(pod)!.uid;
    const { nodeName } = pod.spec;
    const node = nodeName === undefined
      ? undefined
      : this.#deps.cluster.storage.get<Node>(NODES, { name: nodeName });
    if (node === undefined) {
      return { owner, kind: "pending", isReady: false, costPerHour: 0, costOnDemandPerHour: 0 };
    }
    const kind: PodKind = this.#deps.classifier.classify(node.metadata.labels ?? {});
    const group = this.#deps.groups.find(({ name }) => name === groupNameOf(node));
    const share = group === undefined ? 0 : shareOf(pod, group);
    return {
      owner,
      kind,
      isReady: isPodReady(pod),
      costPerHour: share * (group?.pricePerHour ?? 0),
      costOnDemandPerHour: share * (group?.onDemandPricePerHour ?? 0),
    };
  }

  #bucket(): number {
    const { bucketMs, count } = this.#deps.buckets;
    return Math.min(Math.floor(this.nowMs / bucketMs), count - 1);
  }
}

/** The part of a node that a pod keeps from others. */
function shareOf({ spec }: Pod, { cpuMillis, memoryBytes, pods }: NodeGroup): number {
  const { cpu, memory } = requestsOf(spec);
  return Math.max(cpu * 1_000 / cpuMillis, memory / memoryBytes, 1 / pods);
}

export function keyOf({ kind, metadata }: ApiObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

/** `Deployment/web` of a log line -> `Deployment shop/web`. */
function subjectOf(namespace: string | undefined, workload: string): string {
  const [kind, name] = workload.split("/");
  return `${kind} ${namespace}/${name}`;
}
