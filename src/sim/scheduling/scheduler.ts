import { type LabelSelector, matchesSelector } from "../../domain/label_selector.ts";
import { bind } from "../api/binding.ts";
import type { StorageChange } from "../api/storage.ts";
import { type ControllerDeps, ControlLoop } from "../controllers/control_loop.ts";
import { isEqual } from "../equality.ts";
import {
  type Condition,
  conditionOf,
  isFinished,
  isTerminating,
  type Node,
  type Pod,
  timestamp,
} from "../objects.ts";
import { NODES, PODS } from "../resources.ts";
import { misfit } from "./node_fit.ts";
import { bestNodes } from "./node_score.ts";
import { type NodeState, NodeTable } from "./node_table.ts";
import { requestsOf } from "./requests.ts";

/** Enough nodes to choose from: large clusters are not searched whole (as `percentageOfNodesToScore`). */
const ENOUGH_NODES = 100;
/** Pods that fit nowhere are tried again so long after something changed that may help. */
const RETRY_MS = 1_000;

/** Gives pods their nodes. */
export class Scheduler {
  readonly nodes: NodeTable;
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;
  /** Pods that fitted nowhere when they were last tried. */
  readonly #stuck = new Map<string, Pod["metadata"]>();
  /** Where the next search begins, so that all nodes get their turn. */
  #start = 0;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.nodes = new NodeTable({ podsOn: (name) => deps.api.storage.podsOn(name) });
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
  }

  /** Pods that wait for a node that fits. */
  stuck(): readonly Pod[] {
    return [...this.#stuck.values()].flatMap((ref) => this.#deps.api.storage.get<Pod>(PODS, ref) ?? [])
      .filter(needsNode);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    for (const object of storage.all(NODES)) {
      this.nodes.see({ type: NODES, object, before: undefined, event: "ADDED", revision: 0 });
    }
    for (const pod of storage.all<Pod>(PODS)) if (needsNode(pod)) this.#loop.touch(pod.metadata);
    storage.onChange((change) => this.#see(change));
    await this.#loop.run(signal);
  }

  #see(change: StorageChange): void {
    const { type, before, object, event } = change;
    if (type !== PODS && type !== NODES) return;
    this.nodes.see(change);
    if (type === NODES) {
      if (event === "ADDED" || isMoreOpen(before as Node, object as Node)) this.#retryStuck();
      return;
    }
    const pod = object as Pod;
    if (event === "DELETED") {
      this.#stuck.delete(pod.metadata.uid);
      if (pod.spec.nodeName !== undefined) this.#retryStuck();
    } else if (event === "MODIFIED" && isFinished(pod) && !isFinished(before as Pod)) {
      this.#retryStuck();
    } else if (event === "ADDED" && needsNode(pod)) {
      this.#loop.touch(pod.metadata);
    }
  }

  #retryStuck(): void {
    for (const ref of this.#stuck.values()) this.#loop.later(ref, RETRY_MS);
  }

  #sync(ref: { namespace?: string | undefined; name: string }): void {
    const { api, random, record, clock } = this.#deps;
    const pod = api.storage.get<Pod>(PODS, ref);
    if (pod === undefined || !needsNode(pod)) return;
    const requests = requestsOf(pod.spec);
    const { fitting, reasons } = this.#search(pod, requests);
    if (fitting.length === 0) {
      this.#stuck.set(pod.metadata.uid, pod.metadata);
      this.#tellStuck(pod, reasons);
      return;
    }
    this.#stuck.delete(pod.metadata.uid);
    const best = bestNodes({ pod, requests, crowd: this.#crowd(pod) }, fitting);
    const { node } = best[Math.floor(random() * best.length)]!;
    const nodeName = node.metadata.name;
    bind(api, { ref, nodeName, wallMs: clock.wall() });
    const { namespace, name } = pod.metadata;
    const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
    record(pod, { type: "Normal", reason: "Scheduled", message, component: "default-scheduler" });
  }

  #search(pod: Pod, requests: ReturnType<typeof requestsOf>) {
    const states = [...this.nodes.values()];
    const fitting: NodeState[] = [];
    const reasons = new Map<string, number>();
    for (let i = 0; i < states.length && fitting.length < ENOUGH_NODES; i++) {
      const state = states[(this.#start + i) % states.length]!;
      const why = misfit({ spec: pod.spec, requests }, state);
      if (why === undefined) fitting.push(state);
      else reasons.set(why, (reasons.get(why) ?? 0) + 1);
    }
    if (states.length > 0) this.#start = (this.#start + 1) % states.length;
    return { fitting, reasons };
  }

  #tellStuck(pod: Pod, reasons: ReadonlyMap<string, number>): void {
    const { api, clock, record } = this.#deps;
    const why = [...reasons].sort(([a], [b]) => a < b ? -1 : 1).map(([reason, count]) => `${count} ${reason}`);
    const message = `0/${this.nodes.size} nodes are available: ${why.join(", ")}.`;
    const known = conditionOf(pod, "PodScheduled");
    if (known?.status === "False" && known.message === message) return;
    const condition: Condition = {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
      lastProbeTime: null,
      lastTransitionTime: known?.lastTransitionTime ?? timestamp(clock.wall()),
    };
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
    api.update(PODS, { ...pod, status: { ...pod.status, conditions: [...others, condition] } }, {
      subresource: "status",
    });
    record(pod, { type: "Warning", reason: "FailedScheduling", message, component: "default-scheduler" });
  }

  /** For a pod with spread constraints: how many that they count are in the domains of a node. */
  #crowd(pod: Pod): ((state: NodeState) => number) | undefined {
    const constraints = pod.spec.topologySpreadConstraints ?? [];
    if (constraints.length === 0) return undefined;
    const tables = constraints.map(({ topologyKey, labelSelector }) => ({
      topologyKey,
      counts: this.#countByDomain(pod, { topologyKey, selector: labelSelector ?? {} }),
    }));
    return ({ node: { metadata: { labels = {} } } }) =>
      tables.reduce((sum, { topologyKey, counts }) => sum + (counts.get(labels[topologyKey] ?? "") ?? 0), 0);
  }

  #countByDomain(
    { metadata }: Pod,
    { topologyKey, selector }: { topologyKey: string; selector: LabelSelector },
  ): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const [label] = Object.entries(selector.matchLabels ?? {});
    const { storage } = this.#deps.api;
    const pods = label === undefined
      ? storage.all<Pod>(PODS, metadata.namespace)
      : storage.podsWith(metadata.namespace!, { key: label[0], value: label[1] });
    for (const { spec, metadata: { labels = {}, deletionTimestamp } } of pods) {
      if (
        spec.nodeName === undefined || deletionTimestamp !== undefined || !matchesSelector(labels, selector)
      ) continue;
      const domain = this.nodes.get(spec.nodeName)?.node.metadata.labels?.[topologyKey] ?? "";
      counts.set(domain, (counts.get(domain) ?? 0) + 1);
    }
    return counts;
  }
}

function needsNode(pod: Pod): boolean {
  return pod.spec.nodeName === undefined && !isTerminating(pod) && !isFinished(pod) &&
    (pod.spec.schedulerName ?? "default-scheduler") === "default-scheduler";
}

/** Whether a change of a node may make room: not its heartbeat. */
function isMoreOpen(before: Node, after: Node): boolean {
  return !isEqual(before.spec, after.spec) || !isEqual(before.metadata.labels, after.metadata.labels) ||
    !isEqual(before.status?.allocatable, after.status?.allocatable);
}
