import { FALLBACK_RETRY_AFTER, FALLBACK_RETRY_AT } from "../../src/domain/keys.ts";
import { type PodFields, podObject } from "./objects.ts";

export function textOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** A spot pod of `web-1` that no node is found for since a time. */
export function stuckPod(name: string, { sinceMs, slot, ...fields }: PodFields & { sinceMs: number }) {
  const condition = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    lastTransitionTime: textOf(sinceMs),
  };
  return withCreation(
    podObject(name, {
      slot,
      placed: "spot",
      ...fields,
      status: { phase: "Pending", conditions: [condition] },
    }),
    sinceMs,
  );
}

/** An on-demand pod that a fallback has placed, or a spot pod that has got its node, at a time. */
export function placedPod(
  name: string,
  { atMs, retryAtMs, retryAfter = "10m0s", placed = "on-demand", ...fields }: PodFields & {
    atMs: number;
    retryAtMs?: number;
    retryAfter?: string;
  },
) {
  const annotations: Record<string, string> = retryAtMs === undefined
    ? {}
    : { [FALLBACK_RETRY_AT]: textOf(retryAtMs), [FALLBACK_RETRY_AFTER]: retryAfter };
  const conditions = [
    { type: "PodScheduled", status: "True", lastTransitionTime: textOf(atMs) },
    { type: "Ready", status: "True" },
  ];
  const status = { phase: "Running", conditions };
  return withCreation(
    podObject(name, { placed, nodeName: `${placed}-1`, annotations, status, ...fields }),
    atMs,
  );
}

function withCreation(pod: ReturnType<typeof podObject>, ms: number): ReturnType<typeof podObject> {
  return { ...pod, metadata: { ...pod.metadata, creationTimestamp: textOf(ms) } };
}
