/** Objects as the API server sends them: complete enough to be real, and no more. */

type Entries = Readonly<Record<string, string>>;
// deno-lint-ignore no-explicit-any
type Free = Readonly<Record<string, any>>;

/** An object with whatever the API server has in it. */
export interface ApiObject {
  readonly metadata: Free;
  readonly spec?: Free;
  readonly status?: Free;
}

export const NAMESPACE = "shop";
export const CAPACITY_TYPE = "karpenter.sh/capacity-type";

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
}

/** Of a controller in `apps/v1`; its UID is made of its kind and name. */
export function ownedBy(kind: string, name: string, overrides: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion: "apps/v1", kind, name, uid: `${kind}-${name}`, controller: true, ...overrides };
}

export interface WorkloadFields {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly replicas?: number;
  readonly labels?: Entries;
  readonly annotations?: Entries;
  readonly metadata?: Free;
  readonly spec?: Free;
  readonly status?: Free;
}

export const ENABLED: Entries = { "spotalis.io/enabled": "true" };

/** Asks for this share of spot. */
export function split(percentage: number, more: Entries = {}): Entries {
  return { "spotalis.io/spot-percentage": String(percentage), ...more };
}

function workloadObject(kind: "Deployment" | "StatefulSet", fields: WorkloadFields): ApiObject {
  const { name = "web", namespace = NAMESPACE, uid = `${kind}-${name}`, replicas = 4 } = fields;
  const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
  return {
    metadata: {
      name,
      namespace,
      uid,
      generation: 1,
      labels: fields.labels ?? ENABLED,
      annotations: fields.annotations ?? split(50),
      ...fields.metadata,
    },
    spec: { replicas, template: { metadata: { labels: { app: name } } }, ...fields.spec },
    status: { observedGeneration: 1, ...counts, ...fields.status },
  };
}

/** Enabled, half on spot, four replicas, all rolled out, unless the fields say else. */
export function deploymentObject(fields: WorkloadFields = {}): ApiObject {
  return workloadObject("Deployment", fields);
}

export function statefulSetObject(fields: WorkloadFields = {}): ApiObject {
  const revisions = { currentRevision: "r1", updateRevision: "r1" };
  return workloadObject("StatefulSet", { ...fields, status: { ...revisions, ...fields.status } });
}

/** The ReplicaSet `web-1` of the Deployment `web`. */
export function replicaSetObject(
  { name = "web-1", owner = ownedBy("Deployment", "web"), replicas = 4, uid = `ReplicaSet-${name}`, ...more }: {
    name?: string;
    owner?: OwnerReference | undefined;
    replicas?: number;
    uid?: string;
    spec?: Free;
  } = {},
): ApiObject {
  const ownerReferences = [owner];
  return {
    metadata: { name, namespace: NAMESPACE, uid, ownerReferences },
    spec: { replicas, template: { metadata: { labels: { app: "web" } } }, ...more.spec },
  };
}

/** A pod as admission is asked about it: without name and UID where a ReplicaSet makes it. */
export function newPod(
  { owner = ownedBy("ReplicaSet", "web-1"), metadata = {}, spec = {} }: {
    owner?: OwnerReference;
    metadata?: Free;
    spec?: Free;
  } = {},
) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      generateName: `${owner.name}-`,
      labels: { app: "web" },
      ownerReferences: [owner],
      ...metadata,
    },
    spec: { containers: [{ name: "main", image: "registry/web:1" }], ...spec },
  };
}

export interface PodFields {
  readonly uid?: string;
  readonly owner?: OwnerReference;
  readonly slot?: number;
  readonly placed?: "spot" | "on-demand";
  readonly nodeName?: string;
  readonly isReady?: boolean;
  readonly labels?: Entries;
  readonly annotations?: Entries;
  readonly metadata?: Free;
  readonly spec?: Free;
  readonly status?: Free;
}

/** A running, ready pod. */
export function podObject(name: string, fields: PodFields = {}): ApiObject {
  const { uid = `uid-${name}`, owner = ownedBy("ReplicaSet", "web-1"), slot, placed, isReady = true } = fields;
  return {
    metadata: {
      name,
      namespace: NAMESPACE,
      uid,
      creationTimestamp: "2025-01-01T00:00:00Z",
      labels: { app: "web", ...(placed && { "spotalis.io/capacity": placed }), ...fields.labels },
      annotations: { ...(slot !== undefined && { "spotalis.io/slot": String(slot) }), ...fields.annotations },
      ownerReferences: [owner],
      ...fields.metadata,
    },
    spec: { ...(fields.nodeName !== undefined && { nodeName: fields.nodeName }), ...fields.spec },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
      ...fields.status,
    },
  };
}

/** A ready node; its kind is its name without the number, unless `capacity` says else. */
export function nodeObject(
  name: string,
  { capacity = name.replace(/-\d+$/, ""), spec = {}, status = {}, labels = {} }: {
    capacity?: string;
    spec?: Free;
    status?: Free;
    labels?: Entries;
  } = {},
): ApiObject {
  return {
    metadata: { name, uid: `uid-${name}`, labels: { [CAPACITY_TYPE]: capacity, ...labels } },
    spec,
    status: { conditions: [{ type: "Ready", status: "True" }], ...status },
  };
}

export function namespaceObject(
  name: string,
  { labels = {}, annotations = {}, metadata = {} }: {
    labels?: Entries;
    annotations?: Entries;
    metadata?: Free;
  } = {},
): ApiObject {
  return { metadata: { name, uid: `uid-${name}`, labels, annotations, ...metadata } };
}

/** Covers the pods of `web`, and allows `allowed` disruptions. */
export function budgetObject(
  name: string,
  { allowed = 1, selector = { matchLabels: { app: "web" } }, namespace = NAMESPACE }: {
    allowed?: number;
    selector?: unknown;
    namespace?: string;
  } = {},
): ApiObject {
  return {
    metadata: { name, namespace, uid: `uid-${name}`, generation: 1 },
    spec: { ...(selector !== undefined && { selector }) },
    status: { observedGeneration: 1, disruptionsAllowed: allowed },
  };
}
