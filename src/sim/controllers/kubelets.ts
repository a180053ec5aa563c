import type { StorageChange } from "../api/storage.ts";
import { type Condition, isFinished, isTerminating, type Node, type Pod, timestamp } from "../objects.ts";
import { NODES, PODS } from "../resources.ts";
import type { ControllerDeps } from "./control_loop.ts";

export interface KubeletTiming {
  /** From a pod's binding until it is ready. */
  readonly startupMs: number;
  /** At most so much longer. */
  readonly startupJitterMs: number;
  /** From a pod's deletion until its containers have ended; never longer than its grace period. */
  readonly shutdownMs: number;
}

/** By this annotation kwok tells the nodes for which it plays the kubelet, and so does the embedded cluster. */
export const MANAGED = { key: "kwok.x-k8s.io/node", value: "fake" };
/** Pods of a node that has gone are removed after so long (`pkg/controller/podgc`). */
const LOST_NODE_MS = 40_000;

/** Plays the kubelets: nodes are ready, pods start, run and end, and nothing in them ever fails. */
export class Kubelets {
  readonly #deps: ControllerDeps;
  readonly #timing: KubeletTiming;
  /** Of pods that have run. */
  #addresses = 0;

  constructor(deps: ControllerDeps, timing: KubeletTiming) {
    this.#deps = deps;
    this.#timing = timing;
  }

  run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    for (const node of storage.all<Node>(NODES)) this.#seeNode(node);
    for (const pod of storage.all<Pod>(PODS)) this.#seePod(undefined, pod);
    storage.onChange((change) => {
      if (!signal.aborted) this.#see(change);
    });
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  }

  #see({ type, before, object, event }: StorageChange): void {
    if (type === NODES && event === "ADDED") this.#seeNode(object as Node);
    if (type === NODES && event === "DELETED") this.#collectFrom(object.metadata.name);
    if (type === PODS && event !== "DELETED") this.#seePod(before as Pod | undefined, object as Pod);
  }

  #seeNode(node: Node): void {
    if (!isManaged(node)) return;
    const { api, clock } = this.#deps;
    clock.after(0, () => {
      const current = api.storage.get<Node>(NODES, node.metadata);
      if (current !== undefined) api.update(NODES, readyNode(current, clock.wall()), { subresource: "status" });
    });
  }

  /** Takes away the pods of a node that is not there, unless it is there in time. */
  #collectFrom(nodeName: string): void {
    const { api, clock } = this.#deps;
    clock.after(LOST_NODE_MS, () => {
      if (api.storage.get(NODES, { name: nodeName }) !== undefined) return;
      for (const pod of api.storage.podsOn(nodeName)) {
        api.delete(PODS, pod.metadata, { gracePeriodSeconds: 0 });
      }
    });
  }

  #seePod(before: Pod | undefined, pod: Pod): void {
    const { nodeName } = pod.spec;
    if (nodeName === undefined || isFinished(pod)) return;
    const node = this.#deps.api.storage.get<Node>(NODES, { name: nodeName });
    if (node === undefined && before?.spec.nodeName === undefined) this.#collectFrom(nodeName);
    if (node === undefined || !isManaged(node)) return;
    if (isTerminating(pod)) {
      if (before === undefined || !isTerminating(before)) this.#stop(pod);
    } else if (before?.spec.nodeName === undefined) {
      this.#start(pod);
    }
  }

  #start(pod: Pod): void {
    const { startupMs, startupJitterMs } = this.#timing;
    this.#later(pod, startupMs + this.#deps.random() * startupJitterMs, (current) => {
      const { api, clock } = this.#deps;
      const isHosted = api.storage.get(NODES, { name: current.spec.nodeName! }) !== undefined;
      if (isTerminating(current) || !isHosted) return;
      const podIP = addressOf(this.#addresses++);
      api.update(PODS, running(current, { podIP, wallMs: clock.wall() }), { subresource: "status" });
    });
  }

  #stop(pod: Pod): void {
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1_000;
    this.#later(pod, Math.min(this.#timing.shutdownMs, graceMs), (current) => {
      this.#deps.api.delete(PODS, current.metadata, { gracePeriodSeconds: 0 });
    });
  }

  /** Does something to a pod later, if it is still the same. */
  #later({ metadata }: Pod, ms: number, act: (pod: Pod) => void): void {
    const { api, clock } = this.#deps;
    clock.after(ms, () => {
      const current = api.storage.get<Pod>(PODS, metadata);
      if (current?.metadata.uid === metadata.uid) act(current);
    });
  }
}

function isManaged({ metadata }: Node): boolean {
  return metadata.annotations?.[MANAGED.key] === MANAGED.value;
}

function readyNode(node: Node, wallMs: number): Node {
  const now = timestamp(wallMs);
  const ready: Condition & { lastHeartbeatTime: string } = {
    type: "Ready",
    status: "True",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason: "KubeletReady",
    message: "simulated",
  };
  const others = (node.status?.conditions ?? []).filter(({ type }) => type !== "Ready");
  return { ...node, status: { ...node.status, conditions: [...others, ready] } };
}

/** One after the other in 10.64.0.0/10, and then again from the start. */
function addressOf(number: number): string {
  const [a, b, c] = [number >> 16, number >> 8, number].map((part) => part & 0xff) as [number, number, number];
  return `10.${64 + a % 64}.${b}.${c}`;
}

function running(pod: Pod, { podIP, wallMs }: { podIP: string; wallMs: number }): Pod {
  const now = timestamp(wallMs);
  const conditions = ["Initialized", "ContainersReady", "Ready"].map((type): Condition => ({
    type,
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: now,
  }));
  const others = (pod.status?.conditions ?? []).filter(({ type }) =>
    !conditions.some((each) => each.type === type)
  );
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: "",
    ready: true,
    started: true,
    restartCount: 0,
    lastState: {},
    state: { running: { startedAt: now } },
  }));
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: "Running",
      startTime: now,
      podIP,
      podIPs: [{ ip: podIP }],
      conditions: [...conditions, ...others],
      containerStatuses,
    },
  };
}
