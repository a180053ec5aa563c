import { type Case, cases, CONTAINER, pod, podOf, set, updates } from "./case.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
const resources = (fields: object) => podOf({ resources: fields });
const tolerations = (...list: object[]) => pod({ tolerations: list });

export const PODS: readonly Case[] = [
  ...cases("pods", {
    "the least": pod(),
    "no spec": { metadata: { name: "p" } },
    "no containers": pod({ containers: [] }),
    "a container without name and image": pod({ containers: [{}] }),
    "a container's name in upper case": podOf({ name: "A" }),
    "a container's name that is too long": podOf({ name: "a".repeat(64) }),
    "two containers of one name": pod({ containers: [CONTAINER, CONTAINER] }),
    "an init container of the same name": pod({ initContainers: [CONTAINER] }),
    "an image with space around": podOf({ image: " nginx" }),
    "choices that are none": podOf({ imagePullPolicy: "X" }, { restartPolicy: "X", dnsPolicy: "X" }),
    "images with and without tags": pod({
      containers: ["nginx:1", "nginx:latest", "r:5000/nginx", "r:5000/nginx:1", `x@sha256:${"a".repeat(64)}`]
        .map((image, i) => ({ name: `c${i}`, image })),
    }),
    "a negative grace period": pod({ terminationGracePeriodSeconds: -1 }),
    "a deadline of 0": pod({ activeDeadlineSeconds: 0 }),
    "names that are none": pod({ nodeName: "A B", hostname: "A.b", serviceAccountName: "A b" }),
    "a node selector that is none": pod({ nodeSelector: { "a b": "x y" } }),
    "a service account": pod({ serviceAccountName: "ab" }),
    "a system's priority": pod({ priorityClassName: "system-node-critical" }),
    "things that are empty": pod({
      nodeSelector: {},
      tolerations: [],
      hostNetwork: false,
      volumes: [],
      hostname: "",
    }),
    "things that are null": pod({ nodeSelector: null, tolerations: null, affinity: null, priority: null }),
    "scheduling gates": pod({ schedulingGates: [{ name: "a" }] }),
    "the host's network": podOf({ ports: [{ containerPort: 80 }] }, { hostNetwork: true }),
    "a topology spread": pod({
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "a", whenUnsatisfiable: "DoNotSchedule" }],
    }),
    "topology spreads that are none": pod({
      topologySpreadConstraints: [
        { maxSkew: 0, topologyKey: "", whenUnsatisfiable: "X" },
        { maxSkew: 1, topologyKey: "a", whenUnsatisfiable: "DoNotSchedule" },
        { maxSkew: 1, topologyKey: "a", whenUnsatisfiable: "DoNotSchedule" },
      ],
    }),
    "limits": resources({ limits: { cpu: "1", memory: "1Gi" } }),
    "limits, and requests of one": resources({ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "0.5" } }),
    "requests in other forms": resources({
      requests: { "cpu": 0.1, "memory": "1.5Gi", "ephemeral-storage": "1000k" },
    }),
    "requests in the largest units": resources({ requests: { cpu: "1000m", memory: "1024Mi" } }),
    "requests of every form": resources({
      requests: { "cpu": "1e3", "memory": "1.5e6", "ephemeral-storage": "1000Ki" },
    }),
    "negative requests": resources({ requests: { cpu: "-1" } }),
    "resources without a domain": resources({ requests: { foo: "1" } }),
    "extended resources": resources({ limits: { "nvidia.com/gpu": "1" } }),
    "parts of extended resources": resources({
      requests: { "nvidia.com/gpu": "1.5" },
      limits: { "nvidia.com/gpu": "1" },
    }),
    "requests above limits": resources({ requests: { cpu: "2" }, limits: { cpu: "1" } }),
    "resources of the pod": pod({ resources: { limits: { cpu: "1" } } }),
    "an init container that stays": pod({
      initContainers: [{
        name: "a",
        image: "nginx:1",
        resources: { limits: { cpu: 1 } },
        restartPolicy: "Always",
      }],
    }),
    "ports": podOf({ ports: [{ containerPort: 80, name: "http", hostPort: 0 }] }),
    "ports that are none": podOf({
      ports: [
        { containerPort: 0 },
        { containerPort: 70_000, protocol: "X" },
        { containerPort: 80, name: "A" },
        { containerPort: 80, name: "http" },
        { containerPort: 81, name: "http" },
      ],
    }),
    "environment": podOf({
      env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }, { name: "B", value: "" }],
    }),
    "environment that is none": podOf({
      env: [
        { name: "" },
        { name: "a=b" },
        { name: "B", valueFrom: {} },
        { name: "C", value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "D", valueFrom: { fieldRef: { fieldPath: "x" } } },
      ],
    }),
    "volumes": pod({
      volumes: [
        { name: "a" },
        { name: "b", configMap: { name: "y" } },
        { name: "c", secret: { secretName: "y" } },
        { name: "d", hostPath: { path: "/x" } },
        { name: "e", downwardAPI: {} },
        { name: "f", persistentVolumeClaim: { claimName: "x" } },
        { name: "g", emptyDir: {} },
      ],
    }),
    "volumes that are none": podOf({
      volumeMounts: [{ name: "x", mountPath: "/a" }, { name: "x", mountPath: "/a" }, {
        name: "z",
        mountPath: "",
      }],
    }, { volumes: [{ name: "x", emptyDir: {} }, { name: "x" }, { name: "Y", configMap: {} }] }),
    "probes": podOf({
      livenessProbe: { httpGet: { port: 80 } },
      readinessProbe: { tcpSocket: { port: "http" }, initialDelaySeconds: 0 },
      startupProbe: { grpc: { port: 80 } },
      lifecycle: { preStop: { httpGet: { port: 80 } } },
    }),
    "probes that are none": podOf({
      livenessProbe: {},
      readinessProbe: { tcpSocket: { port: 1 }, httpGet: { port: 1 } },
      startupProbe: { exec: { command: [] } },
    }),
    "tolerations of everything": tolerations({ operator: "Exists" }),
    "a toleration of nodes that are not ready": tolerations({
      key: "node.kubernetes.io/not-ready",
      operator: "Exists",
    }),
    "a toleration of another effect": tolerations({
      key: "node.kubernetes.io/not-ready",
      operator: "Exists",
      effect: "NoSchedule",
    }),
    "tolerations that are none": tolerations(
      { key: "a b" },
      { operator: "X" },
      { key: "a", operator: "Exists", value: "x" },
      { operator: "Equal" },
      { key: "a", tolerationSeconds: 5 },
      { key: "a", effect: "X" },
      { key: "b", value: "x y" },
      { key: "x", tolerationSeconds: 5, effect: "NoSchedule" },
    ),
    "affinity to nodes": pod({
      affinity: {
        nodeAffinity: {
          [REQUIRED]: {
            nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["a"] }] }],
          },
        },
      },
    }),
    "affinity to nodes that is none": pod({
      affinity: {
        nodeAffinity: {
          [REQUIRED]: { nodeSelectorTerms: [] },
          [PREFERRED]: [
            { weight: 0, preference: { matchExpressions: [{ key: "a", operator: "In" }] } },
            {
              weight: 1,
              preference: {
                matchExpressions: [
                  { key: "a b", operator: "Exists", values: ["a"] },
                  { key: "x", operator: "Gt", values: ["x", "y"] },
                  { key: "x", operator: "Zz" },
                ],
              },
            },
          ],
        },
      },
    }),
    "affinity to fields of nodes that is none": pod({
      affinity: {
        nodeAffinity: {
          [REQUIRED]: {
            nodeSelectorTerms: [
              { matchFields: [{ key: "metadata.x", operator: "In", values: ["a"] }] },
              { matchFields: [{ key: "metadata.name", operator: "Exists" }] },
            ],
          },
        },
      },
    }),
    "affinity to pods that is none": pod({
      affinity: {
        podAntiAffinity: {
          [REQUIRED]: [{ labelSelector: { matchLabels: { a: "b" } }, topologyKey: "" }],
          [PREFERRED]: [{ weight: 101, podAffinityTerm: { topologyKey: "x" } }],
        },
      },
    }),
  }),
  ...updates("pods", {
    of: set(
      podOf({ image: "a:1" }, { nodeSelector: { a: "b" }, tolerations: [{ key: "x", operator: "Exists" }] }),
      {
        "metadata.name": "q",
      },
    ),
    "an image": { "spec.containers.0.image": "b:2" },
    "an image that is none": { "spec.containers.0.image": "" },
    "the node selector": { "spec.nodeSelector": { a: "c" } },
    "a deadline": { "spec.activeDeadlineSeconds": 5 },
    "the grace period": { "spec.terminationGracePeriodSeconds": 5 },
    "no tolerations": { "spec.tolerations": [] },
    "one more toleration": { "spec.tolerations.3": { key: "new", operator: "Exists" } },
    "for how long something is tolerated": { "spec.tolerations.1.tolerationSeconds": 5 },
    "a container's name": { "spec.containers.0.name": "z" },
    "one more container": { "spec.containers.1": { name: "x", image: "y" } },
    "the restart policy": { "spec.restartPolicy": "Never" },
    "the node": { "spec.nodeName": "n" },
    "resources": { "spec.containers.0.resources": { requests: { cpu: "1" } } },
    "a scheduling gate": { "spec.schedulingGates": [{ name: "a" }] },
  }),
  ...updates("pods", {
    of: pod({ activeDeadlineSeconds: 5, schedulingGates: [{ name: "a" }], nodeSelector: { a: "b" } }, {
      name: "r",
    }),
    "a longer deadline": { "spec.activeDeadlineSeconds": 6 },
    "a shorter deadline": { "spec.activeDeadlineSeconds": 4 },
    "no deadline": { "spec.activeDeadlineSeconds": undefined },
    "no gate": { "spec.schedulingGates": undefined },
    "one more label of nodes behind a gate": { "spec.nodeSelector.c": "d" },
    "another label of nodes behind a gate": { "spec.nodeSelector.a": "c" },
  }),
];
