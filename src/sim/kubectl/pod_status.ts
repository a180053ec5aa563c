import { conditionOf, type Pod } from "../objects.ts";

interface Terminated {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly finishedAt?: string | null;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly running?: object;
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

/** What `kubectl get pods` tells of a pod's containers. */
export interface PodSummary {
  readonly reason: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** RFC 3339; empty: never, or not known. */
  readonly lastRestart: string;
}

interface Restarts {
  readonly restarts: number;
  readonly lastRestart: string;
}

export function podStatus(pod: Pod): PodSummary {
  const { containers = [], initContainers = [] } = pod.spec;
  const { initContainerStatuses = [], containerStatuses = [] } = (pod.status ?? {}) as {
    initContainerStatuses?: readonly ContainerStatus[];
    containerStatuses?: readonly ContainerStatus[];
  };
  const sidecars = new Set(
    initContainers.filter((each) => "restartPolicy" in each && each.restartPolicy === "Always").map((
      { name },
    ) => name),
  );
  const total = containers.length + sidecars.size;
  const blocked = initContainerStatuses.findIndex((each) => !isPast(each, sidecars));
  const seen = blocked === -1 ? initContainerStatuses : initContainerStatuses.slice(0, blocked + 1);
  const readySidecars =
    seen.filter((each, index) =>
      index !== blocked && sidecars.has(each.name) && !isDone(each) && each.ready === true
    ).length;
  const initReason = blocked === -1
    ? undefined
    : initReasonOf(initContainerStatuses[blocked]!, `${blocked}/${initContainers.length}`);
  if (initReason !== undefined && conditionOf(pod, "Initialized")?.status !== "True") {
    return { reason: terminating(pod) ?? initReason, ready: readySidecars, total, ...restartsOf(seen) };
  }
  const main = mainReasonOf(containerStatuses, pod);
  return {
    reason: terminating(pod) ?? main ?? initReason ?? phaseReason(pod),
    ready: readySidecars + containerStatuses.filter(isRunning).length,
    total,
    ...restartsOf([...seen.filter(({ name }) => sidecars.has(name)), ...containerStatuses]),
  };
}

function isDone({ state }: ContainerStatus): boolean {
  return state?.terminated?.exitCode === 0;
}

/** Whether an init container holds the pod up no longer. */
function isPast(status: ContainerStatus, sidecars: ReadonlySet<string>): boolean {
  return isDone(status) || (sidecars.has(status.name) && status.started === true);
}

function isRunning(status: ContainerStatus): boolean {
  return status.ready === true && status.state?.running !== undefined && reasonOf(status) === undefined;
}

function restartsOf(statuses: readonly ContainerStatus[]): Restarts {
  const ends = statuses.map(({ lastState }) => lastState?.terminated?.finishedAt ?? "");
  return {
    restarts: statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    lastRestart: ends.reduce((latest, end) => end > latest ? end : latest, ""),
  };
}

function initReasonOf({ state }: ContainerStatus, progress: string): string {
  if (state?.terminated !== undefined) return `Init:${endOf(state.terminated)}`;
  const waiting = state?.waiting?.reason;
  return waiting && waiting !== "PodInitializing" ? `Init:${waiting}` : `Init:${progress}`;
}

function endOf({ reason, signal, exitCode }: Terminated): string {
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

/** What the first container says that does not run; undefined: all run, or none has a status. */
function mainReasonOf(statuses: readonly ContainerStatus[], pod: Pod): string | undefined {
  const reason = statuses.map(reasonOf).find((each) => each !== undefined);
  if (reason !== "Completed") return reason;
  const hasRunning = statuses.some(isRunning);
  if (hasRunning && conditionOf(pod, "Ready")?.status === "True") return "Running";
  const failed = statuses.find(({ state }) =>
    !state?.waiting?.reason && (state?.terminated?.exitCode ?? 0) !== 0
  );
  if (failed !== undefined) return reasonOf(failed);
  return hasRunning ? "NotReady" : reason;
}

function reasonOf({ state }: ContainerStatus): string | undefined {
  return state?.waiting?.reason || (state?.terminated === undefined ? undefined : endOf(state.terminated));
}

function phaseReason({ status }: Pod): string {
  const isGated = status?.conditions?.some(({ type, reason }) =>
    type === "PodScheduled" && reason === "SchedulingGated"
  );
  if (isGated) return "SchedulingGated";
  return (status?.reason as string | undefined) || status?.phase || "";
}

function terminating({ metadata, status }: Pod): string | undefined {
  if (metadata.deletionTimestamp === undefined) return undefined;
  if (status?.reason === "NodeLost") return "Unknown";
  return status?.phase === "Succeeded" || status?.phase === "Failed" ? undefined : "Terminating";
}
