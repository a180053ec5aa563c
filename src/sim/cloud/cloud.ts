import { type Clock, sleep } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import type { ApiServer } from "../api/api_server.ts";
import { evict } from "../api/eviction.ts";
import { ApiFailure } from "../api/failure.ts";
import { controllerOf, isTerminating, type Node } from "../objects.ts";
import { NODES, PODS } from "../resources.ts";
import { groupNameOf, type NodeGroup, nodeOf } from "./node_group.ts";

export type CloudEvent =
  | { readonly what: "reclaim"; readonly group: string; readonly node: string }
  | { readonly what: "outage"; readonly group: string; readonly forMs: number };

export interface CloudDeps {
  readonly api: ApiServer;
  readonly clock: Clock;
  /** Of reclaims at random times: so many draws for each that they come at the same times whatever else happens. */
  readonly random: Random;
  /** Of reclaims that are asked for: which nodes. */
  readonly choices: Random;
  readonly onEvent: (event: CloudEvent) => void;
}

interface GroupState {
  readonly group: NodeGroup;
  /** Of the next node. */
  number: number;
  /** How many nodes are ordered and not there yet. */
  ordered: number;
  /** No node can be had before this moment. */
  closedUntilMs: number;
}

const HOUR_MS = 3_600_000;
/** A drain asks again for a pod that its budget holds. */
const DRAIN_RETRY_MS = 5_000;

/**
 * Rents out nodes in groups, and takes those of some groups back: with a notice, in which a termination
 * handler drains the node, as far as budgets let it, and then for good.
 */
export class Cloud {
  readonly #deps: CloudDeps;
  readonly #groups = new Map<string, GroupState>();
  readonly #departing = new Set<string>();
  #signal: AbortSignal = AbortSignal.abort();
  /** What goes wrong in the background ends the run. */
  #fail: (error: unknown) => void = () => {};

  constructor(deps: CloudDeps, groups: readonly NodeGroup[]) {
    this.#deps = deps;
    for (const group of groups) {
      this.#groups.set(group.name, { group, number: 0, ordered: 0, closedUntilMs: -Infinity });
    }
  }

