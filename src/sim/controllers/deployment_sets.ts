import type { ApiFailure } from "../api/failure.ts";
import { isEqual } from "../equality.ts";
import { type Deployment, isFinished, type Pod, type ReplicaSet } from "../objects.ts";
import { PODS, REPLICA_SETS } from "../resources.ts";
import type { ControllerDeps } from "./control_loop.ts";
import { type Resize, type Revisions, sizeOf } from "./deployment_limits.ts";
import { asNewest, forgettable, replicaSetDraft, sizeAnnotations } from "./deployment_revisions.ts";
import { refusal } from "./slow_start.ts";

export const COMPONENT = "deployment-controller";

/** The ReplicaSets of one Deployment, as the writes of a pass leave them. */
export class DeploymentSets implements Revisions {
  readonly #deps: ControllerDeps;
  #newest: ReplicaSet | undefined;
  #olds: readonly ReplicaSet[];

  constructor(deps: ControllerDeps, { newest, olds }: Revisions) {
    this.#deps = deps;
    this.#newest = newest;
    this.#olds = olds;
  }

  get newest(): ReplicaSet | undefined {
    return this.#newest;
  }

  get olds(): readonly ReplicaSet[] {
    return this.#olds;
  }

  /** Makes the newest ReplicaSet, which was not there. */
  async create(deployment: Deployment): Promise<ApiFailure | undefined> {
    const { api } = this.#deps;
    const draft = replicaSetDraft(deployment, this.#olds);
    const creation = api.create<ReplicaSet>(REPLICA_SETS, draft).then((created) => {
      this.#newest = created;
      this.#recordScaling(deployment, { replicaSet: created, replicas: sizeOf(created), before: 0 });
    });
    return await refusal(creation);
  }

  /** Gives the newest ReplicaSet its revision, and what else it has from the Deployment. */
  inherit(deployment: Deployment): ReplicaSet | undefined {
    if (this.#newest === undefined) return undefined;
    const revised = asNewest(deployment, { newest: this.#newest, olds: this.#olds });
    if (!isEqual(revised, this.#newest)) this.#newest = this.#deps.api.update(REPLICA_SETS, revised);
    return this.#newest;
  }

  resize(deployment: Deployment, resizes: readonly Resize[]): void {
    for (const { replicaSet, replicas } of resizes) {
      const current = this.#current(replicaSet);
      const annotations = { ...current.metadata.annotations, ...sizeAnnotations(deployment) };
      const written = this.#deps.api.update(REPLICA_SETS, {
        ...current,
        metadata: { ...current.metadata, annotations },
        spec: { ...current.spec, replicas },
      });
      if (current === this.#newest) this.#newest = written;
      else this.#olds = this.#olds.map((each) => each === current ? written : each);
      this.#recordScaling(deployment, { replicaSet: written, replicas, before: sizeOf(current) });
    }
  }

  /** Deletes revisions that nobody is going to roll back to. */
  forget(deployment: Deployment): void {
    const gone = new Set(forgettable(deployment, this.#olds));
    for (const { metadata } of gone) this.#deps.api.delete(REPLICA_SETS, metadata);
    this.#olds = this.#olds.filter((each) => !gone.has(each));
  }

  /** Whether a pod of an older template may still run. */
  hasOldPods(): boolean {
    const { storage } = this.#deps.api;
    return this.#olds.some(({ metadata }) =>
      storage.owned<Pod>(PODS, metadata.uid).some((pod) => !isFinished(pod))
    );
  }

  #current({ metadata: { uid } }: ReplicaSet): ReplicaSet {
    return this.#newest?.metadata.uid === uid
      ? this.#newest
      : this.#olds.find(({ metadata }) => metadata.uid === uid)!;
  }

  #recordScaling(deployment: Deployment, { replicaSet, replicas, before }: Resize & { before: number }): void {
    if (replicas === before) return;
    const way = replicas > before ? "up" : "down";
    const message = `Scaled ${way} replica set ${replicaSet.metadata.name} from ${before} to ${replicas}`;
    this.#deps.record(deployment, {
      type: "Normal",
      reason: "ScalingReplicaSet",
      message,
      component: COMPONENT,
    });
  }
}
