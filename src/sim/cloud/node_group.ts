import { MANAGED } from "../controllers/kubelets.ts";
import { canonicalQuantity } from "../strategies/canonical_quantity.ts";
import type { Draft } from "../api/api_server.ts";
import { type Node, type Taint, timestamp } from "../objects.ts";

/** Nodes of one kind, as a cloud rents them out. */
export interface NodeGroup {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** At the start, and what the group returns to. */
  readonly nodes: number;
  /** How many the autoscaler may make of it. */
  readonly most: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly pods: number;
  /** From the order of a node until it is ready. */
  readonly startupMs: number;
  /** Mean over the whole group; 0: its nodes are never taken back. */
  readonly reclaimsPerHour: number;
  readonly reclaimNoticeMs: number;
  /** What a node carries from the notice on. */
  readonly reclaimTaint: Taint;
}

/** The label that tells a node's group. */
export const GROUP_LABEL = "sim.example/node-group";

export function nodeOf(group: NodeGroup, name: string, wallMs: number): Draft<Node> {
  const room = {
    cpu: canonicalQuantity(`${group.cpuMillis}m`),
    memory: canonicalQuantity(`${group.memoryBytes / 1_024}Ki`),
    pods: String(group.pods),
  };
  return {
    metadata: {
      name,
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        [GROUP_LABEL]: group.name,
        ...group.labels,
      },
      annotations: { [MANAGED.key]: MANAGED.value },
    },
    spec: group.taints.length === 0 ? {} : { taints: group.taints },
    status: {
      capacity: room,
      allocatable: room,
      conditions: [{
        type: "Ready",
        status: "True",
        reason: "KubeletReady",
        message: "simulated",
        lastTransitionTime: timestamp(wallMs),
      }],
    },
  };
}

export function groupNameOf({ metadata }: Node): string | undefined {
  return metadata.labels?.[GROUP_LABEL];
}
