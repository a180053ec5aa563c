import { qualified, RESOURCES, type ResourceType } from "../resources.ts";
import { LABEL_SELECTOR, OBJECT_META, POD_SPEC, POD_TEMPLATE, RESOURCE_LIST } from "./pod_shapes.ts";
import { list, map, type Shape, STRING_MAP, STRINGS, struct, type StructShape } from "./shape.ts";

const CONDITION = { type: "string", status: "string", reason: "string", message: "string" } as const;

const OBJECT_REFERENCE = struct("ObjectReference", {
  kind: "string",
  namespace: "string",
  name: "string",
  uid: "string",
  apiVersion: "string",
  resourceVersion: "string",
  fieldPath: "string",
});

const EVENT_SOURCE = struct("EventSource", { component: "string", host: "string" });
const EVENT_SERIES = struct("EventSeries", { count: "int32", lastObservedTime: "microTime" });

const SCALING_RULES = struct("HPAScalingRules", {
  stabilizationWindowSeconds: "*int32",
  selectPolicy: "*string",
});

const workload = (name: string, fields: StructShape["fields"]) => ({
  spec: struct(`${name}Spec`, {
    minReadySeconds: "int32",
    revisionHistoryLimit: "*int32",
    selector: LABEL_SELECTOR,
    template: POD_TEMPLATE,
    ...fields,
  }),
  status: struct(`${name}Status`, {}),
});

const withRollingUpdate = (names: { strategy: string; rollingUpdate: string }, fields: StructShape["fields"]) =>
  struct(names.strategy, { type: "string", rollingUpdate: struct(names.rollingUpdate, fields) });

const DEPLOYMENT_STRATEGY = { strategy: "DeploymentStrategy", rollingUpdate: "RollingUpdateDeployment" };
const STATEFUL_SET_STRATEGY = {
  strategy: "StatefulSetUpdateStrategy",
  rollingUpdate: "RollingUpdateStatefulSetStrategy",
};
const DAEMON_SET_STRATEGY = { strategy: "DaemonSetUpdateStrategy", rollingUpdate: "RollingUpdateDaemonSet" };
const SURGE = { maxUnavailable: "intOrString", maxSurge: "intOrString" } as const;

