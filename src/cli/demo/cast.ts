import * as keys from "../../domain/keys.ts";
import type { Split } from "../../domain/distribution.ts";
import type { NodeGroup } from "../../sim/cloud/node_group.ts";
import type { KubeletTiming } from "../../sim/controllers/kubelets.ts";

/** Where the story plays. */
export const NAMESPACE = "shop";

export interface CastWorkload extends Split {
  readonly kind: "Deployment" | "StatefulSet";
  readonly name: string;
  readonly replicas: number;
}

/** In the order in which they are shown. Each has a budget of the same name: one pod at a time. */
export const WORKLOADS: readonly CastWorkload[] = [
  { kind: "Deployment", name: "web", replicas: 10, spotPercentage: 70, minOnDemand: 1 },
  { kind: "Deployment", name: "api", replicas: 6, spotPercentage: 50, minOnDemand: 2 },
  { kind: "StatefulSet", name: "db", replicas: 3, spotPercentage: 50, minOnDemand: 2 },
];

/** Quick, so that a rollout is over soon, and not too quick to be seen. */
export const KUBELETS: KubeletTiming = { startupMs: 1_500, startupJitterMs: 2_000, shutdownMs: 1_000 };

export const NODE_GROUPS: readonly NodeGroup[] = [group("spot", 4), group("on-demand", 3)];

function group(capacity: "spot" | "on-demand", nodes: number): NodeGroup {
  return {
    name: capacity,
    labels: { "karpenter.sh/capacity-type": capacity },
    taints: [],
    nodes,
    most: nodes,
    cpuMillis: 8_000,
    memoryBytes: 32 * 2 ** 30,
    pods: 110,
    startupMs: 40_000,
    // Only when the story says so.
    reclaimsPerHour: 0,
    reclaimNoticeMs: 120_000,
    reclaimTaint: { key: "karpenter.sh/disrupted", effect: "NoSchedule" },
  };
}

export function manifestOf({ kind, name, replicas, spotPercentage, minOnDemand }: CastWorkload) {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: {
      namespace: NAMESPACE,
      name,
      labels: { [keys.ENABLED]: "true" },
      annotations: {
        [keys.SPOT_PERCENTAGE]: String(spotPercentage),
        [keys.MIN_ON_DEMAND]: String(minOnDemand),
      },
    },
    spec: {
      replicas,
      ...kind === "StatefulSet" ? { serviceName: name } : {},
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [{
            name,
            image: `shop/${name}:1`,
            resources: { requests: { cpu: "250m", memory: "256Mi" } },
          }],
        },
      },
    },
  };
}

export function budgetOf({ name }: CastWorkload) {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { namespace: NAMESPACE, name },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
  };
}
