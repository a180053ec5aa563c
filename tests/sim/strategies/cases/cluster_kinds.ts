import { type Case, cases, type Loose, named, SELECTOR, set, spec, statuses, updates } from "./case.ts";

const budget = (fields: Loose = {}) => spec({ selector: SELECTOR, ...fields });
const RENEWED = "2024-01-01T00:00:00.123000";

const BUDGETS: readonly Case[] = [
  ...cases("poddisruptionbudgets.policy", {
    "the least": named(),
    "both": budget({ minAvailable: 1, maxUnavailable: 1 }),
    "a negative minimum": budget({ minAvailable: -1 }),
    "a negative maximum": budget({ maxUnavailable: -1 }),
    "a share": budget({ minAvailable: "50%" }),
    "a share that is none": budget({ minAvailable: "5" }),
    "a share above all": budget({ maxUnavailable: "120%" }),
    "no selector": spec({ minAvailable: 1 }),
    "an empty selector": budget({ minAvailable: 0, selector: {} }),
    "a selector that is none": budget({ selector: { matchLabels: { "a b": "c" } } }),
    "a policy": budget({ unhealthyPodEvictionPolicy: "AlwaysAllow" }),
    "a policy that is none": budget({ unhealthyPodEvictionPolicy: "X" }),
    "a name in upper case": { metadata: { name: "A" }, spec: {} },
    "a status": { ...budget(), status: { disruptionsAllowed: 5 } },
  }),
  ...updates("poddisruptionbudgets.policy", {
    of: budget({ minAvailable: 1 }),
    "the minimum": { "spec.minAvailable": 2 },
    "the selector": { "spec.selector.matchLabels": { c: "d" } },
  }),
];

const BUDGET_STATUSES = statuses("poddisruptionbudgets.policy", {
  of: budget(),
  "less than nothing": { disruptionsAllowed: -1, currentHealthy: -1, desiredHealthy: -1, expectedPods: -1 },
});

const LEASES: readonly Case[] = [
  ...cases("leases.coordination.k8s.io", {
    "the least": named(),
    "all": spec({
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      acquireTime: `${RENEWED}Z`,
      renewTime: `${RENEWED}+02:00`,
      leaseTransitions: 0,
    }),
    "released": spec({ holderIdentity: "", renewTime: null }),
    "held by null": spec({ holderIdentity: null }),
    "for no time": spec({ leaseDurationSeconds: 0, leaseTransitions: -1 }),
  }),
  ...updates("leases.coordination.k8s.io", { of: named(), "the holder": { "spec.holderIdentity": "b" } }),
];

const taints = (...list: object[]) => spec({ taints: list });

const NODES: readonly Case[] = [
  ...cases("nodes", {
    "the least": named(),
    "taints that are none": taints(
      { key: "a b", effect: "NoSchedule" },
      { key: "a", value: "x y", effect: "NoExecute" },
      { key: "a" },
      { key: "b", effect: "NoSchedule" },
      { key: "b", effect: "NoSchedule", value: "z" },
    ),
    "an effect that is none": taints({ key: "a", effect: "X" }),
    "cordoned": spec({ unschedulable: true }),
    "not cordoned": spec({ unschedulable: false }),
    "resources as numbers": named({ status: { allocatable: { cpu: 4, pods: 110, memory: "262144Mi" } } }),
    "a capacity": named({ status: { capacity: { cpu: 4, pods: 110, memory: "256Gi" }, phase: "x" } }),
    "less than nothing": named({ status: { allocatable: { cpu: "-1" } } }),
    "a name that is none": { metadata: { name: "A_b" } },
  }),
  ...updates("nodes", {
    of: spec({ providerID: "a" }),
    "a taint": { "spec.taints": [{ key: "a", effect: "NoExecute" }] },
    "a taint that is none": { "spec.taints": [{ key: "a", effect: "X" }] },
    "the provider's name": { "spec.providerID": "b" },
    "the status": { status: {} },
    "nothing, and no version": { "metadata.resourceVersion": undefined },
  }),
];

const NAMESPACES: readonly Case[] = cases("namespaces", {
  "the least": named(),
  "a name with dots": { metadata: { name: "a.b" } },
  "a name that is too long": { metadata: { name: "a".repeat(64) } },
  "another name in its label": {
    metadata: { name: "p", labels: { "kubernetes.io/metadata.name": "x", "a": "b" } },
  },
  "finalizers that are none": spec({ finalizers: ["a", "b.c/d"] }),
  "no finalizers": spec({ finalizers: [] }),
  "a status": named({ status: { phase: "Terminating" } }),
});

