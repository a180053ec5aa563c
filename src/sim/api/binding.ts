import {
  type Condition,
  isTerminating,
  type ObjectMeta,
  type ObjectRef,
  type Pod,
  timestamp,
} from "../objects.ts";
import { PODS } from "../resources.ts";
import type { ApiServer } from "./api_server.ts";
import { anotherUid, conflict, modified } from "./failure.ts";

export interface BindingRequest {
  readonly ref: ObjectRef;
  readonly nodeName: string;
  readonly wallMs: number;
  /** Of the Binding: UID and version have to be the pod's, labels and annotations become the pod's. */
  readonly metadata?: Partial<ObjectMeta>;
  readonly dryRun?: boolean;
}

const BINDINGS = { group: "", plural: "pods/binding" };

/** `pods/binding`: gives a pod its node. */
export function bind(
  api: ApiServer,
  { ref, nodeName, wallMs, metadata = {}, dryRun = false }: BindingRequest,
): Pod {
  const pod = api.get<Pod>(PODS, ref);
  checkPod(pod, metadata);
  const scheduled: Condition = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: timestamp(wallMs),
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const bound: Pod = {
    ...pod,
    metadata: withAdded(pod.metadata, metadata),
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, conditions: [...others, scheduled] },
  };
  return dryRun ? bound : api.storage.put(PODS, bound);
}

function checkPod({ metadata, spec }: Pod, asked: Partial<ObjectMeta>): void {
  const { name, uid, resourceVersion } = metadata;
  if (asked.uid && asked.uid !== uid) throw anotherUid(PODS, name, { asked: asked.uid, found: uid });
  if (asked.resourceVersion && asked.resourceVersion !== resourceVersion) throw modified(PODS, name);
  if (isTerminating({ metadata })) {
    throw conflict(BINDINGS, { name, why: `pod ${name} is being deleted, cannot be assigned to a host` });
  }
  if (spec.nodeName !== undefined) {
    throw conflict(BINDINGS, { name, why: `pod ${name} is already assigned to node "${spec.nodeName}"` });
  }
}

function withAdded(metadata: ObjectMeta, { labels, annotations }: Partial<ObjectMeta>): ObjectMeta {
  if (labels === undefined && annotations === undefined) return metadata;
  return {
    ...metadata,
    ...labels === undefined ? {} : { labels: { ...metadata.labels, ...labels } },
    ...annotations === undefined ? {} : { annotations: { ...metadata.annotations, ...annotations } },
  };
}