  get groups(): readonly NodeGroup[] {
    return [...this.#groups.values()].map(({ group }) => group);
  }

  /** Whether a node has had its notice, or has gone after one. */
  isReclaimed(node: string): boolean {
    return this.#departing.has(node);
  }

  /** Makes the nodes that are there from the start. */
  async start(): Promise<void> {
    for (const state of this.#groups.values()) {
      for (let i = 0; i < state.group.nodes; i++) await this.#create(state);
    }
  }

  /** Takes nodes back at random times, until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const failed = new Promise<void>((_, reject) => this.#fail = reject);
    const reclaiming = [...this.#groups.values()].map((state) => this.#reclaimSometimes(state, signal));
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await Promise.race([failed, Promise.all([stopped, ...reclaiming])]);
  }

  /** Takes back some nodes of a group, chosen at random: as many as there are at most. */
  reclaim(name: string, count: number): void {
    const state = this.#state(name);
    for (let i = 0; i < count; i++) this.#reclaimOne(state, this.#deps.choices());
  }

  /** For some time no node of a group can be had; `takesNodes`: those that are there are taken back, too. */
  outage(name: string, { forMs, takesNodes }: { forMs: number; takesNodes: boolean }): void {
    const state = this.#state(name);
    state.closedUntilMs = Math.max(state.closedUntilMs, this.#deps.clock.now() + forMs);
    this.#deps.onEvent({ what: "outage", group: name, forMs });
    if (takesNodes) this.reclaim(name, this.#nodesOf(state).length);
  }

  isOpen(name: string): boolean {
    return this.#state(name).closedUntilMs <= this.#deps.clock.now();
  }

  /** Nodes that are there or ordered, without those that are on their way out. */
  size(name: string): number {
    const state = this.#state(name);
    const staying = this.#nodesOf(state).filter(({ metadata }) => !this.#departing.has(metadata.name));
    return staying.length + state.ordered;
  }

  /** Orders one more node, which comes after the group's start-up time, or when the outage is over. */
  order(name: string): void {
    const state = this.#state(name);
    state.ordered++;
    void this.#deliver(state).catch(this.#fail);
  }

  /** Gives an empty node back. */
  remove(node: string): void {
    this.#deps.api.delete(NODES, { name: node });
  }

  async #deliver(state: GroupState): Promise<void> {
    const { clock } = this.#deps;
    await sleep(clock, Math.max(0, state.closedUntilMs - clock.now()) + state.group.startupMs, this.#signal);
    // An outage may have begun meanwhile.
    while (state.closedUntilMs > clock.now() && !this.#signal.aborted) {
      await sleep(clock, state.closedUntilMs - clock.now(), this.#signal);
    }
    if (this.#signal.aborted) return;
    state.ordered--;
    await this.#create(state);
  }

  async #create(state: GroupState): Promise<void> {
    const name = `${state.group.name}-${state.number++}`;
    await this.#deps.api.create<Node>(NODES, nodeOf(state.group, name, this.#deps.clock.wall()));
  }

  async #reclaimSometimes(state: GroupState, signal: AbortSignal): Promise<void> {
    const { reclaimsPerHour } = state.group;
    if (reclaimsPerHour <= 0) return;
    for (;;) {
      const waitMs = -Math.log(1 - this.#deps.random()) * HOUR_MS / reclaimsPerHour;
      await sleep(this.#deps.clock, waitMs, signal);
      if (signal.aborted) return;
      this.#reclaimOne(state, this.#deps.random());
    }
  }

  /** `choice`: of a node, from 0 to 1. */
  #reclaimOne(state: GroupState, choice: number): void {
    const nodes = this.#nodesOf(state).filter(({ metadata }) => !this.#departing.has(metadata.name));
    if (nodes.length === 0) return;
    const { name } = nodes[Math.floor(choice * nodes.length)]!.metadata;
    this.#departing.add(name);
    this.#deps.onEvent({ what: "reclaim", group: state.group.name, node: name });
    void this.#takeBack(state, name).catch(this.#fail);
  }

  async #takeBack(state: GroupState, name: string): Promise<void> {
    const { api, clock } = this.#deps;
    const { reclaimNoticeMs, reclaimTaint } = state.group;
    const endMs = clock.now() + reclaimNoticeMs;
    const node = api.get<Node>(NODES, { name });
    const taints = [...node.spec?.taints ?? [], reclaimTaint];
    api.update(NODES, { ...node, spec: { ...node.spec, taints } });
    if (this.size(state.group.name) < state.group.nodes) this.order(state.group.name);
    while (clock.now() < endMs && !this.#signal.aborted) {
      this.#drain(name);
      await sleep(clock, Math.min(DRAIN_RETRY_MS, endMs - clock.now()), this.#signal);
    }
    if (this.#signal.aborted) return;
    for (const pod of api.storage.podsOn(name)) api.delete(PODS, pod.metadata, { gracePeriodSeconds: 0 });
    if (api.storage.get(NODES, { name }) !== undefined) this.remove(name);
  }

  #drain(node: string): void {
    const { api, clock } = this.#deps;
    for (const pod of api.storage.podsOn(node)) {
      if (isTerminating(pod) || controllerOf(pod)?.kind === "DaemonSet") continue;
      try {
        evict(api, { ref: pod.metadata, options: {}, wallMs: clock.wall() });
      } catch (error) {
        // Its budget holds it, or it has two of them: it stays until it is asked again, or the node goes.
        if (!(error instanceof ApiFailure)) throw error;
      }
    }
  }

  #nodesOf({ group }: GroupState): Node[] {
    return [...this.#deps.api.storage.all<Node>(NODES)].filter((node) => groupNameOf(node) === group.name)
      .sort((a, b) => a.metadata.name < b.metadata.name ? -1 : 1);
  }

  #state(name: string): GroupState {
    const state = this.#groups.get(name);
    if (state === undefined) throw new Error(`there is no node group "${name}"`);
    return state;
  }
}
