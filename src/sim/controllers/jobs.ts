import type { StorageChange } from "../api/storage.ts";
import { controllerOf, isTerminating, type ObjectRef, type Pod } from "../objects.ts";
import { JOBS, PODS } from "../resources.ts";
import type { Job } from "../strategies/jobs.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";
import {
  countsOf,
  failureOf,
  isJobFinished,
  type JobCounts,
  type JobFailure,
  jobStatus,
  wantedPods,
} from "./job_status.ts";
import { podDraft } from "./pod_draft.ts";
import { concernsController } from "./pod_states.ts";

const COMPONENT = "job-controller";

/**
 * Runs the pods of Jobs until enough of them have succeeded. A pod that is deleted before it ends is made
 * again and does not count as failed; there is no wait after a failure. Left out are Indexed completion,
 * success and pod failure policies, and the finalizer by which upstream counts each pod exactly once.
 */
export class Jobs {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    storage.onChange((change) => this.#see(change));
    for (const { metadata } of storage.all(JOBS)) this.#loop.touch(metadata);
    await this.#loop.run(signal);
  }

  #see(change: StorageChange): void {
    const { type, before, object, event } = change;
    if (type === JOBS && event !== "DELETED" && before?.metadata.generation !== object.metadata.generation) {
      this.#loop.touch(object.metadata);
    }
    if (type !== PODS || !concernsController(change)) return;
    const owner = controllerOf(object);
    if (owner?.kind === "Job") this.#loop.touch({ namespace: object.metadata.namespace, name: owner.name });
  }

  async #sync(ref: ObjectRef): Promise<void> {
    const { api, clock } = this.#deps;
    const job = api.storage.get<Job>(JOBS, ref);
    if (job === undefined || isTerminating(job)) return;
    if (isJobFinished(job)) return this.#expire(job);
    const counts = countsOf(this.#podsOf(job));
    const failure = failureOf(job, counts, clock.wall());
    if (failure === undefined) await this.#bringTo(job, counts);
    else for (const pod of counts.active) this.#delete(job, pod);
    this.#report(job, failure);
  }

  async #bringTo(job: Job, counts: JobCounts): Promise<void> {
    const { api, record } = this.#deps;
    const wanted = wantedPods(job, counts);
    for (const pod of counts.active.slice(wanted)) this.#delete(job, pod);
    for (let i = counts.active.length; i < wanted; i++) {
      const { metadata } = await api.create<Pod>(PODS, podDraft(job, job.spec.template));
      const message = `Created pod: ${metadata.name}`;
      record(job, { type: "Normal", reason: "SuccessfulCreate", message, component: COMPONENT });
    }
  }

  #report(acted: Job, failure: JobFailure | undefined): void {
    const { api, clock, record } = this.#deps;
    const job = api.storage.get<Job>(JOBS, acted.metadata);
    if (job?.metadata.uid !== acted.metadata.uid) return;
    const status = jobStatus(job, { pods: this.#podsOf(job), failure, wallMs: clock.wall() });
    const written = api.update<Job>(JOBS, { ...job, status }, { subresource: "status" });
    if (!isJobFinished(written)) return this.#watchDeadline(written);
    const event = failure === undefined
      ? { type: "Normal", reason: "Completed", message: "Job completed" } as const
      : { type: "Warning", ...failure } as const;
    record(job, { ...event, component: COMPONENT });
    this.#expire(written);
  }

  #watchDeadline({ spec: { activeDeadlineSeconds }, status, metadata }: Job): void {
    if (activeDeadlineSeconds === undefined || status?.startTime === undefined) return;
    const endMs = Date.parse(status.startTime) + activeDeadlineSeconds * 1_000;
    this.#loop.later(metadata, Math.max(endMs - this.#deps.clock.wall(), 0));
  }

  /** Deletes what has ended, once nobody looks at it any more. */
  #expire(job: Job): void {
    const { api, clock } = this.#deps;
    const { ttlSecondsAfterFinished } = job.spec;
    if (ttlSecondsAfterFinished === undefined) return;
    const conditions = (job.status?.conditions ?? []) as readonly { readonly lastTransitionTime: string }[];
    const endMs = Date.parse(conditions.at(-1)!.lastTransitionTime) + ttlSecondsAfterFinished * 1_000;
    const waitMs = endMs - clock.wall();
    if (waitMs > 0) this.#loop.later(job.metadata, waitMs);
    else api.delete(JOBS, job.metadata, { propagationPolicy: "Foreground" });
  }

  #podsOf(job: Job): Pod[] {
    return this.#deps.api.storage.owned<Pod>(PODS, job.metadata.uid)
      .toSorted((a, b) => a.metadata.name < b.metadata.name ? -1 : 1);
  }

  #delete(job: Job, { metadata }: Pod): void {
    const { api, record } = this.#deps;
    api.delete(PODS, metadata);
    const message = `Deleted pod: ${metadata.name}`;
    record(job, { type: "Normal", reason: "SuccessfulDelete", message, component: COMPONENT });
  }
}
