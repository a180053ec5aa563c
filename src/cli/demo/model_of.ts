import type { NodeClassifier } from "../../domain/node_classifier.ts";
import { spotTarget } from "../../domain/distribution.ts";
import { parsePolicy } from "../../domain/policy.ts";
import type { EmbeddedCluster } from "../../sim/cluster.ts";
import { type Deployment, isPodReady, isTerminating, type Node, type Pod } from "../../sim/objects.ts";
import { DEPLOYMENTS, NODES, PODS, STATEFUL_SETS } from "../../sim/resources.ts";
import { NAMESPACE, WORKLOADS } from "./cast.ts";
import type { Ledger } from "./ledger.ts";
import type { DemoNode, DemoPod, DemoWorkload, PodState, SplitCount } from "./model.ts";
import { isEvicted, workloadOf } from "./pods.ts";

export interface Sight {
  readonly cluster: EmbeddedCluster;
  readonly classifier: NodeClassifier;
  readonly ledger: Ledger;
  readonly nowMs: number;
}

const ORDER: readonly PodState[] = ["ready", "starting", "leaving", "evicted"];

/** The nodes that there are, in the order in which they came, with their pods. */
export function nodesOf({ cluster, classifier, ledger, nowMs }: Sight): DemoNode[] {
  const nodes = [...cluster.storage.all<Node>(NODES)].toSorted(byNumber);
  return nodes.flatMap(({ metadata: { name, labels = {} } }): DemoNode[] => {
    const capacity = classifier.classify(labels);
    if (capacity === "unknown") return [];
    const leavesAtMs = ledger.departures.get(name);
    return [{
      name,
      capacity,
      leavesInMs: leavesAtMs === undefined ? undefined : Math.max(0, leavesAtMs - nowMs),
      pods: inOrder(cluster.storage.podsOn(name).map((pod) => podOf(pod, capacity))),
    }];
  });
}

/** The workloads of the story that there are. */
export function workloadsOf(sight: Sight): DemoWorkload[] {
  const pods = podsOf(sight);
  return WORKLOADS.flatMap(({ kind, name }) => {
    const type = kind === "Deployment" ? DEPLOYMENTS : STATEFUL_SETS;
    const object = sight.cluster.storage.get<Deployment>(type, { namespace: NAMESPACE, name });
    const own = pods.filter(({ workload }) => workload === name);
    return object === undefined ? [] : [workloadSeen(object, { pods: own, ledger: sight.ledger })];
  });
}

function workloadSeen(
  { metadata, spec }: Deployment,
  { pods, ledger }: { pods: readonly DemoPod[]; ledger: Ledger },
): DemoWorkload {
  const { name, labels = {}, annotations = {} } = metadata;
  const result = parsePolicy({ labels, annotations }, { labels: {}, annotations: {} });
  const { spotPercentage, minOnDemand } = result.kind === "managed"
    ? result.policy
    : { spotPercentage: 0, minOnDemand: 0 };
  const replicas = spec.replicas ?? 1;
  const spot = spotTarget(replicas, { spotPercentage, minOnDemand });
  const staying = pods.filter(({ state }) => state === "ready" || state === "starting");
  const on = (capacity: DemoPod["capacity"]) => inOrder(staying.filter((pod) => pod.capacity === capacity));
  const [onSpot, onDemand, nowhere] = [on("spot"), on("on-demand"), on(undefined)];
  return {
    name,
    replicas,
    policy: `${spotPercentage} % spot, floor ${minOnDemand}`,
    asked: { spot, onDemand: replicas - spot },
    actual: { spot: onSpot.length, onDemand: onDemand.length },
    ready: staying.filter(({ state }) => state === "ready").length,
    pods: [...onSpot, ...onDemand, ...nowhere],
    leaving: pods.length - staying.length,
    verdict: ledger.verdicts.get(name),
  };
}

function podsOf({ cluster, classifier }: Sight): DemoPod[] {
  return [...cluster.storage.all<Pod>(PODS, NAMESPACE)].map((pod) => {
    const { nodeName } = pod.spec;
    const node = nodeName === undefined ? undefined : cluster.storage.get<Node>(NODES, { name: nodeName });
    const capacity = node === undefined ? "unknown" : classifier.classify(node.metadata.labels ?? {});
    return podOf(pod, capacity === "unknown" ? undefined : capacity);
  });
}

function podOf(pod: Pod, capacity: DemoPod["capacity"]): DemoPod {
  return { workload: workloadOf(pod), capacity, state: stateOf(pod) };
}

function stateOf(pod: Pod): PodState {
  if (isTerminating(pod)) return isEvicted(pod) ? "evicted" : "leaving";
  return isPodReady(pod) ? "ready" : "starting";
}

function inOrder(pods: readonly DemoPod[]): DemoPod[] {
  return pods.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}

/** `spot-2` before `spot-10`. */
function byNumber({ metadata: a }: Node, { metadata: b }: Node): number {
  return a.name.length - b.name.length || (a.name < b.name ? -1 : 1);
}

export function isAsAsked({ asked, actual }: { asked: SplitCount; actual: SplitCount }): boolean {
  return asked.spot === actual.spot && asked.onDemand === actual.onDemand;
}
