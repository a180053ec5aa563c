import { type Condition, isTerminating, type ObjectRef, type Pod, timestamp } from "../objects.ts";
import { PODS } from "../resources.ts";
import type { ApiServer } from "./api_server.ts";
import { conflict } from "./failure.ts";

/** `pods/binding`: gives a pod its node. */
export function bind(
  api: ApiServer,
  { ref, nodeName, wallMs }: { ref: ObjectRef; nodeName: string; wallMs: number },
): Pod {
  const pod = api.get<Pod>(PODS, ref);
  const { name } = pod.metadata;
  if (isTerminating(pod)) {
    throw conflict(PODS, { name, why: `pod ${name} is being deleted, cannot be assigned to a host` });
  }
  if (pod.spec.nodeName !== undefined) {
    throw conflict(PODS, { name, why: `pod ${name} is already assigned to node "${pod.spec.nodeName}"` });
  }
  const scheduled: Condition = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: timestamp(wallMs),
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const bound: Pod = {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, conditions: [...others, scheduled] },
  };
  return api.storage.put(PODS, bound);
}
