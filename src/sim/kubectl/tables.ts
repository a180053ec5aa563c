import type { Json } from "../json.ts";
import type { ApiObject } from "../objects.ts";
import { AUTOSCALER_TABLE } from "./autoscaler_table.ts";
import * as cluster from "./cluster_tables.ts";
import descriptions from "./column_descriptions.json" with { type: "json" };
import { EVENT_TABLE } from "./event_table.ts";
import { POD_TABLE } from "./pod_table.ts";
import { NAME, type TableType } from "./table_type.ts";
import * as workloads from "./workload_tables.ts";

export interface TableOptions {
  /** Epoch milliseconds, which ages are told from. */
  readonly now: number;
  /** What each row carries of its object. */
  readonly includeObject: "Metadata" | "None" | "Object";
  /** Of the list, or of the single object: `resourceVersion`, `continue`, `remainingItemCount`. */
  readonly metadata?: { readonly [field: string]: Json };
  /** False: a watch tells its columns in the first event only. */
  readonly hasColumns?: boolean;
}

const TABLES: Readonly<Record<string, TableType>> = {
  pods: POD_TABLE,
  nodes: cluster.NODE_TABLE,
  namespaces: cluster.NAMESPACE_TABLE,
  events: EVENT_TABLE,
  services: cluster.SERVICE_TABLE,
  configmaps: cluster.CONFIG_MAP_TABLE,
  secrets: cluster.SECRET_TABLE,
  serviceaccounts: cluster.SERVICE_ACCOUNT_TABLE,
  deployments: workloads.DEPLOYMENT_TABLE,
  replicasets: workloads.REPLICA_SET_TABLE,
  statefulsets: workloads.STATEFUL_SET_TABLE,
  daemonsets: workloads.DAEMON_SET_TABLE,
  controllerrevisions: cluster.REVISION_TABLE,
  jobs: workloads.JOB_TABLE,
  poddisruptionbudgets: workloads.BUDGET_TABLE,
  horizontalpodautoscalers: AUTOSCALER_TABLE,
  leases: cluster.LEASE_TABLE,
  mutatingwebhookconfigurations: cluster.WEBHOOK_TABLE,
  scale: workloads.SCALE_TABLE,
};

/** Of what has no table of its own. */
const DEFAULT: TableType<ApiObject> = {
  columns: [NAME, { name: "Created At", type: "date", format: "", priority: 0 }],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp],
};

/**
 * The `Table` of meta.k8s.io/v1 that the API server makes of objects of a resource; the plural of the
 * subresource is its name, `scale`.
 */
export function renderTable(
  { plural }: { readonly plural: string },
  objects: readonly ApiObject[],
  { now, includeObject, metadata = {}, hasColumns = true }: TableOptions,
): Json {
  const { columns, cells, conditions } = Object.hasOwn(TABLES, plural) ? TABLES[plural]! : DEFAULT;
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { ...metadata },
    columnDefinitions: hasColumns
      ? columns.map(({ name, type, format, priority }) => ({
        name,
        type,
        format,
        description: descriptionOf(plural, name),
        priority,
      }))
      : null,
    rows: objects.map((object) => {
      const row = { cells: cells(object, now), object: rowObject(object, includeObject) };
      const found = conditions?.(object) ?? [];
      return found.length === 0 ? row : { ...row, conditions: found.map((condition) => ({ ...condition })) };
    }),
  };
}

function rowObject(object: ApiObject, includeObject: TableOptions["includeObject"]): Json {
  if (includeObject === "None") return null;
  if (includeObject === "Object") return object as unknown as Json;
  const { metadata } = object as unknown as { metadata: Json };
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

function descriptionOf(plural: string, column: string): string {
  const known: Readonly<Record<string, Readonly<Record<string, string>>>> = descriptions;
  return known[plural]?.[column] ?? known["*"]?.[column] ?? "";
}
