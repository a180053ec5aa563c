import type { Storage } from "../../../src/sim/api/storage.ts";
import {
  conditionOf,
  controllerOf,
  type Deployment,
  isFinished,
  isPodReady,
  isTerminating,
  type Namespace,
  type Node,
  type Pod,
  type PodDisruptionBudget,
  type ReplicaSet,
  type StatefulSet,
} from "../../../src/sim/objects.ts";
import { BUDGETS, NAMESPACES, NODES, PODS, REPLICA_SETS } from "../../../src/sim/resources.ts";
import { expectedOnSpot, type ExpectedPolicy, expectedPolicy } from "./expected_policy.ts";

export type Workload = Deployment | StatefulSet;
export type Kind = "spot" | "on-demand" | "unknown" | "unplaced";

/** What forbids a move by the state of the cluster alone: section 5, by this file's own reading of it. */
export const REASONS = [
  "policy",
  "deleted",
  "empty",
  "paused",
  "rollout",
  "moving",
  "interrupted",
  "no surplus on spot",
  "no surplus on on-demand",
  "floor",
] as const;
export type Reason = typeof REASONS[number];

export interface TruePod {
  readonly pod: Pod;
  readonly kind: Kind;
  readonly isReady: boolean;
}

/** All that is so of a workload at one moment, by the API server's own objects. */
export interface Truth {
  readonly workload: Workload;
  readonly policy: ExpectedPolicy;
  readonly replicas: number;
  readonly live: readonly TruePod[];
  readonly spot: number;
  readonly onDemand: number;
  readonly readyOnDemand: number;
  /** Spot pods beyond those that belong there; 0 without a valid policy. */
  readonly surplus: number;
  readonly reasons: ReadonlySet<Reason>;
}

const CAPACITY = "karpenter.sh/capacity-type";
/** Of the taints that the chaos puts on nodes, those that say that it is on its way out. */
const GOING = ["karpenter.sh/disrupted", "node.kubernetes.io/unschedulable"];

export function nodeKind({ metadata }: Node): "spot" | "on-demand" | "unknown" {
  const label = metadata.labels?.[CAPACITY];
  return label === "spot" || label === "on-demand" ? label : "unknown";
}

export function isGoing(node: Node): boolean {
  return node.spec?.unschedulable === true || conditionOf(node, "Ready")?.status !== "True" ||
    (node.spec?.taints ?? []).some(({ key }) => GOING.includes(key));
}

export function isPlaced({ metadata }: Pod): boolean {
  const label = metadata.labels?.["spotalis.io/capacity"];
  return (label === "spot" || label === "on-demand") &&
    metadata.annotations?.["spotalis.io/slot"] !== undefined;
}

/** Whether it is where it is since there was no spot capacity. */
export function isMarked({ metadata }: Pod): boolean {
  return metadata.annotations?.["spotalis.io/fallback-retry-at"] !== undefined;
}

/** The label that its template asks for itself, by required affinity. */
function pinnedKind({ spec }: Pod): "spot" | "on-demand" | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const values = (terms ?? []).flatMap(({ matchExpressions = [] }) => matchExpressions)
    .filter(({ key }) => key === CAPACITY).flatMap(({ values = [] }) => values);
  return values.length === 1 && (values[0] === "spot" || values[0] === "on-demand") ? values[0] : undefined;
}

/** Whether its owner has taken its place into their own hands. */
export function isPinned(pod: Pod): boolean {
  return !isPlaced(pod) && pinnedKind(pod) !== undefined;
}

export function isProtected({ metadata }: Pod): boolean {
  return metadata.annotations?.["karpenter.sh/do-not-disrupt"] === "true" ||
    metadata.annotations?.["cluster-autoscaler.kubernetes.io/safe-to-evict"] === "false";
}

export function podKind(storage: Storage, pod: Pod): Kind {
  const label = pod.metadata.labels?.["spotalis.io/capacity"];
  const promised = isPlaced(pod) ? label as "spot" | "on-demand" : pinnedKind(pod);
  if (pod.spec.nodeName === undefined) return promised ?? "unplaced";
  const node = storage.get<Node>(NODES, { name: pod.spec.nodeName });
  return node === undefined ? promised ?? "unknown" : nodeKind(node);
}

/** The pods whose chain of controllers ends in a workload, by UID, and the owners that have any. */
export function podsOf(storage: Storage, workload: Workload): { pods: Pod[]; owners: number } {
  const { uid } = workload.metadata;
  const sets = workload.kind === "Deployment" ? storage.owned<ReplicaSet>(REPLICA_SETS, uid) : [workload];
  const pods: Pod[] = [];
  let owners = 0;
  for (const set of sets) {
    if (set !== workload && controllerOf(set)?.uid !== uid) continue;
    const own = storage.owned<Pod>(PODS, set.metadata.uid).filter((pod) =>
      controllerOf(pod)?.uid === set.metadata.uid
    );
    if (own.some((pod) => !isFinished(pod))) owners++;
    pods.push(...own);
  }
  return { pods, owners };
}

