import { type ApiFailure, modified } from "../api/failure.ts";
import { isEqual } from "../equality.ts";
import { conditionOf, type Deployment, isTerminating, type ReplicaSet } from "../objects.ts";
import { DEPLOYMENTS } from "../resources.ts";
import type { ControllerDeps } from "./control_loop.ts";
import { limitsOf, sizeOf } from "./deployment_limits.ts";
import { pauseNoted, rolloutStatus } from "./deployment_progress.ts";
import { replicaSetName, REVISION, revisionOf, revisionsOf } from "./deployment_revisions.ts";
import { rollingStep } from "./deployment_rollout.ts";
import { isScaled, scaled } from "./deployment_scaling.ts";
import { COMPONENT, DeploymentSets } from "./deployment_sets.ts";
import { type DeploymentStatus, isComplete, statusOf, withCondition } from "./deployment_status.ts";

/** One look at one Deployment, and one step towards what it asks for. */
export class DeploymentPass {
  readonly #deps: ControllerDeps;
  readonly #sets: DeploymentSets;
  #deployment: Deployment;

  constructor(
    deps: ControllerDeps,
    { deployment, replicaSets }: { deployment: Deployment; replicaSets: readonly ReplicaSet[] },
  ) {
    this.#deps = deps;
    this.#deployment = deployment;
    this.#sets = new DeploymentSets(deps, revisionsOf(deployment, replicaSets));
  }

  /** The Deployment as this pass leaves it, and why a ReplicaSet could not be made. */
  async run(): Promise<{ readonly deployment: Deployment; readonly failure: ApiFailure | undefined }> {
    const failure = isTerminating(this.#deployment) ? this.#report() : await this.#step();
    return { deployment: this.#deployment, failure };
  }

  async #step(): Promise<ApiFailure | undefined> {
    this.#writeConditions(pauseNoted(this.#deployment, this.#wallMs));
    const { paused, strategy } = this.#deployment.spec;
    if (paused || isScaled(this.#deployment, this.#sets)) {
      this.#keepRevision();
      this.#sets.resize(this.#deployment, scaled(this.#deployment, this.#sets));
      if (paused) this.#sets.forget(this.#deployment);
      return this.#report();
    }
    const failure = strategy?.type === "Recreate" ? await this.#recreate() : await this.#roll();
    if (failure === undefined) {
      this.#writeStatus(rolloutStatus(this.#deployment, { ...this.#revisions, wallMs: this.#wallMs }));
    }
    return failure;
  }

  async #roll(): Promise<ApiFailure | undefined> {
    const failure = await this.#ensureNewest();
    const { newest, olds } = this.#sets;
    if (newest === undefined) return failure;
    const step = rollingStep(this.#deployment, { newest, olds });
    this.#sets.resize(this.#deployment, step);
    if (step.length === 0) this.#forgetIfComplete();
    return undefined;
  }

  /** New pods only when the last old one is gone. */
  async #recreate(): Promise<ApiFailure | undefined> {
    this.#keepRevision();
    const active = this.#sets.olds.filter((each) => sizeOf(each) > 0);
    this.#sets.resize(this.#deployment, active.map((replicaSet) => ({ replicaSet, replicas: 0 })));
    if (active.length > 0 || this.#sets.hasOldPods()) return undefined;
    const failure = await this.#ensureNewest();
    const { newest } = this.#sets;
    if (newest === undefined) return failure;
    const { replicas } = limitsOf(this.#deployment);
    if (sizeOf(newest) !== replicas) this.#sets.resize(this.#deployment, [{ replicaSet: newest, replicas }]);
    this.#forgetIfComplete();
    return undefined;
  }

  async #ensureNewest(): Promise<ApiFailure | undefined> {
    if (this.#sets.newest !== undefined) {
      this.#keepRevision();
      return undefined;
    }
    const name = replicaSetName(this.#deployment);
    const failure = await this.#sets.create(this.#deployment);
    this.#refresh();
    if (failure !== undefined) {
      this.#noteRefusal(name, failure);
      return failure;
    }
    this.#writeProgress({
      status: "True",
      reason: "NewReplicaSetCreated",
      message: `Created new replica set "${name}"`,
    });
    this.#writeRevision(this.#sets.newest!);
    return undefined;
  }

  #noteRefusal(name: string, failure: ApiFailure): void {
    if (failure.reason === "AlreadyExists") {
      // Of another owner or template: the next name is another.
      const { status = {} } = this.#deployment;
      this.#writeStatus({ ...status, collisionCount: (status.collisionCount ?? 0) + 1 });
      return;
    }
    const message = `Failed to create new replica set "${name}": ${failure.message}`;
    const reason = "ReplicaSetCreateError";
    this.#writeProgress({ status: "False", reason, message });
    this.#deps.record(this.#deployment, { type: "Warning", reason, message, component: COMPONENT });
  }

  #keepRevision(): void {
    const newest = this.#sets.inherit(this.#deployment);
    if (newest === undefined) return;
    this.#writeRevision(newest);
    if (conditionOf(this.#deployment, "Progressing") !== undefined) return;
    const message = `Found new replica set "${newest.metadata.name}"`;
    this.#writeProgress({ status: "True", reason: "FoundNewReplicaSet", message });
  }

  #forgetIfComplete(): void {
    if (isComplete(this.#deployment, this.#deployment.status ?? {})) this.#sets.forget(this.#deployment);
  }

  #report(): undefined {
    this.#writeStatus(statusOf(this.#deployment, { ...this.#revisions, wallMs: this.#wallMs }));
  }

  #writeRevision(newest: ReplicaSet): void {
    const { metadata } = this.#deployment;
    const revision = String(revisionOf(newest));
    if (metadata.annotations?.[REVISION] === revision) return;
    const annotations = { ...metadata.annotations, [REVISION]: revision };
    const revised = { ...this.#deployment, metadata: { ...metadata, annotations } };
    // By way of the status, as upstream: an annotation that is written so asks for nothing.
    this.#deployment = this.#deps.api.update(DEPLOYMENTS, revised, { subresource: "status" });
  }

  #writeProgress(condition: { status: "True" | "False"; reason: string; message: string }): void {
    const { conditions = [] } = this.#deployment.status ?? {};
    this.#writeConditions(
      withCondition(conditions, { type: "Progressing", ...condition }, { wallMs: this.#wallMs }),
    );
  }

  #writeConditions(conditions: DeploymentStatus["conditions"]): void {
    if (isEqual(conditions, this.#deployment.status?.conditions ?? [])) return;
    this.#writeStatus({ ...this.#deployment.status, conditions });
  }

  #writeStatus(status: DeploymentStatus): void {
    this.#deployment = this.#deps.api.update(DEPLOYMENTS, { ...this.#deployment, status }, {
      subresource: "status",
    });
  }

  /** While webhooks were asked, others may have written: on another spec, this pass has nothing more to say. */
  #refresh(): void {
    const { name, uid, generation } = this.#deployment.metadata;
    const current = this.#deps.api.get<Deployment>(DEPLOYMENTS, this.#deployment.metadata);
    if (current.metadata.uid !== uid || current.metadata.generation !== generation) {
      throw modified(DEPLOYMENTS, name);
    }
    this.#deployment = current;
  }

  get #revisions(): { newest: ReplicaSet | undefined; olds: readonly ReplicaSet[] } {
    return { newest: this.#sets.newest, olds: this.#sets.olds };
  }

  get #wallMs(): number {
    return this.#deps.clock.wall();
  }
}
