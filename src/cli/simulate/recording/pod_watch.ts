import type { EmbeddedCluster } from "../../../sim/cluster.ts";
import {
  conditionOf,
  controllerOf,
  isFinished,
  isPodReady,
  isTerminating,
  type Pod,
} from "../../../sim/objects.ts";
import { REPLICA_SETS } from "../../../sim/resources.ts";
import { requestsOf } from "../../../sim/scheduling/requests.ts";
import type { NodeGroup } from "../../../config/scenario.ts";
import type { NodeRecord } from "./node_record.ts";
import type { CountedPod, WorkloadRecord } from "./workload_record.ts";

export interface PodWatchDeps {
  readonly cluster: EmbeddedCluster;
  readonly nodes: NodeRecord;
  /** By `Deployment shop/web`. */
  readonly workloads: ReadonlyMap<string, WorkloadRecord>;
}

interface Known {
  readonly record: WorkloadRecord;
  pod: Pod;
  counted: CountedPod | undefined;
  isReclaimed: boolean;
  /** When it was first seen. */
  readonly sinceMs: number;
}

export interface WaitingPods {
  count: number;
  longestMs: number;
  /** In the scheduler's words; undefined: it has not said so yet. */
  why: string | undefined;
}

/** Follows every pod of the workloads that are recorded. */
export class PodWatch {
  readonly #deps: PodWatchDeps;
  readonly #pods = new Map<string, Known>();

  constructor(deps: PodWatchDeps) {
    this.#deps = deps;
  }

  see({ pod, isNew, isGone }: { pod: Pod; isNew: boolean; isGone: boolean }, nowMs: number): void {
    const { uid } = pod.metadata;
    const known = this.#pods.get(uid) ?? this.#meet(pod, nowMs);
    if (known === undefined) return;
    const { record } = known;
    const counted = isGone || isTerminating(pod) || isFinished(pod) ? undefined : this.#counted(pod, known);
    record.advance(nowMs);
    if (isNew) record.podsCreated++;
    if (known.counted !== undefined) record.add(known.counted, -1);
    if (counted !== undefined) record.add(counted, 1);
    known.counted = counted;
    known.pod = pod;
    if (isGone) {
      this.#pods.delete(uid);
      record.recoveries.gone(uid);
    } else if (this.#deps.cluster.cloud.isReclaimed(pod.spec.nodeName ?? "")) {
      this.#reclaim(known, nowMs);
    }
    record.settle(nowMs);
  }

  /** The cloud takes a node back; answers how many pods are on it. */
  reclaimed(node: string, nowMs: number): number {
    const pods = this.#deps.cluster.storage.podsOn(node).filter((pod) => !isTerminating(pod));
    for (const { metadata } of pods) {
      const known = this.#pods.get(metadata.uid);
      if (known !== undefined) this.#reclaim(known, nowMs);
    }
    return pods.length;
  }

  /** Pods that wait for a node now. */
  waiting(nowMs: number): Map<WorkloadRecord, WaitingPods> {
    const found = new Map<WorkloadRecord, WaitingPods>();
    for (const { record, counted, pod, sinceMs } of this.#pods.values()) {
      if (counted?.kind !== "pending") continue;
      const waiting = found.get(record) ?? { count: 0, longestMs: 0, why: undefined };
      waiting.count++;
      waiting.longestMs = Math.max(waiting.longestMs, nowMs - sinceMs);
      waiting.why ??= conditionOf(pod, "PodScheduled")?.message;
      found.set(record, waiting);
    }
    return found;
  }

  /** One that comes onto a node that is on its way out goes with it like the others. */
  #reclaim(known: Known, nowMs: number): void {
    if (known.isReclaimed || known.counted === undefined) return;
    known.isReclaimed = true;
    known.record.reclaimed(known.pod.metadata.uid, nowMs);
  }

  #meet(pod: Pod, sinceMs: number): Known | undefined {
    const { storage } = this.#deps.cluster;
    const owner = controllerOf(pod);
    if (owner === undefined) return undefined;
    const namespace = pod.metadata.namespace!;
    const workload = owner.kind === "ReplicaSet"
      ? controllerOf(storage.get(REPLICA_SETS, { namespace, name: owner.name }) ?? pod)
      : owner;
    const record = this.#deps.workloads.get(`${workload?.kind} ${namespace}/${workload?.name}`);
    if (record === undefined) return undefined;
    const known = { record, pod, counted: undefined, isReclaimed: false, sinceMs };
    this.#pods.set(pod.metadata.uid, known);
    return known;
  }

  #counted(pod: Pod, { counted }: Known): CountedPod {
    const isReady = isPodReady(pod);
    // Once it has a node, only its readiness changes.
    if (counted !== undefined && counted.kind !== "pending") {
      return counted.isReady === isReady ? counted : { ...counted, isReady };
    }
    const owner = controllerOf(pod)!.uid;
    const place = this.#deps.nodes.place(pod.spec.nodeName ?? "");
    if (place === undefined) {
      return { owner, kind: "pending", isReady: false, costPerHour: 0, costOnDemandPerHour: 0 };
    }
    const { kind, group } = place;
    const share = group === undefined ? 0 : shareOf(pod, group);
    return {
      owner,
      kind,
      isReady,
      costPerHour: share * (group?.pricePerHour ?? 0),
      costOnDemandPerHour: share * (group?.onDemandPricePerHour ?? 0),
    };
  }
}

/** The part of a node that a pod keeps from others. */
function shareOf({ spec }: Pod, { cpuMillis, memoryBytes, pods }: NodeGroup): number {
  const { cpu, memory } = requestsOf(spec);
  return Math.max(cpu * 1_000 / cpuMillis, memory / memoryBytes, 1 / pods);
}
