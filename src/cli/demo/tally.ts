import type { StorageChange } from "../../sim/api/storage.ts";
import type { EmbeddedCluster } from "../../sim/cluster.ts";
import { isPodReady, isTerminating, type Pod } from "../../sim/objects.ts";
import { PODS } from "../../sim/resources.ts";
import { NAMESPACE } from "./cast.ts";
import { isNewlyEvicted, workloadOf } from "./pods.ts";

/** What has happened to pods since a moment: seen in the cluster, not taken from what the operator says. */
export class Tally {
  /** By eviction, not on a node that the cloud takes back: only the operator does that here. */
  evictions = 0;
  /** By eviction, on a node that the cloud takes back. */
  drained = 0;
  created = 0;
  readonly #cluster: EmbeddedCluster;
  /** Workload -> the fewest ready pods that it had. */
  #fewestReady = new Map<string, number>();

  constructor(cluster: EmbeddedCluster) {
    this.#cluster = cluster;
    cluster.storage.onChange((change) => this.#see(change));
  }

  /** From now on counts what happens. */
  mark(): void {
    this.evictions = 0;
    this.drained = 0;
    this.created = 0;
    this.#fewestReady = new Map();
  }

  /** Undefined where no pod of it has changed. */
  fewestReady(workload: string): number | undefined {
    return this.#fewestReady.get(workload);
  }

  #see({ type, before, object, event }: StorageChange): void {
    if (type !== PODS) return;
    const pod = object as Pod;
    if (event === "ADDED") this.created++;
    if (isNewlyEvicted(before as Pod | undefined, pod)) {
      if (this.#cluster.cloud.isReclaimed(pod.spec.nodeName ?? "")) this.drained++;
      else this.evictions++;
    }
    const workload = workloadOf(pod);
    const ready =
      [...this.#cluster.storage.all<Pod>(PODS, NAMESPACE)].filter((each) =>
        workloadOf(each) === workload && isPodReady(each) && !isTerminating(each)
      ).length;
    this.#fewestReady.set(workload, Math.min(ready, this.fewestReady(workload) ?? Infinity));
  }
}
