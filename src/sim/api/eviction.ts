import { matchesSelector } from "../../domain/label_selector.ts";
import {
  type ApiObject,
  type Condition,
  isFinished,
  isPodReady,
  isTerminating,
  type ObjectRef,
  type Pod,
  type PodDisruptionBudget,
  timestamp,
} from "../objects.ts";
import { BUDGETS, PODS } from "../resources.ts";
import type { ApiServer } from "./api_server.ts";
import type { DeleteOptions } from "./deletion.ts";
import { ApiFailure, serverError } from "./failure.ts";

export interface EvictionRequest {
  readonly ref: ObjectRef;
  readonly options: DeleteOptions;
  readonly wallMs: number;
}

const BLOCKED = "Cannot evict pod as it would violate the pod's disruption budget.";

/** `pods/eviction` by the rules of kubernetes `pkg/registry/core/pod/storage/eviction.go`. */
export function evict(api: ApiServer, request: EvictionRequest): void {
  const { ref, options, wallMs } = request;
  const pod = api.get<Pod>(PODS, ref);
  const budget = needsNoBudget(pod) ? undefined : budgetOf(api, pod);
  const isCounted = budget !== undefined && !mayGoUnready(pod, budget);
  if (isCounted) checkRoom(budget);
  // First as a trial: where a precondition fails, neither budget nor pod are to be marked.
  const { isGone } = api.delete(PODS, ref, { ...options, dryRun: true });
  if (options.dryRun) return;
  if (isCounted) api.update(BUDGETS, charged(budget, pod, wallMs), { subresource: "status" });
  if (!isGone) api.update(PODS, marked(pod, wallMs), { subresource: "status" });
  const { preconditions: _, ...rest } = options;
  api.delete(PODS, ref, rest);
}

function budgetOf(
  api: ApiServer,
  { metadata: { namespace, labels = {} } }: Pod,
): PodDisruptionBudget | undefined {
  const budgets = [...api.storage.all<PodDisruptionBudget>(BUDGETS, namespace)].filter(({ spec }) =>
    spec.selector !== undefined && matchesSelector(labels, spec.selector)
  );
  if (budgets.length > 1) {
    throw serverError(
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  }
  return budgets[0];
}

function needsNoBudget(pod: Pod): boolean {
  return isFinished(pod) || pod.status?.phase === "Pending" || isTerminating(pod);
}

/** A pod that is not ready does not count towards a budget that is met without it. */
function mayGoUnready(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isPodReady(pod)) return false;
  if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function checkRoom({ metadata, status }: PodDisruptionBudget): void {
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    const message = `The disruption budget ${metadata.name} is still being processed by the server.`;
    throw new ApiFailure({
      code: 429,
      reason: "TooManyRequests",
      message: BLOCKED,
      details: { causes: [{ reason: "DisruptionBudget", message }], retryAfterSeconds: 10 },
      headers: { "retry-after": "10" },
    });
  }
  if (status!.disruptionsAllowed > 0) return;
  const { desiredHealthy, currentHealthy } = status!;
  const message =
    `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  throw new ApiFailure({
    code: 429,
    reason: "TooManyRequests",
    message: BLOCKED,
    details: { causes: [{ reason: "DisruptionBudget", message }] },
  });
}

/** The budget after one more disruption: until the pod has gone, its name is noted. */
function charged(budget: PodDisruptionBudget, pod: Pod, wallMs: number): PodDisruptionBudget {
  const status = budget.status!;
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: status.disruptionsAllowed - 1,
      disruptedPods: { ...status.disruptedPods, [pod.metadata.name]: timestamp(wallMs) },
    },
  };
}

function marked(pod: Pod, wallMs: number): ApiObject {
  const condition: Condition = {
    type: "DisruptionTarget",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: timestamp(wallMs),
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
