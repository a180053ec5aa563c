import type { Draft } from "../api/api_server.ts";
import {
  isFinished,
  isPodReady,
  isTerminating,
  type Pod,
  type PodSpec,
  type PodTemplate,
  type StatefulSet,
} from "../objects.ts";
import { podDraft } from "./pod_draft.ts";
import { isAvailable } from "./pod_states.ts";

const REVISION_LABEL = "controller-revision-hash";

/** The number in the name of a StatefulSet's pod; undefined: its name is none of that StatefulSet's. */
export function ordinalOf({ metadata: { name } }: Pod, { metadata }: StatefulSet): number | undefined {
  const [, base, ordinal] = /^(.*)-(\d+)$/.exec(name) ?? [];
  return base === metadata.name ? Number(ordinal) : undefined;
}

export function revisionOfPod({ metadata }: Pod): string | undefined {
  return metadata.labels?.[REVISION_LABEL];
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === "Running" && isPodReady(pod);
}

/** Whether a pod does not do its part, or is about to end. */
export function isUnavailable(pod: Pod, { spec }: StatefulSet, wallMs: number): boolean {
  return isTerminating(pod) || isFinished(pod) || !isRunningAndReady(pod) ||
    !isAvailable(pod, { minReadySeconds: spec.minReadySeconds, wallMs });
}

/** The first ordinal, and how many there are. */
export function ordinalsOf({ spec }: StatefulSet): { readonly start: number; readonly replicas: number } {
  return { start: spec.ordinals?.start ?? 0, replicas: spec.replicas ?? 1 };
}

export function partitionOf({ spec }: StatefulSet): number {
  return spec.updateStrategy?.rollingUpdate?.partition ?? 0;
}

/** A pod that has a name of its own in its set. */
export function memberDraft(
  set: StatefulSet,
  { ordinal, revision, template }: { ordinal: number; revision: string; template: PodTemplate },
): Draft<Pod> {
  const draft = podDraft(set, template);
  const name = `${set.metadata.name}-${ordinal}`;
  const { serviceName } = set.spec;
  return {
    ...draft,
    metadata: {
      ...draft.metadata,
      name,
      labels: {
        ...draft.metadata.labels,
        [REVISION_LABEL]: revision,
        "apps.kubernetes.io/pod-index": String(ordinal),
        "statefulset.kubernetes.io/pod-name": name,
      },
    },
    spec: {
      ...draft.spec,
      hostname: name,
      ...(serviceName ? { subdomain: serviceName } : {}),
      ...withClaims(set, { podName: name, volumes: draft.spec.volumes ?? [] }),
    },
  };
}

/** A claim of the set takes the place of a volume of that name. Nobody makes the claims: pods start without. */
function withClaims(
  { spec: { volumeClaimTemplates = [] } }: StatefulSet,
  { podName, volumes }: { podName: string; volumes: NonNullable<PodSpec["volumes"]> },
): Pick<PodSpec, "volumes"> {
  if (volumeClaimTemplates.length === 0) return {};
  const claims = volumeClaimTemplates.map(({ metadata: { name = "" } = {} }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${podName}` },
  }));
  const others = volumes.filter(({ name }) => !claims.some((claim) => claim.name === name));
  return { volumes: [...claims, ...others] };
}
