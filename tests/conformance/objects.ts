import type { Api, Json } from "./api.ts";
import { ok } from "./expect.ts";
import { resource, STRATEGIC_PATCH } from "./resource.ts";

export function configMap(name: string, data: Record<string, string> = {}, metadata: Json = {}): Json {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

/** Such a time as the API takes with six digits only. */
export const MICRO_TIME = "2026-01-02T03:04:05.123000Z";

export function lease(name: string, { metadata = {}, spec = {} }: { metadata?: Json; spec?: Json } = {}): Json {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, ...metadata },
    spec: {
      holderIdentity: "me",
      leaseDurationSeconds: 15,
      renewTime: MICRO_TIME,
      leaseTransitions: 0,
      ...spec,
    },
  };
}

/** A pod that stays as it is: no scheduler feels responsible. */
export function pod(name: string, { metadata = {}, spec = {} }: { metadata?: Json; spec?: Json } = {}): Json {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...metadata },
    spec: { schedulerName: "nobody", containers: [{ name: "main", image: "example.io/none:1" }], ...spec },
  };
}

/** A Deployment, ReplicaSet or StatefulSet whose pods nobody schedules. */
export function workload(kind: string, name: string, spec: Json = {}): Json {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: pod(name).spec },
      ...kind === "StatefulSet" ? { serviceName: name } : {},
      ...spec,
    },
  };
}

export function budget(name: string, spec: Json): Json {
  return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name }, spec };
}

/** An Event of `events.k8s.io/v1`, about a pod of this namespace. */
export function event(api: Api, name: string, more: Json = {}): Json {
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name },
    eventTime: MICRO_TIME,
    reportingController: "example.io/controller",
    reportingInstance: "controller-1",
    action: "Testing",
    reason: "Tested",
    regarding: { apiVersion: "v1", kind: "Pod", namespace: api.namespace, name: "web", uid: "uid-of-web" },
    note: "it works",
    type: "Normal",
    ...more,
  };
}

export function ownedBy(owner: Json, more: Json = {}): Json {
  const { apiVersion, kind, metadata: { name, uid } } = owner;
  return { apiVersion, kind, name, uid, ...more };
}

export interface BareNode extends AsyncDisposable {
  readonly name: string;
}

/** A node that no kubelet plays and that keeps pods off which do not name it. */
export async function bareNode(api: Api): Promise<BareNode> {
  const name = `bare-${api.namespace}`;
  const capacity = { cpu: "4", memory: "8Gi", pods: "50" };
  ok(
    await api.request("POST", "/api/v1/nodes", {
      body: {
        apiVersion: "v1",
        kind: "Node",
        metadata: { name },
        spec: { taints: [{ key: "conformance", value: "bare", effect: "NoSchedule" }] },
        status: { capacity, allocatable: capacity },
      },
    }),
    201,
  );
  return {
    name,
    async [Symbol.asyncDispose]() {
      await api.request("DELETE", `/api/v1/nodes/${name}`);
    },
  };
}

/** Makes a pod that is bound to `node`, in this phase, Ready or not. */
export async function runningPod(
  api: Api,
  name: string,
  { node, labels = {}, phase = "Running", ready = "True", spec = {} }: {
    node: BareNode;
    labels?: Json;
    phase?: string;
    ready?: string;
    spec?: Json;
  },
): Promise<Json> {
  const pods = resource(api, "pods");
  ok(await pods.create(pod(name, { metadata: { labels }, spec: { nodeName: node.name, ...spec } })), 201);
  const status = { phase, conditions: [{ type: "Ready", status: ready }] };
  return ok(await pods.patch(name, { status }, { type: STRATEGIC_PATCH, subresource: "status" }));
}
