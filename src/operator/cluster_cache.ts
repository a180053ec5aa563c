import type { NodeClassifier } from "../domain/node_classifier.ts";
import type { KubeClient } from "../kube/client.ts";
import { Informer, type Resource } from "../kube/informer.ts";
import { Interner } from "../kube/interner.ts";
import { type Cached, keyOf, type KubeObject } from "../kube/objects.ts";
import { type Indexes, Store } from "../kube/store.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import type { CachedBudget, CachedPod, CachedWorkload } from "./cached.ts";
import { Projections } from "./projections.ts";

export interface ClusterCacheDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly classifier: NodeClassifier;
  readonly onState: (resource: string, state: { readonly broken: unknown } | "whole") => void;
}

const byUid = (object: Cached) => [object.uid];
const byNamespace = (object: Cached) => [object.namespace];
/** Under one label that a budget asks for, so that a pod's few labels find it. */
const byLabel = ({ namespace, selector }: CachedBudget) => {
  const [label] = Object.entries(selector?.matchLabels ?? {});
  return [label === undefined ? anyLabel(namespace) : labelIndex(namespace, label)];
};
const anyLabel = (namespace: string) => `${namespace}/*`;
const labelIndex = (namespace: string, [key, value]: readonly [string, string]) =>
  `${namespace}/${key}=${value}`;
/**
 * Under which those are found that name an owner. Owners are of the same namespace by the API's rules, but
 * whoever makes an object can write down the UID of any: those of other namespaces must not count.
 */
export function claim({ namespace }: { readonly namespace: string }, ownerUid: string): string {
  return `${namespace}/${ownerUid}`;
}

const CORE = "/api/v1";
const APPS = "/apis/apps/v1";

/** How old a cache may be before nothing is evicted on its word. */
export const STALE_MS = 60_000;

/** A synced copy of all that Spotalis reads of the cluster, kept current by one watch a resource. */
export class ClusterCache {
  readonly projections: Projections;
  readonly nodes;
  readonly namespaces;
  readonly deployments;
  readonly statefulSets;
  readonly replicaSets;
  readonly pods;
  readonly budgets;
  readonly #informers: readonly Informer<Cached, Indexes<Cached>>[];

  constructor(deps: ClusterCacheDeps, { watchNamespaces }: { watchNamespaces: readonly string[] }) {
    const informers: Informer<Cached, Indexes<Cached>>[] = [];
    function inform<T extends Cached, I extends Indexes<T>>(
      resource: Resource,
      { project, indexes, namespaces }: {
        project: (object: KubeObject) => T | undefined;
        indexes: I;
        namespaces: readonly string[];
      },
    ): Store<T, I> {
      const { client, clock, random, onState } = deps;
      const store = new Store<T, I>(indexes);
      const informer = new Informer<T, I>(
        { client, clock, random, store, project, onState: (state) => onState(resource.plural, state) },
        { resource, namespaces },
      );
      informers.push(informer as never);
      return store;
    }
    const projections = new Projections({ interner: new Interner(), classifier: deps.classifier });
    this.projections = projections;
    const namespaced = { namespaces: watchNamespaces };
    const everywhere = { namespaces: [] };
    this.nodes = inform({ prefix: CORE, plural: "nodes" }, {
      project: projections.node,
      indexes: {},
      ...everywhere,
    });
    this.namespaces = inform({ prefix: CORE, plural: "namespaces" }, {
      project: projections.namespace,
      indexes: {},
      ...everywhere,
    });
    this.deployments = inform({ prefix: APPS, plural: "deployments" }, {
      project: projections.deployment,
      indexes: { byUid, byNamespace },
      ...namespaced,
    });
    this.statefulSets = inform({ prefix: APPS, plural: "statefulsets" }, {
      project: projections.statefulSet,
      indexes: { byUid, byNamespace },
      ...namespaced,
    });
    this.replicaSets = inform({ prefix: APPS, plural: "replicasets" }, {
      project: projections.replicaSet,
      indexes: {
        byUid,
        byWorkload: (set) => set.workloadUid === undefined ? [] : [claim(set, set.workloadUid)],
      },
      ...namespaced,
    });
    this.pods = inform({ prefix: CORE, plural: "pods" }, {
      project: projections.pod,
      indexes: {
        byOwner: (pod: CachedPod) => [claim(pod, pod.ownerUid)],
        byNode: (pod: CachedPod) => pod.nodeName === undefined ? [] : [pod.nodeName],
      },
      ...namespaced,
    });
    this.budgets = inform({ prefix: "/apis/policy/v1", plural: "poddisruptionbudgets" }, {
      project: projections.budget,
      indexes: { byLabel },
      ...namespaced,
    });
    this.#informers = informers;
  }

  get hasSynced(): boolean {
    return this.#informers.every((informer) => informer.hasSynced);
  }

  /** The resources that have not been read yet. */
  unsynced(): readonly string[] {
    return this.#informers.filter((informer) => !informer.hasSynced).map((informer) => informer.resource);
  }

  /** The resources whose watch is broken at this moment. */
  broken(): readonly string[] {
    return this.#informers.filter((informer) => !informer.isConnected).map((informer) => informer.resource);
  }

  /** The cache that was last known to be current the longest time ago. */
  oldest(nowMs: number): { readonly resource: string; readonly ageMs: number } {
    return this.ages(nowMs).reduce((a, b) => b.ageMs > a.ageMs ? b : a);
  }

  ages(nowMs: number): readonly { resource: string; ageMs: number; objects: number; lists: number }[] {
    return this.#informers.map((informer) => ({
      resource: informer.resource,
      ageMs: informer.ageMs(nowMs),
      objects: informer.store.size,
      lists: informer.lists,
    }));
  }

  *workloads(): Generator<CachedWorkload> {
    yield* this.deployments.values();
    yield* this.statefulSets.values();
  }

  workload(kind: string, { namespace, name }: { namespace: string; name: string }): CachedWorkload | undefined {
    const key = keyOf({ namespace, name });
    if (kind === "Deployment") return this.deployments.get(key);
    return kind === "StatefulSet" ? this.statefulSets.get(key) : undefined;
  }

  workloadByUid(uid: string): CachedWorkload | undefined {
    const [found] = [...this.deployments.by("byUid", uid), ...this.statefulSets.by("byUid", uid)];
    return found;
  }

  /** Budgets that may cover a pod with these labels: those that cannot are not looked at. */
  *budgetsNear(namespace: string, labels: Readonly<Record<string, string>>): Generator<CachedBudget> {
    yield* this.budgets.by("byLabel", anyLabel(namespace));
    for (const label of Object.entries(labels)) yield* this.budgets.by("byLabel", labelIndex(namespace, label));
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.run(signal)));
  }
}
