import { list, map, STRING_MAP, STRINGS, struct } from "./shape.ts";

export const OBJECT_META = struct({
  name: "string",
  generateName: "string",
  namespace: "string",
  uid: "string",
  resourceVersion: "string",
  generation: "int64",
  creationTimestamp: "time",
  deletionTimestamp: "time",
  labels: STRING_MAP,
  annotations: STRING_MAP,
  finalizers: STRINGS,
  ownerReferences: list(struct({
    apiVersion: "string",
    kind: "string",
    name: "string",
    uid: "string",
  })),
});

export const LABEL_SELECTOR = struct({
  matchLabels: STRING_MAP,
  matchExpressions: list(struct({ values: STRINGS })),
});

export const RESOURCE_LIST = map("quantity");

const RESOURCES = struct({ limits: RESOURCE_LIST, requests: RESOURCE_LIST });

const HANDLER = {
  exec: struct({ command: STRINGS }),
  httpGet: struct({ path: "string", host: "string", scheme: "string" }),
  tcpSocket: struct({ host: "string" }),
};

const PROBE = struct({
  ...HANDLER,
  grpc: struct({ port: "int32" }),
  initialDelaySeconds: "int32",
  timeoutSeconds: "int32",
  periodSeconds: "int32",
  successThreshold: "int32",
  failureThreshold: "int32",
});

const LIFECYCLE_HANDLER = struct(HANDLER);

const KEY_SELECTOR = { name: "string", key: "string" } as const;

export const CONTAINER = struct({
  name: "string",
  image: "string",
  command: STRINGS,
  args: STRINGS,
  workingDir: "string",
  imagePullPolicy: "string",
  terminationMessagePath: "string",
  terminationMessagePolicy: "string",
  stdin: "bool",
  stdinOnce: "bool",
  tty: "bool",
  resources: RESOURCES,
  ports: list(struct({
    name: "string",
    hostPort: "int32",
    containerPort: "int32",
    protocol: "string",
    hostIP: "string",
  })),
  env: list(struct({
    name: "string",
    value: "string",
    valueFrom: struct({
      fieldRef: struct({ apiVersion: "string", fieldPath: "string" }),
      resourceFieldRef: struct({
        containerName: "string",
        resource: "string",
        divisor: "quantity",
      }),
      configMapKeyRef: struct(KEY_SELECTOR),
      secretKeyRef: struct(KEY_SELECTOR),
    }),
  })),
  envFrom: list(struct({ prefix: "string" })),
  volumeMounts: list(struct({
    name: "string",
    mountPath: "string",
    subPath: "string",
    readOnly: "bool",
  })),
  livenessProbe: PROBE,
  readinessProbe: PROBE,
  startupProbe: PROBE,
  lifecycle: struct({ postStart: LIFECYCLE_HANDLER, preStop: LIFECYCLE_HANDLER }),
});

const NODE_REQUIREMENTS = list(struct({ key: "string", operator: "string", values: STRINGS }));

const NODE_TERM = struct({
  matchExpressions: NODE_REQUIREMENTS,
  matchFields: NODE_REQUIREMENTS,
});

const POD_TERM = struct({
  labelSelector: LABEL_SELECTOR,
  namespaceSelector: LABEL_SELECTOR,
  namespaces: STRINGS,
  topologyKey: "string",
});

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

const POD_AFFINITY = struct({
  [REQUIRED]: list(POD_TERM),
  [PREFERRED]: list(struct({ podAffinityTerm: POD_TERM })),
});

export const TOLERATIONS = list(struct({
  key: "string",
  operator: "string",
  value: "string",
  effect: "string",
}));

const VOLUME = struct({
  name: "string",
  emptyDir: struct({ medium: "string", sizeLimit: "quantity" }),
  hostPath: struct({ path: "string" }),
  configMap: struct({ name: "string" }),
  secret: struct({ secretName: "string" }),
  persistentVolumeClaim: struct({ claimName: "string", readOnly: "bool" }),
});

export const POD_SPEC = struct({
  volumes: list(VOLUME),
  initContainers: list(CONTAINER),
  containers: list(CONTAINER),
  restartPolicy: "string",
  dnsPolicy: "string",
  nodeSelector: STRING_MAP,
  serviceAccountName: "string",
  serviceAccount: "string",
  nodeName: "string",
  hostNetwork: "bool",
  hostPID: "bool",
  hostIPC: "bool",
  imagePullSecrets: list(struct({ name: "string" })),
  hostname: "string",
  subdomain: "string",
  affinity: struct({
    nodeAffinity: struct({
      [REQUIRED]: struct({ nodeSelectorTerms: list(NODE_TERM) }),
      [PREFERRED]: list(struct({ preference: NODE_TERM })),
    }),
    podAffinity: POD_AFFINITY,
    podAntiAffinity: POD_AFFINITY,
  }),
  schedulerName: "string",
  tolerations: TOLERATIONS,
  priorityClassName: "string",
  resources: RESOURCES,
  topologySpreadConstraints: list(struct({
    topologyKey: "string",
    whenUnsatisfiable: "string",
    labelSelector: LABEL_SELECTOR,
  })),
  schedulingGates: list(struct({ name: "string" })),
});

export const POD_TEMPLATE = struct({ metadata: OBJECT_META, spec: POD_SPEC });
