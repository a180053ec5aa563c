import {
  type Case,
  cases,
  CONTAINER,
  type Loose,
  set,
  spec,
  statuses,
  template,
  updates,
  workload,
} from "./case.ts";

const WORKLOADS_OF_PODS = ["deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps"];

const rolling = (rollingUpdate: Loose) => workload({ strategy: { rollingUpdate } });
const daemons = (rollingUpdate: Loose) => workload({ updateStrategy: { rollingUpdate } });
const claim = (fields: Loose) =>
  workload({ volumeClaimTemplates: [{ metadata: { name: "d" }, spec: fields }] });
const CLAIM = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } };

const EVERY_KIND: Readonly<Record<string, Loose>> = {
  "the least": workload(),
  "nothing": { metadata: { name: "p" } },
  "an empty selector": spec({ selector: {}, template: {} }),
  "a selector that does not fit": workload({ template: template({}, { labels: { a: "c" } }) }),
  "pods that end": workload({ template: template({ restartPolicy: "Never" }) }),
  "pods with a deadline": workload({ template: template({ activeDeadlineSeconds: 5 }) }),
  "negative numbers": workload({
    replicas: -1,
    minReadySeconds: -1,
    revisionHistoryLimit: -1,
    progressDeadlineSeconds: -1,
  }),
  "numbers that are 0": workload({ minReadySeconds: 0 }),
  "a selector that is none": workload({
    selector: {
      matchLabels: { "a b": "x y" },
      matchExpressions: [
        { key: "a", operator: "X" },
        { key: "a", operator: "In" },
        { key: "a", operator: "Exists", values: ["x"] },
        { key: "", operator: "In", values: ["a b"] },
      ],
    },
  }),
  "labels and annotations of pods that are none": workload({
    template: template({}, { labels: { "a": "b", "x y": "a b" }, annotations: { "x y": "z" } }),
  }),
  "a template with all sorts of things": workload({
    template: template({
      containers: [{ ...CONTAINER, resources: { limits: { cpu: "1000m" } }, ports: [{ containerPort: 80 }] }],
      tolerations: [{ key: "x" }],
      hostNetwork: true,
      serviceAccountName: "s",
      volumes: [{ name: "x" }],
      terminationGracePeriodSeconds: -1,
    }, { creationTimestamp: null }),
  }),
  "a status": { ...workload(), status: { replicas: 5 } },
};

const EVERY_KIND_CHANGED = {
  of: workload(),
  "the selector": { "spec.selector.matchLabels": { a: "c" } },
  "the selector and the labels": {
    "spec.selector.matchLabels": { a: "c" },
    "spec.template.metadata.labels": { a: "c" },
  },
  "the image": { "spec.template.spec.containers.0.image": "x:1" },
  "nothing, and no version": { "metadata.resourceVersion": undefined },
  "the status": { status: { replicas: 5 } },
};

const COUNTS = [
  "observedGeneration",
  "replicas",
  "fullyLabeledReplicas",
  "currentReplicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "collisionCount",
  "currentNumberScheduled",
  "numberMisscheduled",
  "desiredNumberScheduled",
  "numberReady",
  "updatedNumberScheduled",
  "numberAvailable",
  "numberUnavailable",
];

const EVERY_STATUS = {
  of: workload(),
  "less than nothing": Object.fromEntries(COUNTS.map((name) => [name, -1])),
};

/** Of the kinds that count replicas. */
const REPLICAS = {
  of: workload(),
  "more than all": {
    replicas: 1,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 3,
    currentReplicas: 2,
  },
  "more available than ready": { replicas: 3, readyReplicas: 1, availableReplicas: 2 },
};

