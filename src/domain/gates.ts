import { type Census, isLive } from "./census.ts";
import { formatDuration } from "./duration.ts";
import { isStuck } from "./spot_evidence.ts";
import { describeProblem, type Policy } from "./policy.ts";
import type { DisruptionSettings, Instant, Pause, PodView, WorkloadSnapshot } from "./snapshot.ts";
import type { Selection } from "./victims.ts";

/** A rule that can hold a move back. Log, metric, Event and `explain` use these words as they are. */
export type Gate =
  | "policy"
  | "deleted"
  | "empty"
  | "paused"
  | "fallback"
  | "rollout"
  | "moving"
  | "interrupted"
  | "balanced"
  | "window"
  | "cooldown"
  | "ineffective"
  | "protected"
  | "budget"
  | "forbidden"
  | "storm"
  | "capped"
  | "throttled"
  | "stale"
  | "lease";

export interface Answer {
  /** What holds it, in a sentence for a person. */
  readonly detail: string;
  /** When to look again at the latest: wall-clock milliseconds. */
  readonly until?: number | undefined;
  /** Pods without a node, which are replaced instead: that disturbs nothing, and waits for few gates. */
  readonly stuck?: readonly PodView[];
}

/** A managed workload's snapshot with all that follows from it. */
export interface Case {
  readonly snapshot: WorkloadSnapshot;
  readonly policy: Policy;
  readonly settings: DisruptionSettings;
  readonly now: Instant;
  readonly census: Census;
  /** Spot pods there are, less those there should be. */
  readonly drift: number;
  readonly selection: Selection;
}

type Check = (of: Case) => Answer | undefined;

function count(pods: number): string {
  return pods === 1 ? "1 pod" : `${pods} pods`;
}

/** Turns a monotonic deadline into an answer's wall-clock one; undefined where it has passed. */
function untilWall(deadlineMs: number, now: Instant): number | undefined {
  return deadlineMs > now.monotonicMs ? now.wallMs + (deadlineMs - now.monotonicMs) : undefined;
}

const deleted: Check = ({ snapshot }) =>
  snapshot.isTerminating ? { detail: "the workload or its namespace is being deleted" } : undefined;

const empty: Check = ({ snapshot }) => snapshot.replicas === 0 ? { detail: "replicas is 0" } : undefined;

const paused: Check = ({ snapshot }) => snapshot.isPaused ? { detail: "the Deployment is paused" } : undefined;

/** Pods that no node is found for are replaced; until spot has capacity again, no pod is moved there. */
const fallback: Check = (of) => {
  const { snapshot, drift, now } = of;
  const { afterMs, state, retryAtMs, mayProbe } = snapshot.fallback;
  const isLong = ({ unschedulableMs }: { unschedulableMs: number }) =>
    afterMs !== undefined && now.wallMs >= unschedulableMs + afterMs;
  const stuck = snapshot.pods.filter((pod) => isStuck(pod)).filter(isLong);
  if (stuck.length > 0) {
    const after = formatDuration(afterMs!);
    return { detail: `${count(stuck.length)} unschedulable on spot for ${after}: to on-demand`, stuck };
  }
  if (state === "open" && drift < 0 && !mayProbe) {
    if (now.wallMs >= retryAtMs!) return { detail: "no spot capacity: another workload's pod is trying now" };
    return { detail: "no spot capacity: one pod tries again later", until: retryAtMs };
  }
  return surplus(of);
};

/** Of the kind that has too many, pods that no node is found for: they need not become ready to be moved. */
function surplus({ snapshot, drift }: Case): Answer | undefined {
  const { pods, rollout, replicas, fallback: { state } } = snapshot;
  // What admission would do with their replacements is certain only where one owner has all pods.
  const isWhole = rollout.isObserved && rollout.ownersWithPods === 1 && pods.filter(isLive).length === replicas;
  if (drift === 0 || !isWhole) return undefined;
  const [from, to] = drift > 0 ? ["spot", "on-demand"] as const : ["on-demand", "spot"] as const;
  const most = state === "open" && to === "spot" ? 1 : Math.abs(drift);
  const stuck = pods.filter((pod) => isStuck(pod, from))
    .toSorted((a, b) => (b.slot ?? -1) - (a.slot ?? -1)).slice(0, most);
  if (stuck.length === 0) return undefined;
  return { detail: `${count(stuck.length)} unschedulable on ${from}, which has too many: to ${to}`, stuck };
}

