import type { Storage } from "../api/storage.ts";
import {
  controllerOf,
  type Deployment,
  type OwnerReference,
  type Pod,
  type PodDisruptionBudget,
  type ReplicaSet,
  type StatefulSet,
} from "../objects.ts";
import {
  apiVersionOf,
  DEPLOYMENTS,
  qualified,
  REPLICA_SETS,
  RESOURCES,
  type ResourceType,
  STATEFUL_SETS,
} from "../resources.ts";
import { resolved } from "./int_or_percent.ts";

export interface Expectation {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  /** Whether pods that nobody controls are left out of the count. */
  readonly isIncomplete: boolean;
}

/** The count cannot be told, for a reason that stands in the budget's condition. */
export class NoScale extends Error {
  override readonly name = "NoScale";
}

/** How many pods there should be, and how many of them ready (`getExpectedPodCount` of the disruption controller). */
export function expectationOf(
  { spec: { minAvailable, maxUnavailable } }: PodDisruptionBudget,
  { pods, storage }: { pods: readonly Pod[]; storage: Storage },
): Expectation {
  if (maxUnavailable !== undefined) {
    const { scale, isIncomplete } = scaleOf(pods, storage);
    const unavailable = resolved(maxUnavailable, { total: scale, round: Math.ceil });
    return { expectedPods: scale, desiredHealthy: Math.max(scale - unavailable, 0), isIncomplete };
  }
  if (typeof minAvailable === "number") {
    return { expectedPods: pods.length, desiredHealthy: minAvailable, isIncomplete: false };
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0, isIncomplete: false };
  const { scale, isIncomplete } = scaleOf(pods, storage);
  const desiredHealthy = resolved(minAvailable, { total: scale, round: Math.ceil });
  return { expectedPods: scale, desiredHealthy, isIncomplete };
}

/** What the controllers of the pods ask for together, each counted once. */
function scaleOf(pods: readonly Pod[], storage: Storage): { scale: number; isIncomplete: boolean } {
  const owners = new Set<string>();
  const counted = new Set<string>();
  let scale = 0;
  let isIncomplete = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) isIncomplete = true;
    if (owner === undefined || owners.has(owner.uid)) continue;
    owners.add(owner.uid);
    const controller = controllerWithScale(pod, { owner, storage });
    if (counted.has(controller.metadata.uid)) continue;
    counted.add(controller.metadata.uid);
    scale += controller.spec.replicas ?? 1;
  }
  return { scale, isIncomplete };
}

type Scaled = Deployment | ReplicaSet | StatefulSet;

function controllerWithScale(
  pod: Pod,
  { owner, storage }: { owner: OwnerReference; storage: Storage },
): Scaled {
  const type = typeOf(owner);
  const found = storage.get<Scaled>(type, { namespace: pod.metadata.namespace, name: owner.name });
  if (found?.metadata.uid !== owner.uid) {
    throw new NoScale(`found no controllers for pod "${pod.metadata.name}"`);
  }
  const above = controllerOf(found);
  if (type !== REPLICA_SETS || above?.kind !== "Deployment") return found;
  return controllerWithScale(pod, { owner: above, storage });
}

function typeOf({ apiVersion, kind }: OwnerReference): ResourceType {
  const type = RESOURCES.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
  if (type === undefined) throw new NoScale(`no matches for kind "${kind}" in version "${apiVersion}"`);
  if (type === DEPLOYMENTS || type === REPLICA_SETS || type === STATEFUL_SETS) return type;
  throw new NoScale(`${qualified(type)} does not implement the scale subresource`);
}
