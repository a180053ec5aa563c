import type { HeldSlot } from "../domain/placement.ts";
import { type LabelSelector, matchesSelector } from "../domain/label_selector.ts";
import { parsePolicy, type PolicyResult } from "../domain/policy.ts";
import type { PodView, RolloutView, Standing, UnseenPods, WorkloadSnapshot } from "../domain/snapshot.ts";
import type { FallbackView } from "../domain/fallback.ts";
import type { MoveState } from "../domain/moves.ts";
import type { CachedBudget, CachedNamespace, CachedOwner, CachedPod, CachedWorkload } from "./cached.ts";
import { claim, type ClusterCache } from "./cluster_cache.ts";
import { ordinalOf } from "./projections.ts";

/** Which namespaces the cluster's administrator lets Spotalis act in. */
export interface NamespaceScope {
  /** Undefined: all but kube-system and the operator's own. */
  readonly selector: LabelSelector | undefined;
  readonly ownNamespace: string;
  /** The only namespaces that are watched; empty: all. */
  readonly watched: readonly string[];
}

export interface SnapshotOptions {
  readonly moves: MoveState;
  readonly standing: Standing;
  /** The state of its spot fallback, which its pods may change. */
  readonly fallback: (pods: readonly PodView[]) => FallbackView;
  /** Left out by those who look on: only the process that placed them knows. */
  readonly unseen?: UnseenPods | undefined;
}

const NOTHING = { labels: {}, annotations: {} };