/** When the next of the pods that no node is found for will have waited for long; undefined: there is none. */
export function fallsBackAt({ snapshot, now }: Case): number | undefined {
  const { afterMs } = snapshot.fallback;
  if (afterMs === undefined) return undefined;
  const due = snapshot.pods.filter((pod) => isStuck(pod)).map((pod) => pod.unschedulableMs + afterMs)
    .filter((at) => at > now.wallMs);
  return due.length === 0 ? undefined : Math.min(...due);
}

const rollout: Check = ({ snapshot }) => {
  const { rollout, replicas } = snapshot;
  if (!rollout.isObserved) return { detail: "its controller has not observed the spec yet" };
  if (rollout.ownersWithPods > 1) return { detail: `${rollout.ownersWithPods} ReplicaSets have pods` };
  if (rollout.updated < rollout.toUpdate) {
    return { detail: `${rollout.updated} of ${rollout.toUpdate} pods are updated` };
  }
  if (rollout.total !== replicas) return { detail: `${rollout.total} pods, replicas is ${replicas}` };
  if (rollout.ready !== replicas) return { detail: `${rollout.ready} of ${replicas} pods are ready` };
  if (rollout.available !== replicas) {
    return { detail: `${rollout.available} of ${replicas} pods are available` };
  }
  return undefined;
};

const moving: Check = ({ snapshot, now }) => {
  const leaving = snapshot.pods.filter((pod) => pod.isTerminating || snapshot.moves.evicted.has(pod.uid));
  if (leaving.length > 0) return { detail: `${count(leaving.length)} terminating` };
  const ready = snapshot.pods.filter((pod) => isLive(pod) && pod.isReady).length;
  if (ready < snapshot.replicas) return { detail: `${ready} of ${snapshot.replicas} pods are there and ready` };
  // Until they are given up, the replacement of an evicted pod would be placed as if they came.
  const until = snapshot.unseen && untilWall(snapshot.unseen.untilMs, now);
  return until === undefined
    ? undefined
    : { detail: `${count(snapshot.unseen!.pods)} placed, and not seen yet`, until };
};

const interrupted: Check = ({ snapshot }) => {
  const hit = snapshot.pods.filter((pod) => isLive(pod) && pod.departing !== undefined);
  return hit.length > 0
    ? { detail: `${count(hit.length)} on departing nodes (${hit[0]!.departing})` }
    : undefined;
};

const balanced: Check = ({ drift }) => drift === 0 ? { detail: "the split is as asked" } : undefined;

const window: Check = ({ policy, settings, now }) => {
  const open = policy.window ?? settings.window;
  const until = open?.opensAt(now.wallMs);
  if (open === undefined || until === undefined) return undefined;
  return { detail: `outside the disruption window "${open.schedule}"`, until };
};

const cooldown: Check = ({ snapshot, settings, now }) => {
  const { lastMoveMs } = snapshot.moves;
  if (lastMoveMs === undefined) return undefined;
  const until = untilWall(lastMoveMs + settings.cooldownMs, now);
  return until === undefined ? undefined : { detail: "the last move was too short a time ago", until };
};

const ineffective: Check = ({ snapshot, now }) => {
  const held = snapshot.moves.ineffective;
  const until = held && untilWall(held.untilMs, now);
  return held === undefined || until === undefined
    ? pauseAnswer(snapshot.standing.ineffective, now)
    : { detail: held.why, until };
};

const protection: Check = ({ selection, drift }) => {
  if (drift === 0) return undefined;
  const first = selection.passedOver.find((passed) => passed.because !== "budget");
  const isBlocked = selection.passedOver.some((passed) => passed.because === "budget");
  if (selection.victims.length > 0 || isBlocked) return undefined;
  return { detail: `no pod may be evicted (${first?.detail ?? "none is left"})` };
};