const service = (fields: Loose = {}) => spec({ selector: { a: "b" }, ports: [{ port: 80 }], ...fields });

const SERVICES: readonly Case[] = [
  ...cases("services", {
    "the least": service(),
    "nothing": named(),
    "no ports": service({ ports: [] }),
    "without an address": service({ clusterIP: "None", ports: null }),
    "an address": service({ clusterIP: "10.0.0.77", ports: [{ port: 80, targetPort: "http" }] }),
    "an address that is none": service({ clusterIP: "x" }),
    "at a balancer": service({ type: "LoadBalancer", ports: [{ port: 80, nodePort: 30_081 }] }),
    "on nodes": service({ type: "NodePort", ports: [{ port: 80, nodePort: 30_080 }] }),
    "on nodes, of one cluster": service({ ports: [{ port: 80, nodePort: 30_080 }] }),
    "outside": spec({ type: "ExternalName", externalName: "foo.example.com" }),
    "outside without a name": spec({ type: "ExternalName" }),
    "two ports without names": service({ ports: [{ port: 80 }, { port: 81 }] }),
    "one port twice": service({ ports: [{ port: 80, name: "a" }, { port: 80, name: "a" }] }),
    "a port that is none": service({ ports: [{ port: 0, protocol: "X", targetPort: "A B", name: "A" }] }),
    "a type that is none": service({ type: "X" }),
    "a selector that is none": service({ selector: { "a b": "x y" } }),
    "an affinity": service({ sessionAffinity: "ClientIP" }),
    "an affinity that is none": service({ sessionAffinity: "X" }),
    "a name with dots": set(service(), { "metadata.name": "a.b" }),
  }),
  ...updates("services", {
    of: service({ clusterIP: "10.0.0.78" }),
    "the address": { "spec.clusterIP": "10.0.0.99", "spec.clusterIPs": undefined },
    "the selector": { "spec.selector": { c: "d" } },
  }),
];

const DATA: readonly Case[] = [
  ...cases("serviceaccounts", { "the least": named() }),
  ...cases("configmaps", {
    "the least": named(),
    "data": named({ data: { a: "b", c: "" }, immutable: false }),
    "a key that is none": named({ data: { "a b": "c" } }),
    "a key twice": named({ data: { a: "b" }, binaryData: { a: "Yg==" } }),
    "too much": named({ data: { a: "x".repeat(1_100_000) } }),
  }),
  ...updates("configmaps", {
    of: named({ data: { a: "b" }, immutable: true }),
    "data that is frozen": { "data.a": "c" },
    "not frozen": { immutable: false },
  }),
  ...cases("secrets", {
    "texts": named({ stringData: { a: "é", b: "" }, data: { a: "Yg==", c: null } }),
    "a key that is none": named({ data: { "a b": "Yg==" } }),
    "a certificate without one": named({ type: "kubernetes.io/tls" }),
  }),
  ...updates("secrets", { of: named(), "the type": { type: "x" } }),
];

const scaler = (fields: Loose = {}) =>
  spec({ maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "x", apiVersion: "apps/v1" }, ...fields });

const AUTOSCALERS: readonly Case[] = cases("horizontalpodautoscalers.autoscaling", {
  "the least": scaler(),
  "nothing": named(),
  "none at all": scaler({ minReplicas: 0, maxReplicas: 0 }),
  "more at least than at most": scaler({ minReplicas: 5 }),
  "a behaviour": scaler({ behavior: { scaleUp: { stabilizationWindowSeconds: 5 } } }),
  "a metric": scaler({
    metrics: [{
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
    }],
  }),
  "metrics that are none": scaler({ metrics: [{ type: "Resource" }] }),
  "a status": { ...scaler(), status: { currentReplicas: 3 } },
});

export const CLUSTER_KINDS: readonly Case[] = [
  ...BUDGETS,
  ...BUDGET_STATUSES,
  ...LEASES,
  ...NODES,
  ...NAMESPACES,
  ...SERVICES,
  ...DATA,
  ...AUTOSCALERS,
];
