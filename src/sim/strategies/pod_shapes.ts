import { list, map, STRING_MAP, STRINGS, struct } from "./shape.ts";

export const OBJECT_META = struct("ObjectMeta", {
  name: "string",
  generateName: "string",
  namespace: "string",
  uid: "string",
  resourceVersion: "string",
  generation: "int64",
  creationTimestamp: "time",
  deletionTimestamp: "time",
  deletionGracePeriodSeconds: "*int64",
  labels: STRING_MAP,
  annotations: STRING_MAP,
  finalizers: STRINGS,
  ownerReferences: list(struct("OwnerReference", {
    apiVersion: "string",
    kind: "string",
    name: "string",
    uid: "string",
    controller: "*bool",
    blockOwnerDeletion: "*bool",
  })),
});

export const LABEL_SELECTOR = struct("LabelSelector", {
  matchLabels: STRING_MAP,
  matchExpressions: list(
    struct("LabelSelectorRequirement", { key: "*string", operator: "*string", values: STRINGS }),
  ),
});

export const RESOURCE_LIST = map("quantity", "ResourceList");

const RESOURCES = struct("ResourceRequirements", { limits: RESOURCE_LIST, requests: RESOURCE_LIST });

const HTTP_GET = struct("HTTPGetAction", {
  path: "string",
  port: "intOrString",
  host: "string",
  scheme: "string",
});

const HANDLER = {
  exec: struct("ExecAction", { command: STRINGS }),
  httpGet: HTTP_GET,
  tcpSocket: struct("TCPSocketAction", { port: "intOrString", host: "string" }),
};

const PROBE = struct("Probe", {
  ...HANDLER,
  grpc: struct("GRPCAction", { port: "int32", service: "*string" }),
  initialDelaySeconds: "int32",
  timeoutSeconds: "int32",
  periodSeconds: "int32",
  successThreshold: "int32",
  failureThreshold: "int32",
  terminationGracePeriodSeconds: "*int64",
});

const LIFECYCLE_HANDLER = struct("LifecycleHandler", HANDLER);

const KEY_SELECTOR = { name: "string", key: "string", optional: "*bool" } as const;

export const CONTAINER = struct("Container", {
  name: "string",
  image: "string",
  command: STRINGS,
  args: STRINGS,
  workingDir: "string",
  imagePullPolicy: "string",
  restartPolicy: "*string",
  terminationMessagePath: "string",
  terminationMessagePolicy: "string",
  stdin: "bool",
  stdinOnce: "bool",
  tty: "bool",
  resources: RESOURCES,
  ports: list(struct("ContainerPort", {
    name: "string",
    hostPort: "int32",
    containerPort: "int32",
    protocol: "string",
    hostIP: "string",
  })),
  env: list(struct("EnvVar", {
    name: "string",
    value: "string",
    valueFrom: struct("EnvVarSource", {
      fieldRef: struct("ObjectFieldSelector", { apiVersion: "string", fieldPath: "string" }),
      resourceFieldRef: struct("ResourceFieldSelector", {
        containerName: "string",
        resource: "string",
        divisor: "quantity",
      }),
      configMapKeyRef: struct("ConfigMapKeySelector", KEY_SELECTOR),
      secretKeyRef: struct("SecretKeySelector", KEY_SELECTOR),
    }),
  })),
  envFrom: list(struct("EnvFromSource", { prefix: "string" })),
  volumeMounts: list(struct("VolumeMount", {
    name: "string",
    mountPath: "string",
    subPath: "string",
    readOnly: "bool",
  })),
  livenessProbe: PROBE,
  readinessProbe: PROBE,
  startupProbe: PROBE,
  lifecycle: struct("Lifecycle", { postStart: LIFECYCLE_HANDLER, preStop: LIFECYCLE_HANDLER }),
});

const NODE_REQUIREMENTS = list(
  struct("NodeSelectorRequirement", { key: "string", operator: "string", values: STRINGS }),
);

const NODE_TERM = struct("NodeSelectorTerm", {
  matchExpressions: NODE_REQUIREMENTS,
  matchFields: NODE_REQUIREMENTS,
});

const POD_TERM = struct("PodAffinityTerm", {
  labelSelector: LABEL_SELECTOR,
  namespaceSelector: LABEL_SELECTOR,
  namespaces: STRINGS,
  topologyKey: "string",
});

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

const podAffinity = (name: string) =>
  struct(name, {
    [REQUIRED]: list(POD_TERM),
    [PREFERRED]: list(struct("WeightedPodAffinityTerm", { weight: "*int32", podAffinityTerm: POD_TERM })),
  });

export const TOLERATIONS = list(struct("Toleration", {
  key: "string",
  operator: "string",
  value: "string",
  effect: "string",
  tolerationSeconds: "*int64",
}));

const FILES = { optional: "*bool", defaultMode: "*int32" } as const;

const VOLUME = struct("Volume", {
  name: "string",
  emptyDir: struct("EmptyDirVolumeSource", { medium: "string", sizeLimit: "quantity" }),
  hostPath: struct("HostPathVolumeSource", { path: "string", type: "*string" }),
  configMap: struct("ConfigMapVolumeSource", { name: "string", ...FILES }),
  secret: struct("SecretVolumeSource", { secretName: "string", ...FILES }),
  downwardAPI: struct("DownwardAPIVolumeSource", FILES),
  projected: struct("ProjectedVolumeSource", {
    defaultMode: "*int32",
    sources: list(struct("VolumeProjection", {})),
  }),
  persistentVolumeClaim: struct("PersistentVolumeClaimVolumeSource", { claimName: "string", readOnly: "bool" }),
});

export const POD_SPEC = struct("PodSpec", {
  volumes: list(VOLUME),
  initContainers: list(CONTAINER),
  containers: list(CONTAINER),
  restartPolicy: "string",
  terminationGracePeriodSeconds: "*int64",
  activeDeadlineSeconds: "*int64",
  dnsPolicy: "string",
  nodeSelector: STRING_MAP,
  serviceAccountName: "string",
  serviceAccount: "string",
  automountServiceAccountToken: "*bool",
  nodeName: "string",
  hostNetwork: "bool",
  hostPID: "bool",
  hostIPC: "bool",
  shareProcessNamespace: "*bool",
  securityContext: struct("PodSecurityContext", {}),
  imagePullSecrets: list(struct("LocalObjectReference", { name: "string" })),
  hostname: "string",
  subdomain: "string",
  affinity: struct("Affinity", {
    nodeAffinity: struct("NodeAffinity", {
      [REQUIRED]: struct("NodeSelector", { nodeSelectorTerms: list(NODE_TERM) }),
      [PREFERRED]: list(struct("PreferredSchedulingTerm", { weight: "*int32", preference: NODE_TERM })),
    }),
    podAffinity: podAffinity("PodAffinity"),
    podAntiAffinity: podAffinity("PodAntiAffinity"),
  }),
  schedulerName: "string",
  tolerations: TOLERATIONS,
  priorityClassName: "string",
  priority: "*int32",
  runtimeClassName: "*string",
  enableServiceLinks: "*bool",
  preemptionPolicy: "*string",
  resources: RESOURCES,
  topologySpreadConstraints: list(struct("TopologySpreadConstraint", {
    maxSkew: "*int32",
    topologyKey: "string",
    whenUnsatisfiable: "string",
    labelSelector: LABEL_SELECTOR,
    minDomains: "*int32",
  })),
  schedulingGates: list(struct("PodSchedulingGate", { name: "string" })),
});

export const POD_TEMPLATE = struct("PodTemplateSpec", { metadata: OBJECT_META, spec: POD_SPEC });
