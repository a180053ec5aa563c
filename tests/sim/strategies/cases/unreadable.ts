import { type Case, cases, type Loose, named, pod, podOf, spec, workload } from "./case.ts";

const RENEW_TIMES = [
  "2024-01-01T00:00:00.123Z",
  "2024-01-01T00:00:00Z",
  "2024-01-01T00:00:00.123456789Z",
  "2024-01-01T00:00:00.12345Z",
  "abc",
  "",
  5,
  true,
  "2024-13-01T00:00:00.123000Z",
  "2024-01-01 00:00:00.123000Z",
  "2024-02-30T00:00:00.000000Z",
  "2024-01-01T24:00:00.000000Z",
  "2024-01-01T00:00:00.123456",
];

const limits = (value: Loose) => podOf({ resources: { limits: value } });

/** Objects that the API server cannot read: it answers 400. */
export const UNREADABLE: readonly Case[] = [
  ...cases(
    "leases.coordination.k8s.io",
    Object.fromEntries(
      RENEW_TIMES.map((renewTime) => [`renewed ${JSON.stringify(renewTime)}`, spec({ renewTime })]),
    ),
  ),
  ...cases("pods", {
    "another kind": { kind: "Foo", apiVersion: "v1", ...named() },
    "another version": { kind: "Pod", apiVersion: "v2", ...named() },
    "a Deployment": { kind: "Deployment", apiVersion: "apps/v1", ...named() },
    "metadata that is a text": { metadata: "x" },
    "metadata that is a list": { metadata: [] },
    "a spec that is a text": named({ spec: "x" }),
    "containers that are texts": spec({ containers: ["x"] }),
    "containers that are an object": spec({ containers: {} }),
    "arguments that are numbers": podOf({ args: [1] }),
    "a port that is a text": podOf({ ports: [{ containerPort: "80" }] }),
    "a text that is a number": podOf({ env: [{ name: "A", value: 8080 }] }),
    "a fact that is a number": pod({ hostNetwork: 1 }),
    "labels that are numbers": pod({}, { labels: { a: 1 } }),
    "annotations that are facts": pod({}, { annotations: { a: true } }),
    "a map that is a list": pod({ nodeSelector: [] }),
    "affinity that is a list": pod({ affinity: { nodeAffinity: [] } }),
    "seconds that are a text": pod({ terminationGracePeriodSeconds: "30" }),
    "seconds that are a fraction": pod({ terminationGracePeriodSeconds: 1.5 }),
    "limits that are a list": limits([]),
    "a quantity that is none": limits({ cpu: "abc" }),
    "a quantity that is empty": limits({ cpu: "" }),
    "a quantity that is a fact": limits({ cpu: true }),
    "two things that are wrong": pod({ hostNetwork: "y", containers: "x" }),
    "a wrong type before a wrong quantity": pod({ hostNetwork: "y", ...limits({ cpu: "zz" }).spec }),
    "a time that is none": pod({}, { creationTimestamp: "x" }),
    "a finalizer that is a number": pod({}, { finalizers: [1] }),
  }),
  ...cases("deployments.apps", {
    "another version": { kind: "Deployment", apiVersion: "apps/v2", ...named() },
    "replicas that are a text": workload({ replicas: "3" }),
    "replicas that are a fraction": workload({ replicas: 3.5 }),
    "replicas that are too many": workload({ replicas: 3_000_000_000 }),
    "replicas that are a list": workload({ replicas: [] }),
    "a selector that is a text": workload({ selector: "x" }),
    "a selector of a list": workload({ selector: { matchLabels: [] } }),
    "values that are a text": workload({ selector: { matchExpressions: [{ values: "x" }] } }),
    "a template that is a text": workload({ template: "x" }),
    "a surge that is a fact": workload({ strategy: { rollingUpdate: { maxSurge: true } } }),
    "a surge that is a fraction": workload({ strategy: { rollingUpdate: { maxSurge: 1.5 } } }),
    "a label of pods that is a number": workload({ template: { metadata: { labels: { a: 1 } } } }),
  }),
  ...cases("poddisruptionbudgets.policy", { "a minimum that is a list": spec({ minAvailable: [] }) }),
  ...cases("nodes", {
    "a taint's key that is a number": spec({ taints: [{ key: 1 }] }),
    "conditions that are a text": named({ status: { conditions: "x" } }),
  }),
  ...cases("configmaps", {
    "a number": named({ data: { a: 1 } }),
    "a list": named({ data: [] }),
    "bytes that are none": named({ binaryData: { b: "x y" } }),
  }),
  ...cases("secrets", { "a number": named({ data: 5 }), "bytes that are none": named({ data: { a: "b!" } }) }),
  ...cases("services", { "a target that is a fact": spec({ ports: [{ targetPort: true }] }) }),
  ...cases("events", {
    "a time to the second": named({ eventTime: "2024-01-01T00:00:00Z" }),
    "a first time that is none": named({ firstTimestamp: "abc" }),
  }),
];
