import { meetsRequirement } from "../../domain/label_selector.ts";
import type { Labels, Operator } from "../../domain/label_selector.ts";
import type { Node, NodeRequirement, PodSpec, PodToleration, SelectorTerm, Taint } from "../objects.ts";
import type { Resources } from "../quantities.ts";
import type { NodeState } from "./node_table.ts";

const CORDONED: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** Why a pod cannot go to a node, in the scheduler's words; undefined: it can. */
export function misfit(
  { spec, requests }: { spec: PodSpec; requests: Resources },
  state: NodeState,
): string | undefined {
  const { node } = state;
  if (node.spec?.unschedulable === true && !tolerates(spec.tolerations, CORDONED)) {
    return "node(s) were unschedulable";
  }
  const taint = untolerated(spec, node);
  if (taint !== undefined) return `node(s) had untolerated taint(s)`;
  if (!isWanted(spec, node)) return "node(s) didn't match Pod's node affinity/selector";
  const { allocatable, requested } = state;
  if (requested.pods + 1 > allocatable.pods) return "Too many pods";
  if (requests.cpu > 0 && requested.cpu + requests.cpu > allocatable.cpu + SLACK) return "Insufficient cpu";
  return requests.memory > 0 && requested.memory + requests.memory > allocatable.memory
    ? "Insufficient memory"
    : undefined;
}

/** Sums of fractions of cores are not exact. */
const SLACK = 1e-6;

/** The first taint that keeps a pod away. */
export function untolerated({ tolerations }: PodSpec, { spec }: Node): Taint | undefined {
  return spec?.taints?.find((taint) => taint.effect !== "PreferNoSchedule" && !tolerates(tolerations, taint));
}

export function tolerates(tolerations: readonly PodToleration[] = [], taint: Taint): boolean {
  return tolerations.some(({ key = "", operator = "Equal", value = "", effect = "" }) =>
    (effect === "" || effect === taint.effect) && (key === "" ? operator === "Exists" : key === taint.key) &&
    (operator === "Exists" || value === (taint.value ?? ""))
  );
}

/** Whether the pod's node selector and required affinity let it go there. */
export function isWanted({ nodeSelector = {}, affinity }: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const key in nodeSelector) if (labels[key] !== nodeSelector[key]) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** A term that asks nothing matches nothing (rule of the API). */
export function matchesTerm({ matchExpressions = [], matchFields = [] }: SelectorTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  const fields = { "metadata.name": node.metadata.name };
  return matchExpressions.every((each) => meets(labels, each)) &&
    matchFields.every((each) => meets(fields, each));
}

function meets(labels: Labels, { key, operator, values = [] }: NodeRequirement): boolean {
  if (operator !== "Gt" && operator !== "Lt") {
    return meetsRequirement(labels, { key, operator: operator as Operator, values });
  }
  const [value, bound] = [Number(labels[key]), Number(values[0])];
  return operator === "Gt" ? value > bound : value < bound;
}
