import type { Json } from "../../scenarios/support/json.ts";
import { ago, type TableObject, TWO } from "./table_object.ts";

function container(name: string, state: Json, more: Json = {}): Json {
  return { name, image: "x", imageID: "", ready: false, restartCount: 0, state, ...more };
}

const running = { running: { startedAt: ago(60) } };
const waiting = (reason: string) => ({ waiting: { reason } });
const terminated = (more: Json) => ({
  terminated: { exitCode: 0, startedAt: ago(60), finishedAt: ago(50), ...more },
});
const restarted = (restartCount: number, seconds: number) => ({
  restartCount,
  lastState: {
    terminated: { exitCode: 1, reason: "Error", startedAt: ago(seconds + 5), finishedAt: ago(seconds) },
  },
});

interface PodParts {
  readonly spec?: Json;
  readonly status?: Json;
  readonly isDeleted?: boolean;
}

const main = (...statuses: Json[]) => ({ phase: "Running", containerStatuses: statuses });
const init = (...statuses: Json[]) => ({ phase: "Pending", initContainerStatuses: statuses });
const INIT = { initContainers: [{ name: "i", image: "x" }, { name: "j", image: "x" }] };
const SIDECAR = {
  initContainers: [{ name: "i", image: "x", restartPolicy: "Always" }, { name: "j", image: "x" }],
};
const isTrue = (type: string) => ({ type, status: "True" });
const ready = { ready: true, started: true };

const PODS: Readonly<Record<string, PodParts>> = {
  "pending": {},
  "gated": { spec: { schedulingGates: [{ name: "x.io/gate" }] } },
  "creating": {
    status: { phase: "Pending", containerStatuses: [container("a", waiting("ContainerCreating"))] },
  },
  "running": {
    spec: TWO,
    status: {
      ...main(container("a", running, ready), container("b", running, ready)),
      podIPs: [{ ip: "10.0.0.7" }],
    },
  },
  "crashing": {
    spec: TWO,
    status: main(
      container("a", running, { ...ready, ...restarted(2, 400) }),
      container("b", waiting("CrashLoopBackOff"), restarted(5, 190)),
    ),
  },
  "completed": { status: { ...main(container("a", terminated({ reason: "Completed" }))), phase: "Succeeded" } },
  "failed": {
    status: { ...main(container("a", terminated({ reason: "Error", exitCode: 1 }))), phase: "Failed" },
  },
  "evicted": { status: { phase: "Failed", reason: "Evicted" } },
  "signalled": {
    status: { ...main(container("a", terminated({ exitCode: 137, signal: 9 }))), phase: "Failed" },
  },
  "exited": { status: { ...main(container("a", terminated({ exitCode: 3 }))), phase: "Failed" } },
  "half-done": {
    spec: TWO,
    status: main(container("a", terminated({ reason: "Completed" })), container("b", running, ready)),
  },
  "half-done-ready": {
    spec: TWO,
    status: {
      ...main(container("a", terminated({ reason: "Completed" })), container("b", running, ready)),
      conditions: [isTrue("Ready")],
    },
  },
  "half-failed": {
    spec: TWO,
    status: main(
      container("a", terminated({ reason: "Completed" })),
      container("b", terminated({ reason: "OOMKilled", exitCode: 137 })),
    ),
  },
  "init": { spec: INIT, status: init(container("i", running), container("j", waiting("PodInitializing"))) },
  "init-second": {
    spec: INIT,
    status: init(
      container("i", terminated({ reason: "Completed" })),
      container("j", running, restarted(3, 30)),
    ),
  },
  "init-crashing": { spec: INIT, status: init(container("i", waiting("CrashLoopBackOff"), restarted(4, 20))) },
  "init-failed": { spec: INIT, status: init(container("i", terminated({ reason: "Error", exitCode: 1 }))) },
  "init-exited": { spec: INIT, status: init(container("i", terminated({ exitCode: 3 }))) },
  "init-signalled": { spec: INIT, status: init(container("i", terminated({ exitCode: 137, signal: 9 }))) },
  "sidecar": {
    spec: SIDECAR,
    status: {
      ...init(
        container("i", running, { ...ready, ...restarted(1, 100) }),
        container("j", terminated({ reason: "Completed" }), restarted(7, 10)),
      ),
      ...main(container("a", running, { ...ready, restartCount: 1 })),
    },
  },
  "sidecar-init": { spec: SIDECAR, status: init(container("i", running, ready), container("j", running)) },
  "sidecar-restarting": {
    spec: SIDECAR,
    status: {
      ...init(container("i", waiting("CrashLoopBackOff"), restarted(2, 15))),
      ...main(container("a", running, ready)),
      conditions: [isTrue("Initialized")],
    },
  },
  "gates": {
    spec: {
      readinessGates: [{ conditionType: "x.io/one" }, { conditionType: "x.io/two" }],
      nodeName: "tables-ready",
    },
    status: { ...main(container("a", running, ready)), conditions: [isTrue("x.io/one")] },
  },
  "nominated": { status: { phase: "Pending", nominatedNodeName: "tables-ready" } },
  "terminating": { status: main(container("a", running, ready)), isDeleted: true },
  "terminating-lost": {
    status: { ...main(container("a", running, ready)), reason: "NodeLost" },
    isDeleted: true,
  },
  "terminating-done": {
    status: { ...main(container("a", terminated({ reason: "Completed" }))), phase: "Succeeded" },
    isDeleted: true,
  },
};

export function tablePods(): TableObject[] {
  return Object.entries(PODS).map(([name, { spec, status, isDeleted }]) => ({
    collection: "/api/v1/namespaces/NS/pods",
    object: {
      metadata: { name, ...isDeleted ? { finalizers: ["x.io/hold"] } : {} },
      spec: {
        schedulerName: "none",
        // Nobody ends it: it goes when it is deleted.
        terminationGracePeriodSeconds: 0,
        containers: [{ name: "a", image: "x" }],
        ...spec,
      },
    },
    status,
    isDeleted,
  }));
}
