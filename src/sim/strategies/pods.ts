import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import type { ApiObject, Container, Pod, PodSpec, PodStatus, PodToleration } from "../objects.ts";
import { type FullContainer, markComplete, type Port } from "./container_defaults.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { markNormal } from "./normalizing.ts";
import { podSpecProblems } from "./pod_spec_validation.ts";
import { withPodSpecDefaults } from "./pod_template.ts";
import { podUpdateProblems } from "./pod_updates.ts";
import { qosClassOf } from "./qos_class.ts";
import { mapped, withDefaults, withFields } from "./with_defaults.ts";

/** Pods stay on a node that is lost for five minutes, unless they say otherwise (`DefaultTolerationSeconds`). */
const LOST: readonly PodToleration[] = ["not-ready", "unreachable"].map((condition) => ({
  key: `node.kubernetes.io/${condition}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}));

/** The classes that every cluster has. Others are taken for 0: the embedded server keeps no PriorityClasses. */
const PRIORITIES: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};

/** A template's spec, or a pod's -> what a pod of it has: all pods of a template share one. */
const ofPods = new WeakMap<PodSpec, PodSpec>();
/** A pod's spec -> the status that it begins with. */
const initial = new WeakMap<PodSpec, PodStatus>();

/** `SetDefaults_Pod`, and what the admission plugins of the API server add. */
export const POD: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const pod = object as Pod;
    const spec = podSpecOf(pod.spec ?? ({} as PodSpec));
    return spec === pod.spec ? pod : { ...pod, spec };
  },

  created(object: ApiObject): ApiObject {
    const pod = object as Pod;
    return { ...pod, status: initialStatus(pod) } as Pod;
  },

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    const { spec } = object as Pod;
    const problems = [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...podSpecProblems("spec", spec),
    ];
    if (before !== undefined && problems.length === 0) {
      problems.push(...podUpdateProblems((before as Pod).spec, spec));
    }
    return problems;
  },

  fixedByStatus: ["ownerReferences"],
};

function podSpecOf(given: PodSpec): PodSpec {
  const known = ofPods.get(given);
  if (known !== undefined) return known;
  const template = withPodSpecDefaults(given);
  const result = markNormal(filled(template));
  ofPods.set(template, result);
  ofPods.set(result, result);
  return result;
}

function filled(spec: PodSpec): PodSpec {
  const { containers, initContainers } = spec;
  const resources = spec["resources"] as Container["resources"];
  const result = withDefaults(spec, {
    enableServiceLinks: true,
    priority: PRIORITIES[spec["priorityClassName"] as string] ?? 0,
    preemptionPolicy: "PreemptLowerPriority",
  });
  return withFields(result, {
    tolerations: withLost(spec.tolerations),
    ...containers && { containers: mapped(containers, (each) => ofPod(each, spec)) },
    ...initContainers && { initContainers: mapped(initContainers, (each) => ofPod(each, spec)) },
    ...resources && { resources: withRequests(resources) },
    ...spec.terminationGracePeriodSeconds! < 0 && { terminationGracePeriodSeconds: 1 },
  });
}

function withLost(tolerations: readonly PodToleration[] = []): readonly PodToleration[] {
  const missing = LOST.filter((lost) =>
    !tolerations.some(({ key, effect }) =>
      (key === lost.key || key === undefined) && (effect === "NoExecute" || effect === undefined)
    )
  );
  return missing.length === 0 ? tolerations : [...tolerations, ...missing];
}

/** A container of a template, or of a pod -> what a pod has of it. */
const inPods = new WeakMap<Container, Container>();

function ofPod(container: Container, { hostNetwork }: PodSpec): Container {
  if (hostNetwork === true) return ofPodOnHostNetwork(container);
  const known = inPods.get(container);
  if (known !== undefined) return known;
  const result = markComplete(withFields(container, { resources: withRequests(container.resources) }));
  inPods.set(container, result);
  inPods.set(result, result);
  return result;
}

function ofPodOnHostNetwork(container: FullContainer): Container {
  const { resources, ports } = container;
  return markComplete(withFields(container, {
    resources: withRequests(resources),
    ...ports && { ports: mapped(ports, withHostPort) },
  }));
}

function withHostPort(port: Port): Port {
  return withDefaults(port, { hostPort: port.containerPort });
}

/** What is limited and not asked for is asked for. */
function withRequests(resources: Container["resources"] = {}): NonNullable<Container["resources"]> {
  const { limits, requests } = resources;
  if (limits === undefined) return resources;
  const missing = Object.keys(limits).some((name) => requests?.[name] === undefined);
  return missing ? { ...resources, requests: { ...limits, ...requests } } : resources;
}

function initialStatus({ spec, metadata }: Pod): PodStatus {
  if (isGated(spec)) {
    return { phase: "Pending", conditions: [gated(metadata.creationTimestamp)], qosClass: qosClassOf(spec) };
  }
  const known = initial.get(spec);
  if (known !== undefined) return known;
  const status = { phase: "Pending", qosClass: qosClassOf(spec) };
  initial.set(spec, status);
  return status;
}

function isGated(spec: PodSpec): boolean {
  return ((spec["schedulingGates"] as readonly unknown[] | undefined) ?? []).length > 0;
}

function gated(lastTransitionTime: string) {
  return {
    type: "PodScheduled",
    status: "False",
    lastProbeTime: null,
    lastTransitionTime,
    reason: "SchedulingGated",
    message: "Scheduling is blocked due to non-empty scheduling gates",
  } as const;
}
