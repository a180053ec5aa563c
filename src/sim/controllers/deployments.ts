import { matchesSelector } from "../../domain/label_selector.ts";
import type { StorageChange } from "../api/storage.ts";
import { type ApiObject, controllerOf, type Deployment, type ObjectRef, type ReplicaSet } from "../objects.ts";
import { DEPLOYMENTS, REPLICA_SETS } from "../resources.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";
import { DeploymentPass } from "./deployment_pass.ts";
import { progressCheckInMs } from "./deployment_progress.ts";
import { Orphans } from "./orphans.ts";
import { claim } from "./ownership.ts";
import { runWorkers } from "./workers.ts";

/** Rolls out each Deployment's template by ReplicaSets, one for each template. */
export class Deployments {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;
  readonly #orphans: Orphans<ReplicaSet>;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
    this.#orphans = new Orphans(deps.api.storage, REPLICA_SETS);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    this.#orphans.start();
    storage.onChange((change) => this.#see(change));
    for (const { metadata } of storage.all(DEPLOYMENTS)) this.#loop.touch(metadata);
    await runWorkers(this.#loop, signal);
  }

  #see(change: StorageChange): void {
    const { type, before, object, event } = change;
    // Also what it has written itself: each step of a rollout starts from what the last one has reported.
    if (type === DEPLOYMENTS && event !== "DELETED") this.#loop.touch(object.metadata);
    if (type !== REPLICA_SETS) return;
    const orphan = this.#orphans.see(change);
    if (orphan !== undefined) this.#offer(orphan);
    this.#touchOwner(object);
    if (before !== undefined && controllerOf(before)?.uid !== controllerOf(object)?.uid) {
      this.#touchOwner(before);
    }
  }

  #touchOwner(object: ApiObject): void {
    const { namespace } = object.metadata;
    const owner = controllerOf(object);
    if (owner?.kind === "Deployment") this.#loop.touch({ namespace: namespace!, name: owner.name });
  }

  #offer({ metadata: { namespace, labels = {} } }: ReplicaSet): void {
    for (const { spec, metadata } of this.#deps.api.storage.all<Deployment>(DEPLOYMENTS, namespace)) {
      if (matchesSelector(labels, spec.selector)) this.#loop.touch(metadata);
    }
  }

  async #sync(ref: ObjectRef): Promise<void> {
    const { api, clock } = this.#deps;
    const found = api.storage.get<Deployment>(DEPLOYMENTS, ref);
    if (found === undefined) return;
    const orphans = this.#orphans.in(ref.namespace!);
    const replicaSets = claim(api, { type: REPLICA_SETS, owner: found, orphans });
    const { deployment, failure } = await new DeploymentPass(this.#deps, { deployment: found, replicaSets })
      .run();
    if (failure !== undefined) throw failure;
    const waitMs = progressCheckInMs(deployment, clock.wall());
    if (waitMs !== undefined) this.#loop.later(ref, waitMs);
  }
}
