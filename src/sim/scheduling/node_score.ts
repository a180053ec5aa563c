import type { Node, Pod } from "../objects.ts";
import { controllerOf } from "../objects.ts";
import type { Resources } from "../quantities.ts";
import { matchesTerm, tolerates } from "./node_fit.ts";
import type { NodeState } from "./node_table.ts";

export interface ScoreRequest {
  readonly pod: Pod;
  readonly requests: Resources;
  /** How many pods that the pod wants to be apart from are in a node's domains; undefined: its own rule. */
  readonly crowd: ((state: NodeState) => number) | undefined;
}

/** The scheduler's own weights (kubernetes `pkg/scheduler/apis/config/v1/default_plugins.go`). */
const WEIGHTS = { room: 1, affinity: 2, spread: 2, taints: 3 };

/** The nodes that are best for a pod, of those to which it can go. All of them are equally good. */
export function bestNodes(request: ScoreRequest, nodes: readonly NodeState[]): readonly NodeState[] {
  if (nodes.length === 1) return nodes;
  const owner = controllerOf(request.pod)?.uid ?? "";
  const crowd = request.crowd ?? (({ owners }: NodeState) => owners.get(owner) ?? 0);
  const scores = {
    room: nodes.map((state) => room(state, request.requests)),
    affinity: normalized(nodes.map(({ node }) => preference(request.pod, node))),
    spread: inverted(nodes.map(crowd)),
    taints: inverted(nodes.map(({ node }) => disliked(request.pod, node))),
  };
  const sums = nodes.map((_, i) =>
    WEIGHTS.room * scores.room[i]! + WEIGHTS.affinity * scores.affinity[i]! +
    WEIGHTS.spread * scores.spread[i]! +
    WEIGHTS.taints * scores.taints[i]!
  );
  const most = Math.max(...sums);
  return nodes.filter((_, i) => sums[i] === most);
}

/** 100 for an empty node, 0 for one that the pod would fill. */
function room({ allocatable, requested }: NodeState, requests: Resources): number {
  const free = (has: number, taken: number) => has === 0 ? 0 : Math.max(0, (has - taken) / has);
  const cpu = free(allocatable.cpu, requested.cpu + requests.cpu);
  const memory = free(allocatable.memory, requested.memory + requests.memory);
  return Math.floor(50 * (cpu + memory));
}

function preference({ spec }: Pod, node: Node): number {
  const preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return preferred.reduce(
    (sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0),
    0,
  );
}

function disliked({ spec }: Pod, { spec: node }: Node): number {
  return (node?.taints ?? []).filter((taint) =>
    taint.effect === "PreferNoSchedule" && !tolerates(spec.tolerations, taint)
  ).length;
}

function normalized(values: readonly number[]): number[] {
  const most = Math.max(...values);
  return values.map((value) => most === 0 ? 0 : Math.floor(100 * value / most));
}

function inverted(values: readonly number[]): number[] {
  const most = Math.max(...values);
  return values.map((value) => most === 0 ? 100 : Math.floor(100 * (most - value) / most));
}
