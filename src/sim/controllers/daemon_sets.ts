import type { StorageChange } from "../api/storage.ts";
import { isEqual } from "../equality.ts";
import {
  type ApiObject,
  controllerOf,
  isFinished,
  isPodReady,
  isTerminating,
  type Node,
  type ObjectRef,
  type Pod,
} from "../objects.ts";
import { DAEMON_SETS, NODES, PODS } from "../resources.ts";
import type { DaemonSet } from "../strategies/daemon_sets.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";
import { daemonPod, mayStay, nodeOf, shouldRun } from "./daemon_pods.ts";
import { resolved } from "./int_or_percent.ts";
import { concernsController, isAvailable, nextAvailableInMs } from "./pod_states.ts";
import { templateHash } from "./template_hash.ts";
import { withoutZeros } from "./without_zeros.ts";

const COMPONENT = "daemonset-controller";
const HASH = "controller-revision-hash";

/**
 * Keeps one pod of each DaemonSet on each node where it belongs. Of updates there is RollingUpdate with
 * `maxUnavailable`, and OnDelete; `maxSurge`, revisions and rollbacks are left out.
 */
export class DaemonSets {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#deps.api.storage.onChange((change) => this.#see(change));
    this.#touchAll();
    await this.#loop.run(signal);
  }

  #see(change: StorageChange): void {
    const { type, before, object, event } = change;
    if (type === NODES && (event !== "MODIFIED" || isMoved(before!, object))) this.#touchAll();
    if (type === DAEMON_SETS && event !== "DELETED") {
      if (before?.metadata.generation !== object.metadata.generation) this.#loop.touch(object.metadata);
    }
    if (type !== PODS || !concernsController(change)) return;
    const owner = controllerOf(object);
    if (owner?.kind === "DaemonSet") {
      this.#loop.touch({ namespace: object.metadata.namespace, name: owner.name });
    }
  }

  #touchAll(): void {
    for (const { metadata } of this.#deps.api.storage.all(DAEMON_SETS)) this.#loop.touch(metadata);
  }

  async #sync(ref: ObjectRef): Promise<void> {
    const { storage } = this.#deps.api;
    const daemonSet = storage.get<DaemonSet>(DAEMON_SETS, ref);
    if (daemonSet === undefined || isTerminating(daemonSet)) return;
    const nodes = [...storage.all<Node>(NODES)].toSorted((a, b) => a.metadata.name < b.metadata.name ? -1 : 1);
    const hash = templateHash(daemonSet.spec.template);
    const byNode = this.#podsByNode(daemonSet);
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    for (const [node, pods] of byNode) if (!names.has(node)) this.#unplace(daemonSet, pods);
    for (const node of nodes) {
      await this.#bringTo(daemonSet, { node, pods: byNode.get(node.metadata.name) ?? [], hash });
    }
    const current = storage.get<DaemonSet>(DAEMON_SETS, ref);
    if (current?.metadata.uid !== daemonSet.metadata.uid) return;
    this.#replaceOld(current, { nodes, hash });
    this.#report(current, { nodes, hash, generation: daemonSet.metadata.generation! });
  }

  #podsByNode(daemonSet: DaemonSet): Map<string, Pod[]> {
    const pods = this.#deps.api.storage.owned<Pod>(PODS, daemonSet.metadata.uid);
    return Map.groupBy(pods, (pod) => nodeOf(pod) ?? "");
  }

  /** What is on a node that has gone goes with it; what was meant for it would wait for ever. */
  #unplace(daemonSet: DaemonSet, pods: readonly Pod[]): void {
    for (const pod of pods) if (pod.spec.nodeName === undefined) this.#delete(daemonSet, pod);
  }

  async #bringTo(
    daemonSet: DaemonSet,
    { node, pods, hash }: { node: Node; pods: readonly Pod[]; hash: string },
  ): Promise<void> {
    const active = pods.filter((pod) => !isTerminating(pod));
    if (!mayStay(daemonSet, node)) {
      for (const pod of active) this.#delete(daemonSet, pod);
      return;
    }
    if (!shouldRun(daemonSet, node)) return;
    for (const pod of active.filter(isFinished)) this.#delete(daemonSet, pod);
    const [first, ...others] = active.filter((pod) => !isFinished(pod)).toSorted(oldestFirst);
    for (const pod of others) this.#delete(daemonSet, pod);
    // A pod that is going keeps its place until it has gone.
    if (first !== undefined || pods.some(isTerminating)) return;
    const { api } = this.#deps;
    const { metadata } = await api.create<Pod>(
      PODS,
      daemonPod(daemonSet, { nodeName: node.metadata.name, hash }),
    );
    this.#tell(daemonSet, { reason: "SuccessfulCreate", message: `Created pod: ${metadata.name}` });
  }

  /** Makes way for pods of the current template: first where nothing is lost, then as many as may be missing. */
  #replaceOld(daemonSet: DaemonSet, { nodes, hash }: { nodes: readonly Node[]; hash: string }): void {
    const { type, rollingUpdate } = daemonSet.spec.updateStrategy ?? {};
    if (type === "OnDelete") return;
    const wanted = nodes.filter((node) => shouldRun(daemonSet, node));
    const places = this.#podsByNode(daemonSet);
    const most = resolved(rollingUpdate?.maxUnavailable ?? 1, { total: wanted.length, round: Math.ceil });
    const available = wanted.filter(({ metadata }) =>
      (places.get(metadata.name) ?? []).some((pod) => !isTerminating(pod) && this.#isAvailable(daemonSet, pod))
    );
    let spare = Math.max(most, 1) - (wanted.length - available.length);
    for (const pod of [...places.values()].flat()) {
      if (isTerminating(pod) || pod.metadata.labels?.[HASH] === hash) continue;
      if (this.#isAvailable(daemonSet, pod) && spare-- <= 0) continue;
      this.#delete(daemonSet, pod);
    }
  }

  #report(
    daemonSet: DaemonSet,
    { nodes, hash, generation }: { nodes: readonly Node[]; hash: string; generation: number },
  ): void {
    const names = new Set(
      nodes.filter((node) => shouldRun(daemonSet, node)).map(({ metadata }) => metadata.name),
    );
    const pods = [...this.#podsByNode(daemonSet)].map(([node, all]) => ({
      node,
      pod: all.toSorted(stayingFirst)[0]!,
    }));
    const placed = pods.filter(({ node }) => names.has(node)).map(({ pod }) => pod);
    const numberAvailable = placed.filter((pod) => this.#isAvailable(daemonSet, pod)).length;
    const status: DaemonSet["status"] = {
      currentNumberScheduled: placed.length,
      numberMisscheduled: pods.length - placed.length,
      desiredNumberScheduled: names.size,
      numberReady: placed.filter(isPodReady).length,
      observedGeneration: generation,
      ...withoutZeros({
        updatedNumberScheduled: placed.filter(({ metadata }) => metadata.labels?.[HASH] === hash).length,
        numberAvailable,
        numberUnavailable: names.size - numberAvailable,
      }),
    };
    this.#deps.api.update(DAEMON_SETS, { ...daemonSet, status }, { subresource: "status" });
    const { minReadySeconds } = daemonSet.spec;
    const waitMs = nextAvailableInMs(placed, { minReadySeconds, wallMs: this.#deps.clock.wall() });
    if (waitMs !== undefined) this.#loop.later(daemonSet.metadata, waitMs);
  }

  #isAvailable({ spec: { minReadySeconds } }: DaemonSet, pod: Pod): boolean {
    return isAvailable(pod, { minReadySeconds, wallMs: this.#deps.clock.wall() });
  }

  #delete(daemonSet: DaemonSet, { metadata }: Pod): void {
    this.#deps.api.delete(PODS, metadata);
    this.#tell(daemonSet, { reason: "SuccessfulDelete", message: `Deleted pod: ${metadata.name}` });
  }

  #tell(daemonSet: DaemonSet, { reason, message }: { reason: string; message: string }): void {
    this.#deps.record(daemonSet, { type: "Normal", reason, message, component: COMPONENT });
  }
}

/** Whether a node has changed in what decides where pods belong. */
function isMoved(before: ApiObject, after: ApiObject): boolean {
  return before.metadata.labels !== after.metadata.labels &&
      !isEqual(before.metadata.labels, after.metadata.labels) ||
    before.spec !== after.spec && !isEqual(before.spec, after.spec);
}

function stayingFirst(a: Pod, b: Pod): number {
  return Number(isTerminating(a)) - Number(isTerminating(b));
}

function oldestFirst(a: Pod, b: Pod): number {
  return a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
    a.metadata.name.localeCompare(b.metadata.name);
}
