import { isObject } from "../../domain/json.ts";

/**
 * What becomes of a field: empty: it is simulated, or makes no difference to where pods run; a sentence:
 * what is left out of it; a function: a sentence that depends on the value; fields: what is inside of it.
 */
type FieldRule = string | ((value: unknown) => string) | { readonly [field: string]: FieldRule };

export interface FieldNote {
  /** From the object; `[*]` stands for all of a list. */
  readonly path: string;
  readonly why: string;
}

const UNKNOWN = "No field that is known here: passed over.";
const VOLUME = "Volumes are not simulated: a real one can hold the pod to the zone of its disk.";
const READY = "Not run: a pod is ready once the scenario's pods.startup has passed.";
const TOGETHER = "Not simulated: where other pods are makes no difference here.";
const PORT = "Not simulated: pods that need the same port of a node can share one here.";
const DEVICES = "Not simulated: nodes have no devices, and pods start without them.";
const HOOK = "Not run: pods here start and end as if there were none.";
const SCALING = "Not simulated: replicas follow the scenario's curves, between minReplicas and maxReplicas.";

/** Sentences for those of its keys that make a difference; all others make none. */
function among(rules: Readonly<Record<string, FieldRule>>): Readonly<Record<string, FieldRule>> {
  return { ...rules, "*": "" };
}

function fine(...names: readonly string[]): Record<string, FieldRule> {
  return Object.fromEntries(names.map((name) => [name, ""]));
}

const RESOURCES = {
  cpu: "",
  memory: "",
  "*": "Not counted: nodes have cpu, memory and room for a number of pods.",
};

const CONTAINER = {
  ...fine(
    "args",
    "command",
    "env",
    "envFrom",
    "image",
    "imagePullPolicy",
    "name",
    "resizePolicy",
    "restartPolicyRules",
  ),
  ...fine("restartPolicy", "securityContext", "stdin", "stdinOnce", "terminationMessagePath"),
  ...fine("terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir"),
  lifecycle: { postStart: HOOK, preStop: HOOK, stopSignal: "" },
  livenessProbe: "Not run: containers do not fail here.",
  readinessProbe: READY,
  startupProbe: READY,
  ports: among({ hostPort: PORT }),
  resources: { requests: RESOURCES, limits: RESOURCES, claims: DEVICES },
};

const VOLUMES = ["persistentVolumeClaim", "ephemeral", "csi", "awsElasticBlockStore", "azureDisk"];
const OLD_VOLUMES = ["cinder", "fc", "gcePersistentDisk", "iscsi", "portworxVolume", "rbd", "vsphereVolume"];

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec */
const POD = {
  ...fine("automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases"),
  ...fine(
    "hostIPC",
    "hostPID",
    "hostUsers",
    "hostname",
    "hostnameOverride",
    "imagePullSecrets",
    "nodeSelector",
    "os",
  ),
  ...fine("restartPolicy", "securityContext", "serviceAccount", "serviceAccountName", "setHostnameAsFQDN"),
  ...fine("shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "tolerations"),
  containers: CONTAINER,
  initContainers: "Not run: how long pods take to start is the scenario's pods.startup.",
  affinity: {
    nodeAffinity: "",
    podAffinity: TOGETHER,
    podAntiAffinity: "Not simulated: pods that are to be kept apart can share a node here.",
  },
  topologySpreadConstraints: among({
    whenUnsatisfiable: (value) =>
      value === "DoNotSchedule" ? "Counts as a wish here: pods are spread, but never held back for it." : "",
  }),
  volumes: among(Object.fromEntries([...VOLUMES, ...OLD_VOLUMES].map((name) => [name, VOLUME]))),
  hostNetwork: (value: unknown) => value === true ? PORT : "",
  priority: "Not simulated: no pod preempts another here.",
  priorityClassName: "Not simulated: no pod preempts another here.",
  preemptionPolicy: "Not simulated: no pod preempts another here.",
  nodeName: "Passed over: the scheduler finds a node for each pod.",
  schedulingGates: "Passed over: pods are scheduled at once.",
  schedulingGroup: "Not simulated: pods are placed one by one.",
  schedulerName: (value: unknown) =>
    value === "default-scheduler" ? "" : "Not simulated: the one scheduler here places all pods.",
  runtimeClassName: "Not applied: a real one can add to what the pod asks for, and choose nodes.",
  overhead: "Not counted: the pod asks for what its containers ask for.",
  resources: "Not counted: the pod asks for what its containers ask for.",
  resourceClaims: DEVICES,
  readinessGates: "Not simulated: pods are ready without them.",
};

const METADATA = fine("name", "namespace", "labels", "annotations");
const HEADER = { apiVersion: "", kind: "", metadata: METADATA };
const TEMPLATE = { metadata: METADATA, spec: POD };

/** By kind, as of Kubernetes 1.36. */
const FIELDS: Readonly<Record<string, { readonly [field: string]: FieldRule }>> = {
  Namespace: { ...HEADER, spec: "" },
  Deployment: {
    ...HEADER,
    spec: {
      ...fine("minReadySeconds", "paused", "progressDeadlineSeconds", "replicas", "revisionHistoryLimit"),
      ...fine("selector", "strategy"),
      template: TEMPLATE,
    },
  },
  StatefulSet: {
    ...HEADER,
    spec: {
      ...fine("minReadySeconds", "ordinals", "persistentVolumeClaimRetentionPolicy", "podManagementPolicy"),
      ...fine("replicas", "revisionHistoryLimit", "selector", "serviceName", "updateStrategy"),
      template: TEMPLATE,
      volumeClaimTemplates: VOLUME,
    },
  },
  PodDisruptionBudget: {
    ...HEADER,
    spec: fine("minAvailable", "maxUnavailable", "selector", "unhealthyPodEvictionPolicy"),
  },
  HorizontalPodAutoscaler: {
    ...HEADER,
    spec: {
      ...fine("scaleTargetRef", "minReplicas", "maxReplicas"),
      metrics: SCALING,
      targetCPUUtilizationPercentage: SCALING,
      behavior: "Not simulated: replicas change as fast as the scenario's curves do.",
    },
  },
};

/** What of an object is not simulated, each path once. */
export function fieldNotes(kind: string, object: unknown): FieldNote[] {
  const found = new Map<string, FieldNote>();
  collect({ value: object, rule: FIELDS[kind] ?? "", path: "" }, (note) => found.set(note.path, note));
  return [...found.values()];
}

function collect(
  { value, rule, path }: { value: unknown; rule: FieldRule; path: string },
  note: (note: FieldNote) => void,
): void {
  if (typeof rule !== "object") {
    const why = typeof rule === "string" ? rule : rule(value);
    if (why !== "") note({ path, why });
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) collect({ value: item, rule, path: `${path}[*]` }, note);
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      const known = Object.hasOwn(rule, key) ? rule[key]! : rule["*"] ?? UNKNOWN;
      collect({ value: child, rule: known, path: path === "" ? key : `${path}.${key}` }, note);
    }
  }
}
