import { KARPENTER } from "./classifiers.ts";
import type { Random } from "./random.ts";
import type { Expression, NodeFacts, PodSpec, Term } from "./scheduler.ts";

export interface Pod {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [other: string]: unknown;
  };
  readonly spec: PodSpec;
}

/** Values that the labels of nodes have, and that pods ask for. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  [KARPENTER]: ["spot", "on-demand", "reserved"],
  "eks.amazonaws.com/capacityType": ["SPOT", "ON_DEMAND"],
  "node/kind": ["spot", "on-demand"],
  "pool~a": ["x", "y"],
  "cloud.google.com/gke-spot": ["true"],
  "zone": ["a", "b"],
  "cores": ["2", "8"],
};
const KEYS = Object.keys(LABELS);
const NODE_NAMES = ["node-1", "node-2"];

export function anyNode(random: Random): NodeFacts {
  const labels = random.some(KEYS, 0.6).map((key) => [key, random.pick(LABELS[key]!)] as const);
  return { name: random.pick(NODE_NAMES), labels: Object.fromEntries(labels) };
}

function anyExpression(random: Random): Expression {
  const operator = random.pick(["In", "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]);
  if (operator === "Gt" || operator === "Lt") return { key: "cores", operator, values: ["4"] };
  const key = random.pick(KEYS);
  if (operator === "Exists" || operator === "DoesNotExist") return { key, operator };
  const values = random.some(LABELS[key]!, 0.6);
  return { key, operator, values: values.length > 0 ? values : [LABELS[key]![0]!] };
}

function anyTerm(random: Random): Term {
  const fields = random.maybe(0.2, () => [
    { key: "metadata.name", operator: "In", values: [random.pick(NODE_NAMES)] },
  ]);
  const expressions = random.maybe(0.8, () => random.list(random.integer(0, 3), () => anyExpression(random)));
  return {
    ...(expressions && { matchExpressions: expressions }),
    ...(fields && { matchFields: fields }),
  };
}

function anyAffinity(random: Random): PodSpec["affinity"] {
  const required = random.maybe(0.7, () => ({
    nodeSelectorTerms: random.list(random.integer(1, 4), () => anyTerm(random)),
  }));
  const nodeAffinity = random.maybe(0.85, () => ({
    ...(required && { requiredDuringSchedulingIgnoredDuringExecution: required }),
    ...(random.chance(0.3) && {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: anyTerm(random) }],
    }),
  }));
  return {
    ...(nodeAffinity && { nodeAffinity }),
    ...(random.chance(0.3) && { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } }),
  };
}

const TOLERATIONS = [
  { key: "spot", operator: "Exists", effect: "NoSchedule" },
  { key: "spot", operator: "Equal", value: "yes", effect: "NoSchedule" },
  { operator: "Exists" },
  { key: "steady", value: "" },
  { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
];

/** A pod as a ReplicaSet or a user could send it. */
export function anyPod(random: Random): Pod {
  const labels = random.maybe(0.8, () => ({
    app: "web",
    "spotalis.io/other": "kept",
    ...(random.chance(0.2) && { "spotalis.io/capacity": random.pick(["spot", "on-demand", "other"]) }),
  }));
  const annotations = random.maybe(0.6, () => ({
    "example.com/a~b": "kept",
    ...(random.chance(0.2) && { "spotalis.io/slot": random.pick(["0", "7", "many"]) }),
    ...(random.chance(0.2) && { "controller.kubernetes.io/pod-deletion-cost": "100" }),
  }));
  const nodeSelector = random.maybe(
    0.5,
    () => Object.fromEntries(random.some(KEYS, 0.3).map((key) => [key, random.pick(LABELS[key]!)])),
  );
  const affinity = random.maybe(0.7, () => anyAffinity(random));
  const tolerations = random.maybe(0.5, () => random.some(TOLERATIONS, 0.4));
  return {
    metadata: { generateName: "web-", ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: {
      containers: [{ name: "main", image: "registry/web:1" }],
      ...(nodeSelector && { nodeSelector }),
      ...(affinity && { affinity }),
      ...(tolerations && { tolerations }),
    },
  };
}
