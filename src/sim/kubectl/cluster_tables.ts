import { type ApiObject, conditionOf, controllerOf, type Node } from "../objects.ts";
import { formatLabels } from "./format_labels.ts";
import { ageOf } from "./human_duration.ts";
import { AGE, integer, NAME, type TableType, text, wide } from "./table_type.ts";

interface Service extends ApiObject {
  readonly spec: {
    readonly type?: string;
    readonly clusterIPs?: readonly string[];
    readonly externalIPs?: readonly string[];
    readonly externalName?: string;
    readonly ports?: readonly { port: number; nodePort?: number; protocol?: string }[];
    readonly selector?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { ip?: string; hostname?: string }[] };
  };
}

export const NODE_TABLE: TableType<Node> = {
  columns: [
    NAME,
    text("Status"),
    text("Roles"),
    AGE,
    text("Version"),
    ...["Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"].map(wide),
  ],
  cells: (node, now) => {
    const { addresses = [], nodeInfo = {} } = (node.status ?? {}) as {
      addresses?: { type: string; address: string }[];
      nodeInfo?: Record<string, string>;
    };
    const address = (wanted: string) => addresses.find(({ type }) => type === wanted)?.address ?? "<none>";
    const architecture = nodeInfo["architecture"] ? ` (${nodeInfo["architecture"]})` : "";
    return [
      node.metadata.name,
      nodeStatus(node),
      nodeRoles(node),
      ageOf(node.metadata.creationTimestamp, now),
      nodeInfo["kubeletVersion"] ?? "",
      address("InternalIP"),
      address("ExternalIP"),
      nodeInfo["osImage"] || "<unknown>",
      (nodeInfo["kernelVersion"] || "<unknown>") + architecture,
      nodeInfo["containerRuntimeVersion"] || "<unknown>",
    ];
  },
};

function nodeStatus(node: Node): string {
  const ready = conditionOf(node, "Ready");
  const status = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return node.spec?.unschedulable === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith("node-role.kubernetes.io/")) return [key.slice("node-role.kubernetes.io/".length)];
    return key === "kubernetes.io/role" ? [value] : [];
  });
  return [...new Set(roles.filter((role) => role !== ""))].sort().join(",") || "<none>";
}

export const SERVICE_TABLE: TableType<Service> = {
  columns: [NAME, ...["Type", "Cluster-IP", "External-IP", "Port(s)"].map(text), AGE, wide("Selector")],
  cells: (service, now) => {
    const { metadata, spec } = service;
    const ports = (spec.ports ?? []).map(({ port, nodePort, protocol }) =>
      `${nodePort ? `${port}:${nodePort}` : port}/${protocol}`
    );
    return [
      metadata.name,
      spec.type ?? "",
      spec.clusterIPs?.[0] ?? "<none>",
      externalIp(service),
      ports.join(",") || "<none>",
      ageOf(metadata.creationTimestamp, now),
      formatLabels(spec.selector),
    ];
  },
};

function externalIp({ spec, status }: Service): string {
  if (spec.type === "ExternalName") return spec.externalName ?? "";
  const external = spec.externalIPs ?? [];
  if (spec.type !== "LoadBalancer") return external.join(",") || "<none>";
  const balancers = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "");
  return [...[...new Set(balancers)].filter((each) => each !== "").sort(), ...external].join(",") ||
    "<pending>";
}

export const NAMESPACE_TABLE: TableType<ApiObject & { status?: { phase?: string } }> = {
  columns: [NAME, text("Status"), AGE],
  cells: (
    { metadata, status },
    now,
  ) => [metadata.name, status?.phase ?? "", ageOf(metadata.creationTimestamp, now)],
};

type Entries = Readonly<Record<string, string>>;

export const CONFIG_MAP_TABLE: TableType<ApiObject & { data?: Entries; binaryData?: Entries }> = {
  columns: [NAME, text("Data"), AGE],
  cells: ({ metadata, data = {}, binaryData = {} }, now) => [
    metadata.name,
    Object.keys(data).length + Object.keys(binaryData).length,
    ageOf(metadata.creationTimestamp, now),
  ],
};

export const SECRET_TABLE: TableType<ApiObject & { type?: string; data?: Entries }> = {
  columns: [NAME, text("Type"), text("Data"), AGE],
  cells: ({ metadata, type, data = {} }, now) => [
    metadata.name,
    type ?? "",
    Object.keys(data).length,
    ageOf(metadata.creationTimestamp, now),
  ],
};

export const SERVICE_ACCOUNT_TABLE: TableType<ApiObject> = {
  columns: [NAME, AGE],
  cells: ({ metadata }, now) => [metadata.name, ageOf(metadata.creationTimestamp, now)],
};

export const LEASE_TABLE: TableType<ApiObject & { spec?: { holderIdentity?: string } }> = {
  columns: [NAME, text("Holder"), AGE],
  cells: ({ metadata, spec }, now) => [
    metadata.name,
    spec?.holderIdentity ?? "",
    ageOf(metadata.creationTimestamp, now),
  ],
};

export const WEBHOOK_TABLE: TableType<ApiObject & { webhooks?: readonly unknown[] }> = {
  columns: [NAME, integer("Webhooks"), AGE],
  cells: ({ metadata, webhooks = [] }, now) => [
    metadata.name,
    webhooks.length,
    ageOf(metadata.creationTimestamp, now),
  ],
};

export const REVISION_TABLE: TableType<ApiObject & { revision?: number }> = {
  columns: [NAME, text("Controller"), text("Revision"), AGE],
  cells: (object, now) => {
    const { metadata, revision } = object;
    const owner = controllerOf(object);
    const [group] = owner?.apiVersion.includes("/") ? owner.apiVersion.split("/") : [];
    const kind = [owner?.kind, group].filter((part) => part !== undefined).join(".").toLowerCase();
    return [
      metadata.name,
      owner === undefined ? "<none>" : `${kind}/${owner.name}`,
      revision ?? 0,
      ageOf(metadata.creationTimestamp, now),
    ];
  },
};