/** The caches as the rules of `domain/` see them. */
export class WorkloadView {
  readonly #cache: ClusterCache;
  readonly #scope: NamespaceScope;
  readonly #policies = new WeakMap<CachedWorkload, {
    readonly namespace: CachedNamespace | undefined;
    readonly policy: PolicyResult;
  }>();

  constructor(cache: ClusterCache, scope: NamespaceScope) {
    this.#cache = cache;
    this.#scope = scope;
  }

  policyOf(workload: CachedWorkload): PolicyResult {
    const namespace = this.#cache.namespaces.get(workload.namespace);
    const known = this.#policies.get(workload);
    if (known !== undefined && known.namespace === namespace) return known.policy;
    const policy = this.#isInScope(workload.namespace, namespace)
      ? parsePolicy(workload, namespace ?? NOTHING)
      : { kind: "unmanaged" as const, why: "the operator's configuration leaves its namespace out" };
    this.#policies.set(workload, { namespace, policy });
    return policy;
  }

  /** Whether nothing in a namespace can be managed: known even where nothing of it is cached. */
  isOutOfScope(name: string): boolean {
    const { selector, watched } = this.#scope;
    if (watched.length > 0 && !watched.includes(name)) return true;
    const namespace = this.#cache.namespaces.get(name);
    return (selector === undefined || namespace !== undefined) && !this.#isInScope(name, namespace);
  }

  /** ReplicaSets of a Deployment, or the StatefulSet itself. */
  ownersOf(workload: CachedWorkload): Iterable<CachedOwner> {
    return workload.kind === "StatefulSet"
      ? [workload]
      : this.#cache.replicaSets.by("byWorkload", claim(workload, workload.uid));
  }

  ownerByUid(uid: string): CachedOwner | undefined {
    const [set] = this.#cache.replicaSets.by("byUid", uid);
    if (set !== undefined) return set;
    const [statefulSet] = this.#cache.statefulSets.by("byUid", uid);
    return statefulSet;
  }

  /** What an owner's live pods hold: without those that terminate or have finished. */
  heldBy({ namespace, uid }: Pick<CachedOwner, "namespace" | "uid">): HeldSlot[] {
    const held: HeldSlot[] = [];
    const owner = this.ownerByUid(uid);
    for (const pod of this.#cache.pods.by("byOwner", claim({ namespace }, uid))) {
      if (pod.isTerminating || pod.isFinished) continue;
      const where = this.#whereIs(pod);
      held.push({
        slot: slotOf(pod, owner),
        capacity: where === "spot" || where === "on-demand" ? where : undefined,
      });
    }
    return held;
  }

  /** The workload's pods without their budgets. */
  podsOf(workload: CachedWorkload): PodView[] {
    return [...this.ownersOf(workload)].flatMap((owner) =>
      [...this.#cache.pods.by("byOwner", claim(owner, owner.uid))].map((pod) =>
        this.#podView(pod, { owner, budgets: [] })
      )
    );
  }

  snapshot(
    workload: CachedWorkload,
    { moves, standing, fallback, unseen }: SnapshotOptions,
  ): WorkloadSnapshot {
    const namespace = this.#cache.namespaces.get(workload.namespace);
    const budgets = new Map<string, CachedBudget>();
    // The pods of one owner share one or two label sets, so each is matched once.
    const covering = new Map<CachedPod["labels"], readonly string[]>();
    const budgetsOf = ({ labels }: CachedPod) => {
      const known = covering.get(labels);
      if (known !== undefined) return known;
      const found = [...this.#cache.budgetsNear(workload.namespace, labels)].filter((each) =>
        covers(each, labels)
      );
      for (const budget of found) budgets.set(budget.name, budget);
      const names = found.map(({ name }) => name);
      covering.set(labels, names);
      return names;
    };
    const pods: PodView[] = [];
    let ownersWithPods = 0;
    for (const owner of this.ownersOf(workload)) {
      const own = this.#cache.pods.by("byOwner", claim(owner, owner.uid));
      // A ReplicaSet leaves its Failed pods where they are, long after a roll-out.
      if ([...own].some((pod) => !pod.isFinished)) ownersWithPods++;
      for (const pod of own) pods.push(this.#podView(pod, { owner, budgets: budgetsOf(pod) }));
    }
    return {
      kind: workload.kind,
      namespace: workload.namespace,
      name: workload.name,
      uid: workload.uid,
      policy: this.policyOf(workload),
      isTerminating: workload.isTerminating || namespace?.isTerminating === true,
      replicas: workload.replicas,
      isPaused: workload.isPaused,
      rollout: rolloutOf(workload, ownersWithPods),
      pods,
      unseen,
      budgets: [...budgets.values()],
      moves,
      fallback: fallback(pods),
      standing,
    };
  }

  #isInScope(name: string, namespace: CachedNamespace | undefined): boolean {
    const { selector, ownNamespace } = this.#scope;
    if (selector === undefined) return name !== "kube-system" && name !== ownNamespace;
    return namespace !== undefined && matchesSelector(namespace.labels, selector);
  }

  #whereIs(pod: CachedPod): PodView["where"] {
    const promised = pod.placed ?? pod.pinnedTo;
    if (pod.nodeName === undefined) return promised ?? "unplaced";
    // A node that the cache does not show yet is new; a placed pod can only be on its own kind.
    return this.#cache.nodes.get(pod.nodeName)?.capacity ?? promised ?? "unknown";
  }

  /** Of a node that is gone, pods go on saying that they are ready, until they are collected. */
  #departing({ nodeName }: CachedPod): string | undefined {
    if (nodeName === undefined) return undefined;
    const node = this.#cache.nodes.get(nodeName);
    return node === undefined ? "gone" : node.departing;
  }

  #podView(pod: CachedPod, { owner, budgets }: { owner: CachedOwner; budgets: readonly string[] }): PodView {
    return {
      uid: pod.uid,
      resourceVersion: pod.resourceVersion,
      name: pod.name,
      slot: slotOf(pod, owner),
      where: this.#whereIs(pod),
      isBound: pod.nodeName !== undefined,
      isPlaced: pod.placed !== undefined,
      isPinned: pod.isPinned,
      isTerminating: pod.isTerminating,
      isFinished: pod.isFinished,
      isPending: pod.isPending,
      isReady: pod.isReady,
      createdMs: pod.createdMs,
      scheduledMs: pod.scheduledMs,
      unschedulableMs: pod.unschedulableMs,
      fallback: pod.fallback,
      protectedBy: pod.protectedBy,
      departing: this.#departing(pod),
      budgets,
    };
  }
}

export function covers(budget: CachedBudget, labels: Readonly<Record<string, string>>): boolean {
  return budget.selector !== undefined && matchesSelector(labels, budget.selector);
}

/** A StatefulSet's pod has its number by its name, also where admission never saw it. */
function slotOf(pod: CachedPod, owner: CachedOwner | undefined): number | undefined {
  if (pod.slot !== undefined || owner?.firstOrdinal === undefined) return pod.slot;
  const ordinal = ordinalOf(pod.name);
  return ordinal === undefined ? undefined : Math.max(0, ordinal - owner.firstOrdinal);
}

function rolloutOf(workload: CachedWorkload, ownersWithPods: number): RolloutView {
  const { isObserved, total, ready, available, replicas } = workload;
  const kept = workload.hasUpdate ? Math.min(workload.partition, replicas) : 0;
  return {
    isObserved,
    updated: workload.updated,
    toUpdate: replicas - kept,
    total,
    ready,
    available,
    ownersWithPods,
  };
}
