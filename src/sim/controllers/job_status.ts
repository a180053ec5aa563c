import {
  type Condition,
  conditionOf,
  isFinished,
  isPodReady,
  isTerminating,
  type Pod,
  timestamp,
} from "../objects.ts";
import type { Job } from "../strategies/jobs.ts";
import { withoutZeros } from "./without_zeros.ts";

type Status = NonNullable<Job["status"]>;

/** Why a Job has failed, as in its condition. */
export interface JobFailure {
  readonly reason: "BackoffLimitExceeded" | "DeadlineExceeded";
  readonly message: string;
}

export interface JobCounts {
  /** Neither ended nor about to end. */
  readonly active: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
}

export function countsOf(pods: readonly Pod[]): JobCounts {
  return {
    active: pods.filter((pod) => !isFinished(pod) && !isTerminating(pod)),
    succeeded: pods.filter(({ status }) => status?.phase === "Succeeded").length,
    failed: pods.filter(({ status }) => status?.phase === "Failed").length,
  };
}

export function isJobFinished(job: Job): boolean {
  return conditionOf(job, "Complete")?.status === "True" || conditionOf(job, "Failed")?.status === "True";
}

/** How many pods should run (`manageJob`). */
export function wantedPods({ spec }: Job, { active, succeeded }: JobCounts): number {
  const { parallelism = 1, completions, suspend = false } = spec;
  if (suspend) return 0;
  // Without a number of completions, the first success means that no more pods are made.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.min(parallelism, Math.max(completions - succeeded, 0));
}

export function isComplete({ spec: { completions } }: Job, { active, succeeded }: JobCounts): boolean {
  return completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= completions;
}

export function failureOf(
  { spec, status }: Job,
  { failed }: JobCounts,
  wallMs: number,
): JobFailure | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds } = spec;
  if (failed > backoffLimit) {
    return { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  }
  if (activeDeadlineSeconds === undefined || status?.startTime === undefined) return undefined;
  const isOver = Date.parse(status.startTime) + activeDeadlineSeconds * 1_000 <= wallMs;
  return isOver
    ? { reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" }
    : undefined;
}

export function jobStatus(
  job: Job,
  { pods, failure, wallMs }: { pods: readonly Pod[]; failure: JobFailure | undefined; wallMs: number },
): Status {
  const counts = countsOf(pods);
  const { active, succeeded, failed } = counts;
  const now = timestamp(wallMs);
  const isDone = failure === undefined && isComplete(job, counts);
  const conditions = [...job.status?.conditions ?? [], ...newConditions({ failure, isDone, now })];
  return {
    ...withoutZeros({ active: failure === undefined ? active.length : 0, succeeded, failed }),
    ready: active.filter(isPodReady).length,
    terminating: pods.filter((pod) => isTerminating(pod) && !isFinished(pod)).length,
    ...(job.spec.suspend === true ? {} : { startTime: job.status?.startTime ?? now }),
    uncountedTerminatedPods: {},
    ...(isDone ? { completionTime: now } : {}),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function newConditions(
  { failure, isDone, now }: { failure: JobFailure | undefined; isDone: boolean; now: string },
): Condition[] {
  const times = { lastProbeTime: now, lastTransitionTime: now };
  if (failure !== undefined) {
    return ["FailureTarget", "Failed"].map((type) => ({ type, status: "True", ...times, ...failure }));
  }
  const reached = { reason: "CompletionsReached", message: "Reached expected number of succeeded pods" };
  return isDone
    ? ["SuccessCriteriaMet", "Complete"].map((type) => ({ type, status: "True", ...times, ...reached }))
    : [];
}
