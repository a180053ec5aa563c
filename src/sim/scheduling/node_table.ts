import type { StorageChange } from "../api/storage.ts";
import { type ApiObject, controllerOf, isFinished, type Node, type Pod } from "../objects.ts";
import { NODES, PODS } from "../resources.ts";
import { type Resources, resourcesOf } from "../quantities.ts";
import { minus, plus, requestsOf } from "./requests.ts";

/** A node, and what is on it. */
export interface NodeState {
  readonly node: Node;
  readonly allocatable: Resources;
  requested: Resources;
  /** Controller UID -> how many of its pods are here. */
  readonly owners: Map<string, number>;
}

const EMPTY: Resources = { cpu: 0, memory: 0, pods: 0 };

/** All nodes with what their pods take, kept current change by change. */
export class NodeTable {
  readonly #nodes = new Map<string, NodeState>();
  readonly #podsOn: (nodeName: string) => readonly Pod[];

  constructor({ podsOn }: { podsOn: (nodeName: string) => readonly Pod[] }) {
    this.#podsOn = podsOn;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(name: string): NodeState | undefined {
    return this.#nodes.get(name);
  }

  values(): IterableIterator<NodeState> {
    return this.#nodes.values();
  }

  see({ type, before, object, event }: StorageChange): void {
    if (type === NODES) this.#seeNode(object as Node, event === "DELETED");
    if (type !== PODS) return;
    const [was, is] = [taking(before), event === "DELETED" ? undefined : taking(object)];
    if (was?.spec.nodeName === is?.spec.nodeName) return;
    if (was !== undefined) this.#take(was, -1);
    if (is !== undefined) this.#take(is, 1);
  }

  #seeNode(node: Node, isGone: boolean): void {
    const { name } = node.metadata;
    const known = this.#nodes.get(name);
    if (isGone) {
      this.#nodes.delete(name);
      return;
    }
    const { requested = EMPTY, owners = new Map<string, number>() } = known ?? {};
    const allocatable = resourcesOf(node.status?.allocatable ?? {}, EMPTY);
    this.#nodes.set(name, { node, allocatable, requested, owners });
    if (known !== undefined) return;
    // Pods may be bound to a node before it is there.
    for (const pod of this.#podsOn(name)) if (taking(pod) !== undefined) this.#take(pod, 1);
  }

  #take(pod: Pod, sign: 1 | -1): void {
    const state = this.#nodes.get(pod.spec.nodeName!);
    if (state === undefined) return;
    const requests = requestsOf(pod.spec);
    state.requested = sign === 1 ? plus(state.requested, requests) : minus(state.requested, requests);
    const owner = controllerOf(pod)?.uid;
    if (owner === undefined) return;
    const count = (state.owners.get(owner) ?? 0) + sign;
    if (count <= 0) state.owners.delete(owner);
    else state.owners.set(owner, count);
  }
}

/** A pod that takes room on a node. */
function taking(object: ApiObject | undefined): Pod | undefined {
  const pod = object as Pod | undefined;
  return pod === undefined || pod.spec.nodeName === undefined || isFinished(pod) ? undefined : pod;
}
