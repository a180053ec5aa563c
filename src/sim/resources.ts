/** A kind of objects that the API serves. */
export interface ResourceType {
  /** Empty: the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Whether the generation is counted: it rises with each change of what is asked for. */
  readonly hasGeneration: boolean;
}

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

const ALL = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const STATUS_VERBS = ["get", "patch", "update"];
const SCALE: Subresource = {
  name: "scale",
  kind: "Scale",
  group: "autoscaling",
  version: "v1",
  verbs: STATUS_VERBS,
};

interface Described {
  readonly kind: string;
  readonly plural: string;
  readonly short?: readonly string[];
  readonly isClusterWide?: boolean;
  /** In the category `all`, which `kubectl get all` asks for. */
  readonly inAll?: boolean;
  readonly category?: string;
  readonly hasStatus?: boolean;
  readonly hasGeneration?: boolean;
  readonly verbs?: readonly string[];
  readonly subresources?: readonly Subresource[];
}

function group(group: string, version: string, described: readonly Described[]): ResourceType[] {
  return described.map((each) => ({
    group,
    version,
    plural: each.plural,
    singular: each.kind.toLowerCase(),
    kind: each.kind,
    namespaced: !each.isClusterWide,
    shortNames: each.short ?? [],
    categories: [...each.inAll ? ["all"] : [], ...each.category === undefined ? [] : [each.category]],
    verbs: each.verbs ?? ALL,
    hasGeneration: each.hasGeneration ?? false,
    subresources: [
      ...each.hasStatus ? [{ name: "status", kind: each.kind, verbs: STATUS_VERBS }] : [],
      ...each.subresources ?? [],
    ],
  }));
}

const WORKLOAD = { inAll: true, hasStatus: true, hasGeneration: true };

/** All that the embedded API server serves. */
export const RESOURCES: readonly ResourceType[] = [
  ...group("", "v1", [
    { kind: "ConfigMap", plural: "configmaps", short: ["cm"] },
    { kind: "Event", plural: "events", short: ["ev"] },
    {
      kind: "Namespace",
      plural: "namespaces",
      short: ["ns"],
      isClusterWide: true,
      hasStatus: true,
      verbs: ALL.filter((verb) => verb !== "deletecollection"),
      subresources: [{ name: "finalize", kind: "Namespace", verbs: ["update"] }],
    },
    { kind: "Node", plural: "nodes", short: ["no"], isClusterWide: true, hasStatus: true },
    {
      kind: "Pod",
      plural: "pods",
      short: ["po"],
      inAll: true,
      hasStatus: true,
      hasGeneration: true,
      subresources: [
        { name: "binding", kind: "Binding", verbs: ["create"] },
        { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
      ],
    },
    { kind: "Secret", plural: "secrets" },
    { kind: "Service", plural: "services", short: ["svc"], inAll: true, hasStatus: true },
    { kind: "ServiceAccount", plural: "serviceaccounts", short: ["sa"] },
  ]),
  ...group("apps", "v1", [
    { kind: "ControllerRevision", plural: "controllerrevisions" },
    { kind: "DaemonSet", plural: "daemonsets", short: ["ds"], ...WORKLOAD },
    {
      kind: "Deployment",
      plural: "deployments",
      short: ["deploy"],
      ...WORKLOAD,
      subresources: [SCALE],
    },
    { kind: "ReplicaSet", plural: "replicasets", short: ["rs"], ...WORKLOAD, subresources: [SCALE] },
    { kind: "StatefulSet", plural: "statefulsets", short: ["sts"], ...WORKLOAD, subresources: [SCALE] },
  ]),
  ...group("batch", "v1", [{ kind: "Job", plural: "jobs", ...WORKLOAD }]),
  ...group("autoscaling", "v2", [
    {
      kind: "HorizontalPodAutoscaler",
      plural: "horizontalpodautoscalers",
      short: ["hpa"],
      inAll: true,
      hasStatus: true,
    },
  ]),
  ...group("policy", "v1", [
    {
      kind: "PodDisruptionBudget",
      plural: "poddisruptionbudgets",
      short: ["pdb"],
      hasStatus: true,
      hasGeneration: true,
    },
  ]),
  ...group("coordination.k8s.io", "v1", [{ kind: "Lease", plural: "leases" }]),
  ...group("events.k8s.io", "v1", [{ kind: "Event", plural: "events", short: ["ev"] }]),
  ...group("admissionregistration.k8s.io", "v1", [
    {
      kind: "MutatingWebhookConfiguration",
      plural: "mutatingwebhookconfigurations",
      category: "api-extensions",
      isClusterWide: true,
      hasGeneration: true,
    },
  ]),
];

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === "" ? version : `${group}/${version}`;
}

/** `pods`, `deployments.apps`: how messages of the API name a resource. */
export function qualified({ group, plural }: Pick<ResourceType, "group" | "plural">): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function findType(kind: string, group: string): ResourceType {
  const type = RESOURCES.find((each) => each.kind === kind && each.group === group);
  if (type === undefined) throw new Error(`the embedded API server does not serve ${group}/${kind}`);
  return type;
}

/** The types that the embedded cluster's own parts work with. */
export const PODS = findType("Pod", "");
export const NODES = findType("Node", "");
export const NAMESPACES = findType("Namespace", "");
export const EVENTS = findType("Event", "");
export const NEW_EVENTS = findType("Event", "events.k8s.io");
export const SERVICE_ACCOUNTS = findType("ServiceAccount", "");
export const CONFIG_MAPS = findType("ConfigMap", "");
export const DEPLOYMENTS = findType("Deployment", "apps");
export const REPLICA_SETS = findType("ReplicaSet", "apps");
export const STATEFUL_SETS = findType("StatefulSet", "apps");
export const DAEMON_SETS = findType("DaemonSet", "apps");
export const CONTROLLER_REVISIONS = findType("ControllerRevision", "apps");
export const JOBS = findType("Job", "batch");
export const BUDGETS = findType("PodDisruptionBudget", "policy");
export const LEASES = findType("Lease", "coordination.k8s.io");
export const WEBHOOKS = findType("MutatingWebhookConfiguration", "admissionregistration.k8s.io");
