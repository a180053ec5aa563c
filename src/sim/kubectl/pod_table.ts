import type { Container, Pod } from "../objects.ts";
import { ageOf } from "./human_duration.ts";
import { podStatus } from "./pod_status.ts";
import { AGE, NAME, type RowCondition, type TableType, text, wide } from "./table_type.ts";

export const POD_TABLE: TableType<Pod> = {
  columns: [
    NAME,
    text("Ready"),
    text("Status"),
    text("Restarts"),
    AGE,
    wide("IP"),
    wide("Node"),
    wide("Nominated Node"),
    wide("Readiness Gates"),
  ],
  cells: (pod, now) => {
    const { metadata, spec, status = {} } = pod;
    const { reason, ready, total, restarts, lastRestart } = podStatus(pod);
    const ago = restarts > 0 && lastRestart !== "" ? ` (${ageOf(lastRestart, now)} ago)` : "";
    const { podIPs = [], nominatedNodeName } = status as {
      podIPs?: { ip: string }[];
      nominatedNodeName?: string;
    };
    return [
      metadata.name,
      `${ready}/${total}`,
      reason,
      `${restarts}${ago}`,
      ageOf(metadata.creationTimestamp, now),
      podIPs[0]?.ip || "<none>",
      spec.nodeName || "<none>",
      nominatedNodeName || "<none>",
      readinessGates(pod),
    ];
  },
  conditions: ({ status }) => {
    if (status?.phase === "Succeeded") return [completed("Succeeded", "The pod has completed successfully.")];
    if (status?.phase === "Failed") return [completed("Failed", "The pod failed.")];
    return [];
  },
};

function completed(reason: string, message: string): RowCondition {
  return { type: "Completed", status: "True", reason, message };
}

function readinessGates({ spec, status }: Pod): string {
  const gates = (spec.readinessGates ?? []) as { conditionType: string }[];
  if (gates.length === 0) return "<none>";
  const isTrue = ({ conditionType }: { conditionType: string }) =>
    status?.conditions?.find(({ type }) => type === conditionType)?.status === "True";
  return `${gates.filter(isTrue).length}/${gates.length}`;
}

/** The names and the images of containers, for `-o wide`. */
export function containerCells(containers: readonly Container[] = []): [string, string] {
  return [containers.map(({ name }) => name).join(","), containers.map(({ image }) => image).join(",")];
}
