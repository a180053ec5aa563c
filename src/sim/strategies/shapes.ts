import { qualified, RESOURCES, type ResourceType } from "../resources.ts";
import { LABEL_SELECTOR, OBJECT_META, POD_SPEC, POD_TEMPLATE, RESOURCE_LIST } from "./pod_shapes.ts";
import { list, type Shape, STRING_MAP, STRINGS, struct, type StructShape } from "./shape.ts";

const CONDITION = { type: "string", status: "string", reason: "string", message: "string" } as const;

const OBJECT_REFERENCE = struct({
  kind: "string",
  namespace: "string",
  name: "string",
  uid: "string",
  apiVersion: "string",
  resourceVersion: "string",
  fieldPath: "string",
});

const EVENT_SOURCE = struct({ component: "string", host: "string" });
const EVENT_SERIES = struct({ count: "int32", lastObservedTime: "microTime" });

const workload = (fields: StructShape["fields"]) => ({
  spec: struct({
    minReadySeconds: "int32",
    selector: LABEL_SELECTOR,
    template: POD_TEMPLATE,
    ...fields,
  }),
});

const STRATEGY = struct({ type: "string" });

/** What there is to normalize in each kind beside its metadata, by the name of its resource. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  "pods": { spec: POD_SPEC },
  "deployments.apps": workload({ paused: "bool", strategy: STRATEGY }),
  "replicasets.apps": workload({}),
  "statefulsets.apps": workload({
    serviceName: "string",
    podManagementPolicy: "string",
    updateStrategy: STRATEGY,
    persistentVolumeClaimRetentionPolicy: struct({
      whenDeleted: "string",
      whenScaled: "string",
    }),
    volumeClaimTemplates: list(struct({
      metadata: OBJECT_META,
      spec: struct({
        accessModes: STRINGS,
        resources: struct({ limits: RESOURCE_LIST, requests: RESOURCE_LIST }),
      }),
    })),
  }),
  "daemonsets.apps": workload({ updateStrategy: STRATEGY }),
  "jobs.batch": workload({}),
  "poddisruptionbudgets.policy": {
    spec: struct({ selector: LABEL_SELECTOR }),
  },
  "leases.coordination.k8s.io": {
    spec: struct({ acquireTime: "microTime", renewTime: "microTime" }),
  },
  "nodes": {
    spec: struct({
      podCIDR: "string",
      providerID: "string",
      unschedulable: "bool",
      taints: list(struct({ key: "string", value: "string", effect: "string", timeAdded: "time" })),
    }),
    status: struct({
      capacity: RESOURCE_LIST,
      allocatable: RESOURCE_LIST,
      phase: "string",
      conditions: list(struct(CONDITION)),
    }),
  },
  "namespaces": { spec: struct({ finalizers: STRINGS }) },
  "services": {
    spec: struct({
      type: "string",
      clusterIP: "string",
      clusterIPs: STRINGS,
      externalName: "string",
      sessionAffinity: "string",
      selector: STRING_MAP,
      ports: list(struct({
        name: "string",
        protocol: "string",
        port: "int32",
        nodePort: "int32",
      })),
    }),
  },
  "configmaps": { data: STRING_MAP, binaryData: STRING_MAP },
  "secrets": { data: STRING_MAP, stringData: STRING_MAP, type: "string" },
  "horizontalpodautoscalers.autoscaling": {
    spec: struct({
      maxReplicas: "int32",
      scaleTargetRef: struct({
        kind: "string",
        name: "string",
        apiVersion: "string",
      }),
      metrics: list(struct({ type: "string" })),
    }),
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
    webhooks: list(struct({
      name: "string",
      clientConfig: struct({
        caBundle: "string",
        service: struct({ namespace: "string", name: "string" }),
      }),
      rules: list(struct({
        operations: STRINGS,
        apiGroups: STRINGS,
        apiVersions: STRINGS,
        resources: STRINGS,
      })),
      namespaceSelector: LABEL_SELECTOR,
      objectSelector: LABEL_SELECTOR,
      admissionReviewVersions: STRINGS,
      matchConditions: list(struct({ name: "string", expression: "string" })),
    })),
  },
};

const BY_TYPE = new Map(RESOURCES.map((type) => [
  type,
  struct({ metadata: OBJECT_META, ...FIELDS[qualified(type)] }),
]));

export function shapeOf(type: ResourceType): StructShape {
  return BY_TYPE.get(type)!;
}
