import type { LabelSelector } from "../../domain/label_selector.ts";
import type {
  ApiObject,
  Deployment,
  PodDisruptionBudget,
  PodTemplate,
  ReplicaSet,
  StatefulSet,
} from "../objects.ts";
import { conditionOf, isTerminating } from "../objects.ts";
import { formatLabels, formatSelector } from "./format_labels.ts";
import { ageOf, humanDuration } from "./human_duration.ts";
import { containerCells } from "./pod_table.ts";
import { AGE, integer, NAME, type TableType, text, wide } from "./table_type.ts";

interface DaemonSet extends ApiObject {
  readonly spec: { readonly selector: LabelSelector; readonly template: PodTemplate };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
  };
}

interface Job extends ApiObject {
  readonly spec: {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly selector?: LabelSelector;
    readonly template: PodTemplate;
  };
  readonly status?: {
    readonly succeeded?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
  };
}

const CONTAINERS = [wide("Containers"), wide("Images")];
const SELECTED = [...CONTAINERS, wide("Selector")];

function selectedCells({ spec }: { spec: { selector?: LabelSelector; template: PodTemplate } }): string[] {
  return [...containerCells(spec.template.spec.containers), formatSelector(spec.selector) || "<none>"];
}

export const DEPLOYMENT_TABLE: TableType<Deployment> = {
  columns: [NAME, text("Ready"), text("Up-to-date"), text("Available"), AGE, ...SELECTED],
  cells: ({ metadata, spec, status = {} }, now) => [
    metadata.name,
    `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    status.updatedReplicas ?? 0,
    status.availableReplicas ?? 0,
    ageOf(metadata.creationTimestamp, now),
    ...containerCells(spec.template.spec.containers),
    formatSelector(spec.selector),
  ],
};

export const REPLICA_SET_TABLE: TableType<ReplicaSet> = {
  columns: [NAME, integer("Desired"), integer("Current"), integer("Ready"), AGE, ...SELECTED],
  cells: (replicaSet, now) => {
    const { metadata, spec, status = {} } = replicaSet;
    return [
      metadata.name,
      spec.replicas ?? 0,
      status.replicas ?? 0,
      status.readyReplicas ?? 0,
      ageOf(metadata.creationTimestamp, now),
      ...selectedCells(replicaSet),
    ];
  },
};

export const STATEFUL_SET_TABLE: TableType<StatefulSet> = {
  columns: [NAME, text("Ready"), AGE, ...CONTAINERS],
  cells: ({ metadata, spec, status = {} }, now) => [
    metadata.name,
    `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    ageOf(metadata.creationTimestamp, now),
    ...containerCells(spec.template.spec.containers),
  ],
};

export const DAEMON_SET_TABLE: TableType<DaemonSet> = {
  columns: [
    NAME,
    ...["Desired", "Current", "Ready", "Up-to-date", "Available"].map(integer),
    text("Node Selector"),
    AGE,
    ...SELECTED,
  ],
  cells: (daemonSet, now) => {
    const { metadata, spec, status = {} } = daemonSet;
    return [
      metadata.name,
      status.desiredNumberScheduled ?? 0,
      status.currentNumberScheduled ?? 0,
      status.numberReady ?? 0,
      status.updatedNumberScheduled ?? 0,
      status.numberAvailable ?? 0,
      formatLabels(spec.template.spec.nodeSelector),
      ageOf(metadata.creationTimestamp, now),
      ...selectedCells(daemonSet),
    ];
  },
};

export const JOB_TABLE: TableType<Job> = {
  columns: [NAME, text("Status"), text("Completions"), text("Duration"), AGE, ...SELECTED],
  cells: (job, now) => [
    job.metadata.name,
    jobStatus(job),
    completions(job),
    jobDuration(job, now),
    ageOf(job.metadata.creationTimestamp, now),
    ...selectedCells(job),
  ],
};

function jobStatus(job: Job): string {
  const isTrue = (type: string) => conditionOf(job, type)?.status === "True";
  if (isTrue("Complete")) return "Complete";
  if (isTrue("Failed")) return "Failed";
  if (isTerminating(job)) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find(isTrue) ?? "Running";
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  return (spec.parallelism ?? 0) > 1 ? `${succeeded}/1 of ${spec.parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status = {} }: Job, now: number): string {
  if (status.startTime === undefined) return "";
  const end = status.completionTime === undefined ? now : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

interface Scale extends ApiObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
}

/** Of the subresource of what has replicas. */
export const SCALE_TABLE: TableType<Scale> = {
  columns: [text("Name"), integer("Desired"), integer("Available"), AGE],
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec.replicas ?? 0,
    status?.replicas ?? 0,
    ageOf(metadata.creationTimestamp, now),
  ],
};

export const BUDGET_TABLE: TableType<PodDisruptionBudget> = {
  columns: [NAME, text("Min Available"), text("Max Unavailable"), integer("Allowed Disruptions"), AGE],
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    String(spec.minAvailable ?? "N/A"),
    String(spec.maxUnavailable ?? "N/A"),
    status?.disruptionsAllowed ?? 0,
    ageOf(metadata.creationTimestamp, now),
  ],
};
