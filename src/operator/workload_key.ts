import type { WorkloadKind } from "../domain/snapshot.ts";

/** What is queued: `Deployment/namespace/name`. */
export type WorkloadKey = string;

export interface WorkloadRef {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}

export function workloadKey({ kind, namespace, name }: WorkloadRef): WorkloadKey {
  return `${kind}/${namespace}/${name}`;
}

export function parseWorkloadKey(key: WorkloadKey): WorkloadRef {
  const [kind, namespace, name] = key.split("/");
  return { kind: kind as WorkloadKind, namespace: namespace!, name: name! };
}