export function truthOf(storage: Storage, workload: Workload): Truth {
  const { metadata, spec } = workload;
  const namespace = storage.get<Namespace>(NAMESPACES, { name: metadata.namespace! });
  const policy: ExpectedPolicy = expectedPolicy(metadata, {
    ...namespace?.metadata,
    name: metadata.namespace!,
  });
  const replicas = spec.replicas ?? 1;
  const { pods, owners } = podsOf(storage, workload);
  const live: TruePod[] = [];
  let spot = 0, onDemand = 0, readyOnDemand = 0, ready = 0, isHit = false;
  for (const pod of pods) {
    if (isTerminating(pod) || isFinished(pod)) continue;
    const kind = podKind(storage, pod);
    const isReady = isPodReady(pod);
    live.push({ pod, kind, isReady });
    if (isReady) ready++;
    if (kind === "spot") spot++;
    if (kind === "on-demand") onDemand++;
    if (kind === "on-demand" && isReady) readyOnDemand++;
    const node = pod.spec.nodeName === undefined
      ? undefined
      : storage.get<Node>(NODES, { name: pod.spec.nodeName });
    if (node !== undefined && isGoing(node)) isHit = true;
  }
  const surplus = policy.kind === "managed" ? spot - expectedOnSpot(spot + onDemand, policy) : 0;
  const reasons = new Set<Reason>();
  const hold = (reason: Reason, isHeld: boolean) => void (isHeld && reasons.add(reason));
  hold("policy", policy.kind !== "managed");
  hold("deleted", isTerminating(workload) || (namespace !== undefined && isTerminating(namespace)));
  hold("empty", replicas === 0);
  hold("paused", (workload as Deployment).spec.paused === true);
  hold("rollout", owners > 1 || isRollingOut(workload, replicas));
  hold("moving", pods.some(isTerminating) || ready < replicas);
  hold("interrupted", isHit);
  hold("no surplus on spot", surplus <= 0);
  hold("no surplus on on-demand", surplus >= 0);
  hold("floor", policy.kind === "managed" && readyOnDemand <= policy.floor);
  return { workload, policy, replicas, live, spot, onDemand, readyOnDemand, surplus, reasons };
}

function isRollingOut({ kind, metadata, spec, status }: Workload, replicas: number): boolean {
  if ((status?.observedGeneration ?? 0) < ((metadata as { generation?: number }).generation ?? 0)) return true;
  let toUpdate = replicas;
  if (kind === "StatefulSet") {
    const { currentRevision, updateRevision } = (status ?? {}) as StatefulSet["status"] & object;
    const partition = (spec as StatefulSet["spec"]).updateStrategy?.rollingUpdate?.partition ?? 0;
    if (currentRevision !== updateRevision) toUpdate -= Math.min(partition, replicas);
  }
  return (status?.updatedReplicas ?? 0) < toUpdate ||
    [status?.replicas, status?.readyReplicas, status?.availableReplicas].some((count) =>
      (count ?? 0) !== replicas
    );
}

/** The budgets over a pod, and how many more disruptions each allows; 0 where its status is behind. */
export function budgetsOver(storage: Storage, pod: Pod): readonly number[] {
  const allowed: number[] = [];
  for (
    const { metadata, spec, status } of storage.all<PodDisruptionBudget>(BUDGETS, pod.metadata.namespace!)
  ) {
    const asked = Object.entries(spec.selector?.matchLabels ?? {});
    if (asked.length === 0 || asked.some(([key, value]) => pod.metadata.labels?.[key] !== value)) continue;
    const isCurrent = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    allowed.push(isCurrent ? status?.disruptionsAllowed ?? 0 : 0);
  }
  return allowed;
}

export function isBudgetHeld(storage: Storage, pod: Pod): boolean {
  const budgets = budgetsOver(storage, pod);
  if (pod.status?.phase === "Pending") return false;
  return budgets.length > 1 || budgets.some((allowed) => allowed <= 0);
}

/** Whether the design lets this pod of the surplus kind go. */
export function mayGo(storage: Storage, { pod, kind, isReady }: TruePod, truth: Truth): boolean {
  if (kind !== (truth.surplus > 0 ? "spot" : "on-demand")) return false;
  if (isProtected(pod) || isPinned(pod)) return false;
  if (kind === "on-demand" && isReady && truth.reasons.has("floor")) return false;
  return !isBudgetHeld(storage, pod);
}
