import { evict } from "../../../src/sim/api/eviction.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import { controllerOf, isTerminating, type Node, timestamp } from "../../../src/sim/objects.ts";
import { NODES } from "../../../src/sim/resources.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { Action } from "../plan/action.ts";
import type { Undoing } from "./undoing.ts";
import { attempt } from "./workload_acts.ts";

type Of<Do extends Action["do"]> = Extract<Action, { do: Do }>;

export interface NodeActsDeps {
  readonly cluster: EmbeddedCluster;
  readonly clock: Clock;
  readonly undoing: Undoing;
}

const CAPACITY = "karpenter.sh/capacity-type";
const DRAIN_RETRY_MS = 5_000;
const DRAIN_TRIES = 24;

/** What administrators and the cloud do to nodes. */
export class NodeActs {
  readonly #deps: NodeActsDeps;

  constructor(deps: NodeActsDeps) {
    this.#deps = deps;
  }

  cordon({ node: choice, forMs, drains }: Of<"cordon">): void {
    const node = this.#node(choice);
    if (node === undefined) return;
    const { name } = node.metadata;
    this.#cordoned(name, true);
    if (drains) this.#drain(name, DRAIN_TRIES);
    this.#deps.undoing.after(forMs, () => this.#cordoned(name, false));
  }

  relabel({ node: choice, to, forMs }: Of<"relabel">): void {
    const node = this.#node(choice);
    const was = node?.metadata.labels?.[CAPACITY];
    if (node === undefined || was === undefined) return;
    const { name } = node.metadata;
    const label = (value: string) =>
      this.#change(name, (current) => {
        const labels = { ...current.metadata.labels, [CAPACITY]: value };
        return { ...current, metadata: { ...current.metadata, labels } };
      });
    label(to);
    this.#deps.undoing.after(forMs, () => label(nameOfGroup(name)));
  }

  breakNode({ node: choice, forMs }: Of<"break node">): void {
    const node = this.#node(choice);
    if (node === undefined) return;
    const { name } = node.metadata;
    this.#ready(name, "False");
    this.#deps.undoing.after(forMs, () => this.#ready(name, "True"));
  }

  reclaim({ group, nodes }: Of<"reclaim">): void {
    this.#deps.cluster.cloud.reclaim(group, nodes);
  }

  outage({ group, forMs, takesNodes }: Of<"outage">): void {
    this.#deps.cluster.cloud.outage(group, { forMs, takesNodes });
  }

  #node(choice: number): Node | undefined {
    const { storage } = this.#deps.cluster;
    const nodes = [...storage.all<Node>(NODES)].sort((a, b) => a.metadata.name < b.metadata.name ? -1 : 1);
    return nodes[Math.floor(choice * nodes.length)];
  }

  #cordoned(name: string, unschedulable: boolean): void {
    this.#change(name, (node) => ({ ...node, spec: { ...node.spec, unschedulable } }));
  }

  #ready(name: string, status: "True" | "False"): void {
    const lastTransitionTime = timestamp(this.#deps.clock.wall());
    this.#change(name, (node) => {
      const conditions = (node.status?.conditions ?? []).map((condition) =>
        condition.type === "Ready" ? { ...condition, status, lastTransitionTime } : condition
      );
      return { ...node, status: { ...node.status, conditions } };
    }, "status");
  }

  #change(name: string, change: (node: Node) => Node, subresource?: "status"): void {
    const { api, storage } = this.#deps.cluster;
    const node = storage.get<Node>(NODES, { name });
    if (node !== undefined) attempt(() => api.update(NODES, change(node), { subresource }));
  }

  /** As `kubectl drain`: it asks again for what a budget holds. */
  #drain(name: string, tries: number): void {
    const { clock, cluster: { api, storage } } = this.#deps;
    const node = storage.get<Node>(NODES, { name });
    if (tries === 0 || node?.spec?.unschedulable !== true) return;
    const pods = storage.podsOn(name).filter((pod) =>
      !isTerminating(pod) && controllerOf(pod)?.kind !== "DaemonSet"
    );
    for (const { metadata } of pods) {
      attempt(() => evict(api, { ref: metadata, options: {}, wallMs: clock.wall() }));
    }
    if (pods.length > 0) clock.after(DRAIN_RETRY_MS, () => this.#drain(name, tries - 1));
  }
}

/** `on-demand-3` is of the group `on-demand`, and its capacity has that name. */
function nameOfGroup(node: string): string {
  return node.slice(0, node.lastIndexOf("-"));
}
