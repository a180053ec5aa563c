import type { Change } from "../kube/store.ts";
import type {
  CachedBudget,
  CachedNamespace,
  CachedNode,
  CachedOwner,
  CachedPod,
  CachedWorkload,
} from "./cached.ts";
import type { ClusterCache } from "./cluster_cache.ts";
import { type WorkloadKey, workloadKey } from "./workload_key.ts";
import { covers, type WorkloadView } from "./workload_view.ts";

export interface TriggerDeps {
  readonly cache: ClusterCache;
  readonly view: WorkloadView;
  readonly enqueue: (key: WorkloadKey) => void;
}

/** Queues the workloads that a change of the cluster concerns. */
export function connectTriggers({ cache, view, enqueue }: TriggerDeps): void {
  const workload = ({ before, after }: Change<CachedWorkload>) => enqueue(workloadKey((after ?? before)!));
  const enqueueUid = (uid: string | undefined) => {
    const found = uid === undefined ? undefined : cache.workloadByUid(uid);
    if (found !== undefined) enqueue(workloadKey(found));
  };
  const replicaSet = ({ before, after }: Change<CachedOwner>) => enqueueUid((after ?? before)!.workloadUid);
  const pod = ({ before, after }: Change<CachedPod>) =>
    enqueueUid(view.ownerByUid((after ?? before)!.ownerUid)?.workloadUid);
  const node = ({ before, after }: Change<CachedNode>) => {
    // Kubelets report all the time; only what a decision depends on counts.
    if (before?.capacity === after?.capacity && before?.departing === after?.departing) return;
    for (const { ownerUid } of cache.pods.by("byNode", (after ?? before)!.name)) {
      enqueueUid(view.ownerByUid(ownerUid)?.workloadUid);
    }
  };
  const namespace = ({ before, after }: Change<CachedNamespace>) => {
    for (const each of workloadsIn(cache, (after ?? before)!.name)) enqueue(workloadKey(each));
  };
  const budget = ({ before, after }: Change<CachedBudget>) => {
    for (const each of workloadsIn(cache, (after ?? before)!.namespace)) {
      const isCovered = [before, after].some((side) => side !== undefined && covers(side, each.templateLabels));
      if (isCovered) enqueue(workloadKey(each));
    }
  };
  cache.deployments.onChange(workload);
  cache.statefulSets.onChange(workload);
  cache.replicaSets.onChange(replicaSet);
  cache.pods.onChange(pod);
  cache.nodes.onChange(node);
  cache.namespaces.onChange(namespace);
  cache.budgets.onChange(budget);
}

function* workloadsIn(cache: ClusterCache, namespace: string): Generator<CachedWorkload> {
  yield* cache.deployments.by("byNamespace", namespace);
  yield* cache.statefulSets.by("byNamespace", namespace);
}
