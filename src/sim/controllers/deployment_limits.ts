import type { Deployment, ReplicaSet } from "../objects.ts";
import { resolved } from "./int_or_percent.ts";

/** The pods that a Deployment asks for, and how far it may be from that on its way. */
export interface Limits {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

export function limitsOf({ spec }: Deployment): Limits {
  const { replicas = 1, strategy = {} } = spec;
  if (strategy.type === "Recreate") return { replicas, maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = "25%", maxUnavailable = "25%" } = strategy.rollingUpdate ?? {};
  const surge = resolved(maxSurge, { total: replicas, round: Math.ceil });
  const unavailable = resolved(maxUnavailable, { total: replicas, round: Math.floor });
  // Without either, a rollout could not make a step.
  const isStuck = surge === 0 && unavailable === 0;
  return { replicas, maxSurge: surge, maxUnavailable: Math.min(isStuck ? 1 : unavailable, replicas) };
}

/** How many pods a ReplicaSet shall have from now on. */
export interface Resize {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

/** The ReplicaSets of a Deployment. */
export interface Revisions {
  /** Of the template that is asked for now. */
  readonly newest: ReplicaSet | undefined;
  readonly olds: readonly ReplicaSet[];
}

export function sizeOf({ spec }: ReplicaSet): number {
  return spec.replicas ?? 1;
}

export function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}

export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [first, second] = [a.metadata, b.metadata];
  return first.creationTimestamp === second.creationTimestamp
    ? (first.name < second.name ? -1 : 1)
    : (first.creationTimestamp < second.creationTimestamp ? -1 : 1);
}
