import { isPodReady, type Pod } from "../objects.ts";
import { isActive, readySinceMs } from "./pod_states.ts";

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const PHASES = ["Pending", "Unknown", "Running"];
const NS_PER_MS = 1e6;

interface Choice {
  /** Of which some are to go. All of them are active. */
  readonly pods: readonly Pod[];
  /** All pods of the same workload, whichever its ReplicaSet: those on one node make each other dispensable. */
  readonly related: readonly Pod[];
  readonly count: number;
  readonly wallMs: number;
}

interface Candidate {
  readonly pod: Pod;
  readonly isAssigned: boolean;
  readonly phase: number;
  readonly isReady: boolean;
  readonly cost: number;
  readonly neighbours: number;
  readonly readySinceMs: number | undefined;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdMs: number;
}

/**
 * The pods that a ReplicaSet does without, the most dispensable first: by the rules of `ActivePodsWithRanks`
 * in `pkg/controller/controller_utils.go`.
 */
export function podsToDelete({ pods, related, count, wallMs }: Choice): readonly Pod[] {
  if (count >= pods.length) return pods;
  const neighbours = new Map<string | undefined, number>();
  for (const { spec: { nodeName } } of related.filter(isActive)) {
    neighbours.set(nodeName, (neighbours.get(nodeName) ?? 0) + 1);
  }
  return pods.map((pod) => candidate(pod, neighbours.get(pod.spec.nodeName) ?? 0))
    .sort((a, b) => compare(a, b, { wallMs })).slice(0, count).map(({ pod }) => pod);
}

function candidate(pod: Pod, neighbours: number): Candidate {
  return {
    pod,
    isAssigned: pod.spec.nodeName !== undefined,
    phase: Math.max(PHASES.indexOf(pod.status?.phase ?? ""), 0),
    isReady: isPodReady(pod),
    cost: deletionCost(pod),
    neighbours,
    readySinceMs: readySinceMs(pod),
    restarts: mostRestarts(pod.status?.containerStatuses),
    sidecarRestarts: sidecarRestarts(pod),
    createdMs: Date.parse(pod.metadata.creationTimestamp),
  };
}

/** Negative: `a` goes before `b`. */
function compare(a: Candidate, b: Candidate, { wallMs }: { wallMs: number }): number {
  return Number(a.isAssigned) - Number(b.isAssigned) ||
    a.phase - b.phase ||
    Number(a.isReady) - Number(b.isReady) ||
    a.cost - b.cost ||
    b.neighbours - a.neighbours ||
    byAge([a.readySinceMs, b.readySinceMs], { a, b, wallMs }) ||
    b.restarts - a.restarts ||
    b.sidecarRestarts - a.sidecarRestarts ||
    byAge([a.createdMs, b.createdMs], { a, b, wallMs });
}

/**
 * The younger first, where one is younger by more than a power of two; else the UID decides, so that
 * scale-downs spread over pods that started together, and over their nodes.
 */
function byAge(
  [since, other]: readonly [number | undefined, number | undefined],
  { a, b, wallMs }: { a: Candidate; b: Candidate; wallMs: number },
): number {
  if (since === undefined || other === undefined || since === other) return 0;
  return ageRank(wallMs - since) - ageRank(wallMs - other) ||
    (a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1);
}

function ageRank(ms: number): number {
  return ms > 0 ? Math.floor(Math.log2(ms * NS_PER_MS)) : -1;
}

/** A 32-bit number as Go reads it; whatever else is said counts as nothing. */
function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations?.[DELETION_COST] ?? "";
  const cost = /^(?:0|[1-9]\d*|-\d+)$/.test(text) ? Number(text) : 0;
  return cost === (cost | 0) ? cost : 0;
}

type ContainerStatuses = readonly { readonly restartCount: number; readonly [field: string]: unknown }[];

function mostRestarts(statuses: ContainerStatuses = []): number {
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}

function sidecarRestarts({ spec, status }: Pod): number {
  const sidecars = (spec.initContainers ?? []).filter((each) =>
    (each as { restartPolicy?: string }).restartPolicy === "Always"
  ).map(({ name }) => name);
  if (sidecars.length === 0) return 0;
  const statuses = (status?.initContainerStatuses ?? []) as ContainerStatuses;
  return mostRestarts(statuses.filter(({ name }) => sidecars.includes(name as string)));
}
