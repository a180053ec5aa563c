import type { Json } from "./json.ts";
import { CAPACITY_LABEL } from "./stage.ts";

export interface WorkloadOptions {
  readonly name: string;
  readonly replicas: number;
  readonly percentage?: number | string;
  readonly floor?: number | string;
  /** Annotations beside percentage and floor. */
  readonly annotations?: Record<string, string>;
  /** False: without the label that turns management on. */
  readonly enabled?: boolean | string;
  /** Of the pod template's metadata and spec. */
  readonly template?: { annotations?: Record<string, string>; spec?: Json };
  /** Of the workload's own spec. */
  readonly spec?: Json;
}

/** A template that selects one kind of nodes itself: where no webhook takes that out, its pods go there. */
export function selecting(capacity: "spot" | "on-demand"): { spec: Json } {
  return { spec: { nodeSelector: { [CAPACITY_LABEL]: capacity } } };
}

function metadataOf({ name, percentage, floor, annotations = {}, enabled = true }: WorkloadOptions): Json {
  return {
    name,
    labels: enabled === false ? {} : { "spotalis.io/enabled": String(enabled) },
    annotations: {
      ...percentage === undefined ? {} : { "spotalis.io/spot-percentage": String(percentage) },
      ...floor === undefined ? {} : { "spotalis.io/min-on-demand": String(floor) },
      ...annotations,
    },
  };
}

function specOf({ name, replicas, template = {}, spec = {} }: WorkloadOptions): Json {
  return {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, annotations: template.annotations ?? {} },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "main", image: "example.io/none" }],
        ...template.spec,
      },
    },
    ...spec,
  };
}

export function deployment(options: WorkloadOptions): Json {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: metadataOf(options), spec: specOf(options) };
}

export function statefulSet(options: WorkloadOptions): Json {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf(options),
    spec: { serviceName: options.name, ...specOf(options) },
  };
}

export function budget({ name, app, spec }: { name: string; app: string; spec: Json }): Json {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name },
    spec: { selector: { matchLabels: { app } }, ...spec },
  };
}
