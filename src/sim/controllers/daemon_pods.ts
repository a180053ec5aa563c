import type { Draft } from "../api/api_server.ts";
import type { Node, Pod, PodSpec, PodToleration } from "../objects.ts";
import { isWanted, untolerated } from "../scheduling/node_fit.ts";
import type { DaemonSet } from "../strategies/daemon_sets.ts";
import { podDraft } from "./pod_draft.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

const tolerated = (condition: string, effect: string): PodToleration => ({
  key: `node.kubernetes.io/${condition}`,
  operator: "Exists",
  effect,
});

/** Daemons go to nodes that nothing else goes to (`AddOrUpdateDaemonPodTolerations`). */
const TOLERATIONS = [
  tolerated("not-ready", "NoExecute"),
  tolerated("unreachable", "NoExecute"),
  tolerated("disk-pressure", "NoSchedule"),
  tolerated("memory-pressure", "NoSchedule"),
  tolerated("pid-pressure", "NoSchedule"),
  tolerated("unschedulable", "NoSchedule"),
];
const ON_HOST_NETWORK = tolerated("network-unavailable", "NoSchedule");

/** Whether a daemon's pod belongs on a node. */
export function shouldRun({ spec: { template } }: DaemonSet, node: Node): boolean {
  const { nodeName } = template.spec;
  if (nodeName !== undefined && nodeName !== node.metadata.name) return false;
  const spec = withTolerations(template.spec);
  return isWanted(spec, node) && untolerated(spec, node) === undefined;
}

/** Whether a pod that is on a node already stays there: only a NoExecute taint drives it away. */
export function mayStay(daemonSet: DaemonSet, { spec: { taints = [], ...spec } = {}, ...node }: Node): boolean {
  const driving = taints.filter(({ effect }) => effect === "NoExecute");
  return shouldRun(daemonSet, { ...node, spec: { ...spec, taints: driving } });
}

/** A pod for one node: told by affinity, so that the scheduler binds it. */
export function daemonPod(
  daemonSet: DaemonSet,
  { nodeName, hash }: { nodeName: string; hash: string },
): Draft<Pod> {
  const { metadata, spec, ...rest } = podDraft(daemonSet, daemonSet.spec.template);
  const labels = { ...metadata.labels, "controller-revision-hash": hash, "pod-template-generation": "1" };
  return {
    ...rest,
    metadata: { ...metadata, labels },
    spec: { ...withTolerations(spec), affinity: toNode(spec, nodeName) },
  };
}

/** The node that a daemon's pod is on, or is meant for. */
export function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName !== undefined) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [];
  return terms[0]?.matchFields?.find(({ key }) => key === "metadata.name")?.values?.[0];
}

function withTolerations(spec: PodSpec): PodSpec {
  const wanted = spec["hostNetwork"] === true ? [...TOLERATIONS, ON_HOST_NETWORK] : TOLERATIONS;
  const given = spec.tolerations ?? [];
  const missing = wanted.filter((each) =>
    !given.some(({ key, operator, effect }) =>
      key === each.key && operator === "Exists" && effect === each.effect
    )
  );
  return missing.length === 0 ? spec : { ...spec, tolerations: [...given, ...missing] };
}

/** Takes the place of the terms that are required of nodes: they have been looked at. */
function toNode({ affinity }: PodSpec, nodeName: string): PodSpec["affinity"] {
  const matchFields = [{ key: "metadata.name", operator: "In", values: [nodeName] }];
  const nodeAffinity = { ...affinity?.nodeAffinity, [REQUIRED]: { nodeSelectorTerms: [{ matchFields }] } };
  return { ...affinity, nodeAffinity };
}