export const WORKLOADS: readonly Case[] = [
  ...WORKLOADS_OF_PODS.flatMap((resource) => [
    ...cases(resource, EVERY_KIND),
    ...updates(resource, EVERY_KIND_CHANGED),
    ...statuses(resource, EVERY_STATUS),
  ]),
  ...["deployments.apps", "replicasets.apps", "statefulsets.apps"].flatMap((resource) =>
    statuses(resource, REPLICAS)
  ),
  ...cases("deployments.apps", {
    "no replicas, and not paused": workload({ replicas: 0, paused: false }),
    "an unknown strategy": workload({ strategy: { type: "X" } }),
    "Recreate": workload({ strategy: { type: "Recreate" } }),
    "Recreate with a rolling update": workload({
      strategy: { type: "Recreate", rollingUpdate: { maxSurge: 1 } },
    }),
    "a surge": rolling({ maxSurge: 1 }),
    "neither surge nor unavailability": rolling({ maxSurge: 0, maxUnavailable: 0 }),
    "neither surge nor unavailability, in percent": rolling({ maxSurge: "0%", maxUnavailable: "0%" }),
    "a negative surge and unavailability": rolling({ maxSurge: -1, maxUnavailable: -2 }),
    "shares that are none": rolling({ maxSurge: "x", maxUnavailable: "5" }),
    "shares outside 0 to 100": rolling({ maxSurge: "-5%", maxUnavailable: "120%" }),
    "a deadline before pods are available": workload({ progressDeadlineSeconds: 5, minReadySeconds: 5 }),
  }),
  ...cases("statefulsets.apps", {
    "texts that are none": workload({
      serviceName: "A b",
      podManagementPolicy: "X",
      updateStrategy: { type: "X" },
    }),
    "OnDelete": workload({ updateStrategy: { type: "OnDelete" } }),
    "OnDelete with a partition": workload({
      updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } },
    }),
    "a negative partition": workload({ updateStrategy: { rollingUpdate: { partition: -1 } } }),
    "an unavailability": workload({ updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } }),
    "a first ordinal below 0": workload({ ordinals: { start: -1 } }),
    "ordinals": workload({ ordinals: {} }),
    "a claim": claim(CLAIM),
    "a claim that is mounted": set(claim(CLAIM), {
      "spec.template.spec.containers.0.volumeMounts": [{ name: "d", mountPath: "/d" }],
    }),
    "a claim of nothing": claim({}),
    "a retention that is none": workload({ persistentVolumeClaimRetentionPolicy: { whenDeleted: "X" } }),
  }),
  ...updates("statefulsets.apps", {
    of: workload(),
    "the service": { "spec.serviceName": "x" },
    "the pod management": { "spec.podManagementPolicy": "Parallel" },
    "the claims": { "spec.volumeClaimTemplates": [{ metadata: { name: "d" }, spec: CLAIM }] },
    "all that may change": {
      "spec.replicas": 3,
      "spec.minReadySeconds": 3,
      "spec.revisionHistoryLimit": 3,
      "spec.updateStrategy": { type: "OnDelete" },
      "spec.ordinals": { start: 2 },
      "spec.persistentVolumeClaimRetentionPolicy": { whenDeleted: "Delete", whenScaled: "Retain" },
    },
  }),
  ...cases("daemonsets.apps", {
    "an unknown strategy": workload({ updateStrategy: { type: "X" } }),
    "OnDelete": workload({ updateStrategy: { type: "OnDelete" } }),
    "neither surge nor unavailability": daemons({ maxSurge: 0, maxUnavailable: 0 }),
    "both surge and unavailability": daemons({ maxSurge: 1 }),
    "a surge": daemons({ maxSurge: 1, maxUnavailable: 0 }),
    "shares that are none": daemons({ maxSurge: "x", maxUnavailable: "120%" }),
  }),
  ...cases("controllerrevisions.apps", {
    "the least": { metadata: { name: "p" }, revision: 1, data: { a: 1 } },
    "a negative revision of nothing": { metadata: { name: "p" }, revision: -1 },
  }),
  ...updates("controllerrevisions.apps", {
    of: { metadata: { name: "p" }, revision: 1, data: { a: 1 } },
    "the data": { data: { a: 2 } },
    "the revision": { revision: 2 },
  }),
];
