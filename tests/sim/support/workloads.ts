import type { Draft } from "../../../src/sim/api/api_server.ts";
import {
  type Deployment,
  type Pod,
  type PodTemplate,
  type ReplicaSet,
  type StatefulSet,
  timestamp,
} from "../../../src/sim/objects.ts";

const SELECTOR = { matchLabels: { app: "web" } };

export function template(image = "web:1"): PodTemplate {
  return { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } };
}

export function replicaSet(spec: Partial<ReplicaSet["spec"]> = {}): Draft<ReplicaSet> {
  return {
    metadata: { name: "web" },
    spec: { replicas: 3, selector: SELECTOR, template: template(), ...spec },
  };
}

export function deployment(spec: Partial<Deployment["spec"]> = {}): Draft<Deployment> {
  return {
    metadata: { name: "web" },
    spec: { replicas: 3, selector: SELECTOR, template: template(), ...spec },
  };
}

export function statefulSet(spec: Partial<StatefulSet["spec"]> = {}): Draft<StatefulSet> {
  return {
    metadata: { name: "web" },
    spec: { replicas: 3, serviceName: "webs", selector: SELECTOR, template: template(), ...spec },
  };
}

export function readyStatus(wallMs: number): NonNullable<Pod["status"]> {
  const lastTransitionTime = timestamp(wallMs);
  return { phase: "Running", conditions: [{ type: "Ready", status: "True", lastTransitionTime }] };
}

/** An object as it is in the storage. */
export function stored<T>(draft: object, { name, ...metadata }: { name: string; [field: string]: unknown }): T {
  const given = (draft as { metadata?: object }).metadata ?? {};
  return {
    ...draft,
    metadata: {
      namespace: "default",
      uid: `uid-of-${name}`,
      resourceVersion: "1",
      creationTimestamp: "2026-01-05T12:00:00Z",
      generation: 1,
      ...given,
      name,
      ...metadata,
    },
  } as T;
}
