import { type Clock, sleep } from "../../runtime/clock.ts";
import type { ApiServer } from "../api/api_server.ts";
import { shouldRun } from "../controllers/daemon_pods.ts";
import { controllerOf, type Node } from "../objects.ts";
import { DAEMON_SETS, NODES } from "../resources.ts";
import { misfit } from "../scheduling/node_fit.ts";
import type { NodeState } from "../scheduling/node_table.ts";
import { plus, requestsOf } from "../scheduling/requests.ts";
import type { Scheduler } from "../scheduling/scheduler.ts";
import type { DaemonSet } from "../strategies/daemon_sets.ts";
import type { Cloud } from "./cloud.ts";
import { groupNameOf, type NodeGroup, nodeOf } from "./node_group.ts";

export interface AutoscalerDeps {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly cloud: Cloud;
  readonly scheduler: Scheduler;
}

export interface AutoscalerTiming {
  /** A pod has to wait so long before a node is ordered for it. */
  readonly delayMs: number;
  /** A node above its group's size has to be empty so long before it is given back. */
  readonly idleMs: number;
}

/** How often it looks. */
const PERIOD_MS = 10_000;

/** Orders nodes for pods that fit nowhere, and gives empty ones back. */
export class Autoscaler {
  readonly #deps: AutoscalerDeps;
  readonly #timing: AutoscalerTiming;
  /** Node name -> since when it is empty. */
  readonly #idleSince = new Map<string, number>();
  /** Nodes that are ordered, with the pods that they are meant for. */
  #ordered: { readonly group: NodeGroup; readonly untilMs: number; readonly pods: Set<string> }[] = [];

  constructor(deps: AutoscalerDeps, timing: AutoscalerTiming) {
    this.#deps = deps;
    this.#timing = timing;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#deps.clock, PERIOD_MS, signal);
      if (signal.aborted) return;
      this.#grow();
      this.#shrink();
    }
  }

  #grow(): void {
    const { clock, cloud, scheduler } = this.#deps;
    const nowMs = clock.now();
    this.#ordered = this.#ordered.filter(({ untilMs }) => untilMs > nowMs);
    const served = new Set(this.#ordered.flatMap(({ pods }) => [...pods]));
    const waiting = scheduler.stuck().filter(({ metadata }) =>
      !served.has(metadata.uid) && clock.wall() - Date.parse(metadata.creationTimestamp) >= this.#timing.delayMs
    );
    const planned: { group: NodeGroup; state: NodeState; pods: Set<string> }[] = [];
    for (const pod of waiting) {
      const asked = { spec: pod.spec, requests: requestsOf(pod.spec) };
      let place = planned.find(({ state }) => misfit(asked, state) === undefined);
      if (place === undefined) {
        const group = cloud.groups.find((each) =>
          this.#canGrow(each, planned) && misfit(asked, this.#empty(each)) === undefined
        );
        if (group === undefined) continue;
        place = { group, state: this.#empty(group), pods: new Set() };
        planned.push(place);
      }
      place.state.requested = plus(place.state.requested, asked.requests);
      place.pods.add(pod.metadata.uid);
    }
    for (const { group, pods } of planned) {
      cloud.order(group.name);
      // A little longer than it takes, so that the scheduler has its turn first.
      this.#ordered.push({ group, pods, untilMs: nowMs + group.startupMs + PERIOD_MS });
    }
  }

  #canGrow(group: NodeGroup, planned: readonly { group: NodeGroup }[]): boolean {
    const { cloud } = this.#deps;
    const more = planned.filter((each) => each.group === group).length;
    return cloud.isOpen(group.name) && cloud.size(group.name) + more < group.most;
  }

  /** A new node: nothing is on it but what every node of its kind gets. */
  #empty(group: NodeGroup): NodeState {
    const { api, clock } = this.#deps;
    const node = nodeOf(group, group.name, clock.wall()) as Node;
    const requested = [...api.storage.all<DaemonSet>(DAEMON_SETS)].filter((each) => shouldRun(each, node))
      .map(({ spec }) => requestsOf(spec.template.spec)).reduce(plus, { cpu: 0, memory: 0, pods: 0 });
    const allocatable = { cpu: group.cpuMillis / 1_000, memory: group.memoryBytes, pods: group.pods };
    return { node, allocatable, requested, owners: new Map() };
  }

  #shrink(): void {
    const { api, clock, cloud } = this.#deps;
    for (const node of api.storage.all<Node>(NODES)) {
      const { name } = node.metadata;
      const group = cloud.groups.find((each) => each.name === groupNameOf(node));
      if (group === undefined || cloud.isReclaimed(name) || !this.#isEmpty(name)) {
        this.#idleSince.delete(name);
        continue;
      }
      const since = this.#idleSince.get(name) ?? clock.now();
      this.#idleSince.set(name, since);
      if (clock.now() - since < this.#timing.idleMs || cloud.size(group.name) <= group.nodes) continue;
      this.#idleSince.delete(name);
      cloud.remove(name);
    }
  }

  #isEmpty(node: string): boolean {
    // Asked of all nodes again and again: where pods of other owners are, they need not be looked at.
    const owners = this.#deps.scheduler.nodes.get(node)?.owners.size ?? 0;
    if (owners > this.#deps.api.storage.size(DAEMON_SETS)) return false;
    return this.#deps.api.storage.podsOn(node).every((pod) => controllerOf(pod)?.kind === "DaemonSet");
  }
}
