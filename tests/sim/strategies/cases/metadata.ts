import { type Case, cases, pod, set, updates } from "./case.ts";

const owner = (kind: string, fields = {}) => ({ apiVersion: "v1", kind, name: "x", uid: "1", ...fields });

export const METADATA: readonly Case[] = [
  ...cases("pods", {
    "a name in upper case": pod({}, { name: "P_x" }),
    "a name that is too long": pod({}, { name: "p".repeat(254) }),
    "a name with dots": pod({}, { name: "a.b" }),
    "no name": pod({}, { name: "" }),
    "label keys that are none": pod({}, { labels: { "a b": "x", "A_b.c/x": "x", "/x": "x", "a/": "x" } }),
    "a label key with two slashes": pod({}, { labels: { "a/b/c": "x" } }),
    "label keys that are empty or too long": pod({}, { labels: { "": "x", ["a".repeat(64)]: "x" } }),
    "label values that are none": pod({}, { labels: { a: "x y", b: "x".repeat(64) } }),
    "a label that is null": pod({}, { labels: { a: null } }),
    "empty annotations and no labels": pod({}, { annotations: {}, labels: null }),
    "an annotation key that is none": pod({}, { annotations: { "a b": "x", "B.c/d": "y" } }),
    "annotations that are too large": pod({}, { annotations: { a: "x".repeat(300_000) } }),
    "finalizers that are none": pod({}, { finalizers: ["x y", "abc", "a/b"] }),
    "an owner of which nothing is said": pod({}, {
      ownerReferences: [{ apiVersion: "", kind: "", name: "", uid: "" }],
    }),
    "two controllers": pod({}, {
      ownerReferences: [owner("A", { controller: true }), owner("B", { controller: true })],
    }),
    "an Event as owner": pod({}, { ownerReferences: [owner("Event")] }),
  }),
  ...updates("pods", {
    of: pod(),
    "labels": { "metadata.labels": { q: "r" } },
    "labels that are none": { "metadata.labels": { "a b": "c" } },
    "annotations": { "metadata.annotations": { q: "r" } },
    "an owner": { "metadata.ownerReferences": [owner("A", { controller: true })] },
    "a finalizer": { "metadata.finalizers": ["a.b/c"] },
    "nothing, and no version": { "metadata.resourceVersion": undefined },
    "by what only names it": () => pod(),
    "an old version": { "metadata.resourceVersion": "1" },
  }),
  ...["deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps"].flatMap((resource) =>
    cases(resource, {
      "a name with dots": set({ metadata: {}, spec: {} }, { "metadata.name": "a.b" }),
      "a name that is none": set({ metadata: {}, spec: {} }, { "metadata.name": "a_B" }),
      "a long name": set({ metadata: {}, spec: {} }, { "metadata.name": "a".repeat(64) }),
    })
  ),
];
