import { matchesSelector } from "../../domain/label_selector.ts";
import type { ApiFailure } from "../api/failure.ts";
import type { StorageChange } from "../api/storage.ts";
import { controllerOf, isTerminating, type ObjectRef, type Pod, type ReplicaSet } from "../objects.ts";
import { PODS, REPLICA_SETS } from "../resources.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";
import { podsToDelete } from "./deletion_order.ts";
import { Orphans } from "./orphans.ts";
import { claim, claims } from "./ownership.ts";
import { podDraft } from "./pod_draft.ts";
import { concernsController, isActive, nextAvailableInMs } from "./pod_states.ts";
import { replicaSetStatus } from "./replica_set_status.ts";
import { refusal, slowStart } from "./slow_start.ts";
import { runWorkers } from "./workers.ts";

const COMPONENT = "replicaset-controller";
/** So many pods at most are made or deleted at a time. */
const BURST = 500;

/** Keeps as many pods as each ReplicaSet asks for. */
export class ReplicaSets {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;
  readonly #orphans: Orphans<Pod>;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
    this.#orphans = new Orphans(deps.api.storage, PODS);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    this.#orphans.start();
    storage.onChange((change) => this.#see(change));
    for (const { metadata } of storage.all(REPLICA_SETS)) this.#loop.touch(metadata);
    await runWorkers(this.#loop, signal);
  }

  #see(change: StorageChange): void {
    const { type, before, object, event } = change;
    if (type === REPLICA_SETS && event !== "DELETED") {
      // Who writes the status is this controller itself.
      if (before?.metadata.generation !== object.metadata.generation) this.#loop.touch(object.metadata);
    }
    if (type !== PODS) return;
    const orphan = this.#orphans.see(change);
    if (orphan !== undefined) this.#offer(orphan);
    if (!concernsController(change)) return;
    const owner = controllerOf(object);
    this.#touchOwner(object as Pod);
    if (before !== undefined && controllerOf(before)?.uid !== owner?.uid) this.#touchOwner(before as Pod);
  }

  #touchOwner(pod: Pod): void {
    const owner = controllerOf(pod);
    if (owner?.kind === "ReplicaSet") {
      this.#loop.touch({ namespace: pod.metadata.namespace!, name: owner.name });
    }
  }

  #offer({ metadata: { namespace, labels = {} } }: Pod): void {
    for (const { spec, metadata } of this.#deps.api.storage.all<ReplicaSet>(REPLICA_SETS, namespace)) {
      if (matchesSelector(labels, spec.selector)) this.#loop.touch(metadata);
    }
  }

  async #sync(ref: ObjectRef): Promise<void> {
    const { api } = this.#deps;
    const replicaSet = api.storage.get<ReplicaSet>(REPLICA_SETS, ref);
    if (replicaSet === undefined) return;
    const orphans = this.#orphans.in(ref.namespace!).filter(isActive);
    const pods = claim(api, { type: PODS, owner: replicaSet, orphans }).filter(isActive);
    const failure = isTerminating(replicaSet) ? undefined : await this.#bringTo(replicaSet, pods);
    this.#report(replicaSet, failure);
    if (failure !== undefined) throw failure;
  }

  async #bringTo(replicaSet: ReplicaSet, pods: readonly Pod[]): Promise<ApiFailure | undefined> {
    const surplus = pods.length - (replicaSet.spec.replicas ?? 1);
    if (surplus < 0) return await slowStart(Math.min(-surplus, BURST), () => this.#createPod(replicaSet));
    if (surplus > 0) this.#deletePods(replicaSet, { pods, count: Math.min(surplus, BURST) });
    return undefined;
  }

  #createPod(replicaSet: ReplicaSet): Promise<ApiFailure | undefined> {
    const { api, record } = this.#deps;
    const creation = api.create<Pod>(PODS, podDraft(replicaSet, replicaSet.spec.template)).then(
      ({ metadata }) => {
        const message = `Created pod: ${metadata.name}`;
        record(replicaSet, { type: "Normal", reason: "SuccessfulCreate", message, component: COMPONENT });
      },
    );
    return refusal(creation).then((failure) => {
      if (failure === undefined) return undefined;
      const message = `Error creating: ${failure.message}`;
      record(replicaSet, { type: "Warning", reason: "FailedCreate", message, component: COMPONENT });
      return failure;
    });
  }

  #deletePods(replicaSet: ReplicaSet, { pods, count }: { pods: readonly Pod[]; count: number }): void {
    const { api, clock, record } = this.#deps;
    const related = this.#relatedPods(replicaSet);
    for (const { metadata } of podsToDelete({ pods, related, count, wallMs: clock.wall() })) {
      api.delete(PODS, metadata);
      const message = `Deleted pod: ${metadata.name}`;
      record(replicaSet, { type: "Normal", reason: "SuccessfulDelete", message, component: COMPONENT });
    }
  }

  /** Of all ReplicaSets of the same Deployment. */
  #relatedPods(replicaSet: ReplicaSet): Pod[] {
    const { storage } = this.#deps.api;
    const owner = controllerOf(replicaSet);
    const siblings = owner === undefined ? [replicaSet] : storage.owned<ReplicaSet>(REPLICA_SETS, owner.uid);
    return siblings.flatMap(({ metadata }) => storage.owned<Pod>(PODS, metadata.uid));
  }

  #report(acted: ReplicaSet, failure: ApiFailure | undefined): void {
    const { api, clock } = this.#deps;
    const { uid, generation: observedGeneration } = acted.metadata;
    // While webhooks were asked, anything may have happened to it.
    const replicaSet = api.storage.get<ReplicaSet>(REPLICA_SETS, acted.metadata);
    if (replicaSet?.metadata.uid !== uid) return;
    const pods = claims(replicaSet, { owned: api.storage.owned<Pod>(PODS, uid), orphans: [] }).kept;
    const wallMs = clock.wall();
    const status = replicaSetStatus(replicaSet, { pods, failure, observedGeneration, wallMs });
    api.update(REPLICA_SETS, { ...replicaSet, status }, { subresource: "status" });
    const { minReadySeconds } = replicaSet.spec;
    const waitMs = nextAvailableInMs(pods.filter(isActive), { minReadySeconds, wallMs });
    if (waitMs !== undefined) this.#loop.later(replicaSet.metadata, waitMs);
  }
}