/** The fields of each kind beside its metadata, by the name of its resource. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  "pods": { spec: POD_SPEC, status: struct("PodStatus", {}) },
  "deployments.apps": workload("Deployment", {
    replicas: "*int32",
    paused: "bool",
    progressDeadlineSeconds: "*int32",
    strategy: withRollingUpdate(DEPLOYMENT_STRATEGY, SURGE),
  }),
  "replicasets.apps": workload("ReplicaSet", { replicas: "*int32" }),
  "statefulsets.apps": workload("StatefulSet", {
    replicas: "*int32",
    serviceName: "string",
    podManagementPolicy: "string",
    updateStrategy: withRollingUpdate(STATEFUL_SET_STRATEGY, {
      partition: "*int32",
      maxUnavailable: "intOrString",
    }),
    ordinals: struct("StatefulSetOrdinals", { start: "*int32" }),
    persistentVolumeClaimRetentionPolicy: struct("StatefulSetPersistentVolumeClaimRetentionPolicy", {
      whenDeleted: "string",
      whenScaled: "string",
    }),
    volumeClaimTemplates: list(struct("PersistentVolumeClaim", {
      metadata: OBJECT_META,
      spec: struct("PersistentVolumeClaimSpec", {
        accessModes: STRINGS,
        resources: struct("VolumeResourceRequirements", { limits: RESOURCE_LIST, requests: RESOURCE_LIST }),
      }),
    })),
  }),
  "daemonsets.apps": workload("DaemonSet", { updateStrategy: withRollingUpdate(DAEMON_SET_STRATEGY, SURGE) }),
  "controllerrevisions.apps": { revision: "*int64" },
  "jobs.batch": workload("Job", {
    parallelism: "*int32",
    completions: "*int32",
    backoffLimit: "*int32",
    activeDeadlineSeconds: "*int64",
    ttlSecondsAfterFinished: "*int32",
    manualSelector: "*bool",
    completionMode: "*string",
    suspend: "*bool",
  }),
  "poddisruptionbudgets.policy": {
    spec: struct("PodDisruptionBudgetSpec", {
      minAvailable: "intOrString",
      maxUnavailable: "intOrString",
      selector: LABEL_SELECTOR,
      unhealthyPodEvictionPolicy: "*string",
    }),
    status: struct("PodDisruptionBudgetStatus", {}),
  },
  "leases.coordination.k8s.io": {
    spec: struct("LeaseSpec", {
      holderIdentity: "*string",
      leaseDurationSeconds: "*int32",
      acquireTime: "microTime",
      renewTime: "microTime",
      leaseTransitions: "*int32",
    }),
  },
  "nodes": {
    spec: struct("NodeSpec", {
      podCIDR: "string",
      providerID: "string",
      unschedulable: "bool",
      taints: list(struct("Taint", { key: "string", value: "string", effect: "string", timeAdded: "time" })),
    }),
    status: struct("NodeStatus", {
      capacity: RESOURCE_LIST,
      allocatable: RESOURCE_LIST,
      phase: "string",
      conditions: list(struct("NodeCondition", CONDITION)),
    }),
  },
  "namespaces": {
    spec: struct("NamespaceSpec", { finalizers: STRINGS }),
    status: struct("NamespaceStatus", {}),
  },
  "services": {
    spec: struct("ServiceSpec", {
      type: "string",
      clusterIP: "string",
      clusterIPs: STRINGS,
      externalName: "string",
      sessionAffinity: "string",
      selector: STRING_MAP,
      ports: list(struct("ServicePort", {
        name: "string",
        protocol: "string",
        port: "int32",
        targetPort: "intOrString",
        nodePort: "int32",
      })),
    }),
    status: struct("ServiceStatus", {}),
  },
  "configmaps": { data: STRING_MAP, binaryData: map("bytes"), immutable: "*bool" },
  "secrets": { data: map("bytes"), stringData: STRING_MAP, type: "string", immutable: "*bool" },
  "serviceaccounts": { automountServiceAccountToken: "*bool" },
  "horizontalpodautoscalers.autoscaling": {
    spec: struct("HorizontalPodAutoscalerSpec", {
      minReplicas: "*int32",
      maxReplicas: "int32",
      scaleTargetRef: struct("CrossVersionObjectReference", {
        kind: "string",
        name: "string",
        apiVersion: "string",
      }),
      metrics: list(struct("MetricSpec", { type: "string" })),
      behavior: struct("HorizontalPodAutoscalerBehavior", { scaleUp: SCALING_RULES, scaleDown: SCALING_RULES }),
    }),
    status: struct("HorizontalPodAutoscalerStatus", {}),
  },
  "events": {
    involvedObject: OBJECT_REFERENCE,
    reason: "string",
    message: "string",
    source: EVENT_SOURCE,
    firstTimestamp: "time",
    lastTimestamp: "time",
    count: "int32",
    type: "string",
    eventTime: "microTime",
    series: EVENT_SERIES,
    action: "string",
    related: OBJECT_REFERENCE,
    reportingComponent: "string",
    reportingInstance: "string",
  },
  "events.events.k8s.io": {
    eventTime: "microTime",
    series: EVENT_SERIES,
    reportingController: "string",
    reportingInstance: "string",
    action: "string",
    reason: "string",
    regarding: OBJECT_REFERENCE,
    related: OBJECT_REFERENCE,
    note: "string",
    type: "string",
    deprecatedSource: EVENT_SOURCE,
    deprecatedFirstTimestamp: "time",
    deprecatedLastTimestamp: "time",
    deprecatedCount: "int32",
  },
  "mutatingwebhookconfigurations.admissionregistration.k8s.io": {
    webhooks: list(struct("MutatingWebhook", {
      name: "string",
      clientConfig: struct("WebhookClientConfig", {
        url: "*string",
        caBundle: "bytes",
        service: struct("ServiceReference", {
          namespace: "string",
          name: "string",
          path: "*string",
          port: "*int32",
        }),
      }),
      rules: list(struct("RuleWithOperations", {
        operations: STRINGS,
        apiGroups: STRINGS,
        apiVersions: STRINGS,
        resources: STRINGS,
        scope: "*string",
      })),
      failurePolicy: "*string",
      matchPolicy: "*string",
      namespaceSelector: LABEL_SELECTOR,
      objectSelector: LABEL_SELECTOR,
      sideEffects: "*string",
      timeoutSeconds: "*int32",
      admissionReviewVersions: STRINGS,
      reinvocationPolicy: "*string",
      matchConditions: list(struct("MatchCondition", { name: "string", expression: "string" })),
    })),
  },
};

const BY_TYPE = new Map(RESOURCES.map((type) => [
  type,
  struct(type.kind, { metadata: OBJECT_META, ...FIELDS[qualified(type)] }),
]));

export function shapeOf(type: ResourceType): StructShape {
  return BY_TYPE.get(type)!;
}
