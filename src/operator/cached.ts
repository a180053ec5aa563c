import type { Capacity, NodeCapacity } from "../domain/capacity.ts";
import type { FallbackMark } from "../domain/fallback.ts";
import type { Labels, LabelSelector } from "../domain/label_selector.ts";
import type { WorkloadKind } from "../domain/snapshot.ts";
import type { Cached } from "../kube/objects.ts";

/** What the caches keep of each object: the fields that are read, and no more. */

export interface CachedPod extends Cached {
  /** Of its controller: a ReplicaSet or a StatefulSet. */
  readonly ownerUid: string;
  readonly labels: Labels;
  readonly nodeName: string | undefined;
  readonly slot: number | undefined;
  /** The label that admission gave it. */
  readonly placed: Capacity | undefined;
  readonly isPinned: boolean;
  /** The one kind that its template allows, where it pins one. */
  readonly pinnedTo: Capacity | undefined;
  readonly isTerminating: boolean;
  readonly isFinished: boolean;
  readonly isPending: boolean;
  readonly isReady: boolean;
  readonly createdMs: number;
  readonly scheduledMs: number | undefined;
  readonly unschedulableMs: number | undefined;
  readonly fallback: FallbackMark | undefined;
  readonly protectedBy: string | undefined;
}

export interface CachedNode extends Cached {
  readonly capacity: NodeCapacity;
  readonly departing: string | undefined;
}

/** What controls pods: a ReplicaSet, or the StatefulSet itself. */
export interface CachedOwner extends Cached {
  /** Of the Deployment, or of the StatefulSet itself; undefined: nothing that can be managed. */
  readonly workloadUid: string | undefined;
  readonly replicas: number;
  /** Whether the template names a slot itself: then a pod that has one need not have been here before. */
  readonly templateHasSlot: boolean;
  /** StatefulSet: `spec.ordinals.start`; undefined for a ReplicaSet, whose pods have no numbers. */
  readonly firstOrdinal: number | undefined;
}

export interface CachedWorkload extends CachedOwner {
  readonly kind: WorkloadKind;
  readonly labels: Labels;
  /** Those of Spotalis only. */
  readonly annotations: Labels;
  readonly templateLabels: Labels;
  /** Which nodes its template asks for, beside capacity: equal where they ask for the same. */
  readonly constraints: string;
  readonly isTerminating: boolean;
  readonly isPaused: boolean;
  readonly isObserved: boolean;
  readonly updated: number;
  readonly total: number;
  readonly ready: number;
  readonly available: number;
  /** StatefulSet: a revision is on its way, or waits. */
  readonly hasUpdate: boolean;
  /** StatefulSet: pods below this ordinal are not updated. */
  readonly partition: number;
}

export interface CachedNamespace extends Cached {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly isTerminating: boolean;
}

export interface CachedBudget extends Cached {
  /** Undefined covers nothing; an empty one covers every pod of the namespace. */
  readonly selector: LabelSelector | undefined;
  readonly disruptionsAllowed: number;
}