const budget: Check = ({ snapshot, selection, now }) => {
  const refused = refusal("budget", snapshot, now);
  if (refused !== undefined) return refused;
  const blocked = selection.passedOver.find((passed) => passed.because === "budget");
  return selection.victims.length === 0 && blocked !== undefined ? { detail: blocked.detail } : undefined;
};

function pauseAnswer(pause: Pause | undefined, now: Instant): Answer | undefined {
  const until = pause && untilWall(pause.untilMs, now);
  return pause === undefined || until === undefined ? undefined : { detail: pause.detail, until };
}

function refusal(gate: "budget" | "forbidden", { moves }: WorkloadSnapshot, now: Instant): Answer | undefined {
  if (moves.refused?.gate !== gate) return undefined;
  const until = untilWall(moves.refused.untilMs, now);
  return until === undefined ? undefined : { detail: moves.refused.detail, until };
}

const forbidden: Check = ({ snapshot, now }) => refusal("forbidden", snapshot, now);

const storm: Check = ({ snapshot, now }) => pauseAnswer(snapshot.standing.storm, now);

/** A pod that is bound nowhere yet does not run: its eviction disrupts nothing. */
const capped: Check = ({ snapshot, selection, now }) =>
  selection.victims[0]?.isBound === false ? undefined : pauseAnswer(snapshot.standing.capped, now);

const throttled: Check = ({ snapshot }) =>
  snapshot.standing.throttled === undefined ? undefined : { detail: snapshot.standing.throttled };

const stale: Check = ({ snapshot }) =>
  snapshot.standing.stale === undefined ? undefined : { detail: snapshot.standing.stale };

const lease: Check = ({ snapshot }) =>
  snapshot.standing.lease === undefined ? undefined : { detail: snapshot.standing.lease };

/** The first gate: without a valid policy there is no case to look at. */
export function policyGate(snapshot: WorkloadSnapshot): Answer | undefined {
  const { policy } = snapshot;
  if (policy.kind === "unmanaged") return { detail: policy.why };
  if (policy.kind === "invalid") return { detail: policy.problems.map(describeProblem).join("; ") };
  return undefined;
}

/** All other gates, in the order in which they are asked. */
export const GATES: readonly { readonly gate: Gate; readonly check: Check }[] = [
  { gate: "deleted", check: deleted },
  { gate: "empty", check: empty },
  { gate: "paused", check: paused },
  { gate: "fallback", check: fallback },
  { gate: "rollout", check: rollout },
  { gate: "moving", check: moving },
  { gate: "interrupted", check: interrupted },
  { gate: "balanced", check: balanced },
  { gate: "window", check: window },
  { gate: "cooldown", check: cooldown },
  { gate: "ineffective", check: ineffective },
  { gate: "protected", check: protection },
  { gate: "budget", check: budget },
  { gate: "forbidden", check: forbidden },
  { gate: "storm", check: storm },
  { gate: "capped", check: capped },
  { gate: "throttled", check: throttled },
  { gate: "stale", check: stale },
  { gate: "lease", check: lease },
];

/** What holds an eviction back that disturbs nothing: whether this process may and can, and whether it helps. */
export const STANDING_GATES: ReadonlySet<Gate> = new Set([
  "ineffective",
  "forbidden",
  "throttled",
  "stale",
  "lease",
]);

/** Gates whose answer is in the memory of the process that leads: a command that looks on cannot know it. */
export const KNOWN_TO_LEADER: ReadonlySet<Gate> = new Set([
  "cooldown",
  "ineffective",
  "forbidden",
  "storm",
  "capped",
  "throttled",
  "stale",
  "lease",
]);

/** Gates after which there is nothing to do, rather than something that has to wait. */
export const NOTHING_TO_DO: ReadonlySet<Gate> = new Set(["policy", "deleted", "empty", "balanced"]);
