import type { ApiObject } from "../objects.ts";
import { ageOf } from "./human_duration.ts";
import { AGE, NAME, type TableType, text } from "./table_type.ts";

interface MetricValue {
  readonly value?: string;
  readonly averageValue?: string;
  readonly averageUtilization?: number;
}

/** A metric's specification has a target, its status what is measured now. */
interface Metric {
  readonly type: string;
  readonly [source: string]:
    | string
    | { readonly name?: string; readonly target?: MetricValue; readonly current?: MetricValue };
}

interface Autoscaler extends ApiObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly Metric[];
  };
  readonly status?: { readonly currentReplicas?: number; readonly currentMetrics?: readonly Metric[] | null };
}

export const AUTOSCALER_TABLE: TableType<Autoscaler> = {
  columns: [NAME, ...["Reference", "Targets", "MinPods", "MaxPods", "Replicas"].map(text), AGE],
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    targets(spec.metrics ?? [], status?.currentMetrics ?? []),
    String(spec.minReplicas ?? "<unset>"),
    spec.maxReplicas,
    status?.currentReplicas ?? 0,
    ageOf(metadata.creationTimestamp, now),
  ],
};

/** What fits into the column. */
const MOST_TARGETS = 2;

function targets(metrics: readonly Metric[], current: readonly Metric[]): string {
  if (metrics.length === 0) return "<none>";
  const texts = metrics.map((metric, index) => target(metric, current[index]));
  const rest = texts.length - MOST_TARGETS;
  const shown = texts.slice(0, MOST_TARGETS).join(", ");
  return rest > 0 ? `${shown} + ${rest} more...` : shown;
}

function target(metric: Metric, status: Metric | undefined): string {
  const source = metric.type.charAt(0).toLowerCase() + metric.type.slice(1);
  const wanted = partOf(metric, source).target ?? {};
  const now = partOf(status, source).current ?? {};
  switch (metric.type) {
    case "Resource":
    case "ContainerResource": {
      const name = partOf(metric, source).name;
      return wanted.averageValue === undefined
        ? `${name}: ${percent(now.averageUtilization, "<unknown>")}/${
          percent(wanted.averageUtilization, "<auto>")
        }`
        : `${name}: ${now.averageValue ?? "<unknown>"}/${wanted.averageValue}`;
    }
    case "Pods":
      return `${now.averageValue ?? "<unknown>"}/${wanted.averageValue}`;
    case "Object":
    case "External":
      return wanted.averageValue === undefined
        ? `${now.value ?? "<unknown>"}/${wanted.value}`
        : `${now.averageValue ?? "<unknown>"}/${wanted.averageValue} (avg)`;
    default:
      return "<unknown type>";
  }
}

function partOf(metric: Metric | undefined, source: string) {
  const part = metric?.[source];
  return typeof part === "object" ? part : {};
}

function percent(value: number | undefined, unknown: string): string {
  return value === undefined ? unknown : `${value}%`;
}
