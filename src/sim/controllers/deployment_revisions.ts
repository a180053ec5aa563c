import { isEqual } from "../equality.ts";
import type { Draft } from "../api/api_server.ts";
import type { Deployment, PodTemplate, ReplicaSet } from "../objects.ts";
import { byCreation, limitsOf, type Revisions } from "./deployment_limits.ts";
import { newestSize } from "./deployment_rollout.ts";
import { DESIRED_REPLICAS, MAX_REPLICAS } from "./deployment_scaling.ts";
import { controllerReference } from "./ownership.ts";
import { templateHash } from "./template_hash.ts";

const HASH_LABEL = "pod-template-hash";
export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
/** `kubectl rollout history` shows so much at most of the revisions that a ReplicaSet has been. */
const LONGEST_HISTORY = 2_000;
/** Annotations that a ReplicaSet does not take over. */
const OWN_ANNOTATIONS = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deprecated.deployment.rollback.to",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

type Annotations = Readonly<Record<string, string>>;

/** Which ReplicaSet is of the template that is asked for: the oldest of them. */
export function revisionsOf({ spec }: Deployment, replicaSets: readonly ReplicaSet[]): Revisions {
  const ordered = replicaSets.toSorted(byCreation);
  const newest = ordered.find((each) => isSameTemplate(each.spec.template, spec.template));
  return { newest, olds: ordered.filter((each) => each !== newest) };
}

function isSameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return isEqual(a.spec, b.spec) && isEqual(withoutHash(a), withoutHash(b));
}

function withoutHash({ metadata = {} }: PodTemplate): object {
  const { [HASH_LABEL]: _, ...labels } = metadata.labels ?? {};
  return { ...metadata, labels };
}

export function revisionOf({ metadata }: ReplicaSet): number {
  const text = metadata.annotations?.[REVISION] ?? "";
  return /^\d+$/.test(text) ? Number(text) : 0;
}

export function nextRevision(olds: readonly ReplicaSet[]): number {
  return Math.max(0, ...olds.map(revisionOf)) + 1;
}

function hashOf({ spec, status }: Deployment): string {
  return templateHash(spec.template, status?.collisionCount);
}

export function replicaSetName(deployment: Deployment): string {
  return `${deployment.metadata.name}-${hashOf(deployment)}`;
}

/** A ReplicaSet of the template that is asked for, beside older ones. */
export function replicaSetDraft(deployment: Deployment, olds: readonly ReplicaSet[]): Draft<ReplicaSet> {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = hashOf(deployment);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    metadata: {
      name: replicaSetName(deployment),
      namespace: deployment.metadata.namespace!,
      labels,
      annotations: {
        ...inherited(deployment),
        [REVISION]: String(nextRevision(olds)),
        ...sizeAnnotations(deployment),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newestSize(deployment, { newest: undefined, olds }),
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** The ReplicaSet of the template that is asked for, with what it takes over from its Deployment. */
export function asNewest(
  deployment: Deployment,
  { newest, olds }: Revisions & { newest: ReplicaSet },
): ReplicaSet {
  const { minReadySeconds } = deployment.spec;
  const { annotations } = newest.metadata;
  const revised = { ...annotations, ...inherited(deployment), ...raised(newest, nextRevision(olds)) };
  return {
    ...newest,
    metadata: { ...newest.metadata, annotations: revised },
    spec: (newest.spec.minReadySeconds ?? 0) === (minReadySeconds ?? 0)
      ? newest.spec
      : { ...newest.spec, minReadySeconds: minReadySeconds ?? 0 },
  };
}

export function sizeAnnotations(deployment: Deployment): Annotations {
  const { replicas, maxSurge } = limitsOf(deployment);
  return { [DESIRED_REPLICAS]: String(replicas), [MAX_REPLICAS]: String(replicas + maxSurge) };
}

/** Old ReplicaSets that are beyond what is kept to roll back to, and have no pods any more. */
export function forgettable({ spec }: Deployment, olds: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const kept = olds.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const surplus = Math.max(kept.length - (spec.revisionHistoryLimit ?? 10), 0);
  const ordered = kept.toSorted((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b));
  return ordered.slice(0, surplus).filter(({ spec, status, metadata }) =>
    spec.replicas === 0 && (status?.replicas ?? 0) === 0 &&
    (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0)
  );
}

function inherited({ metadata }: Deployment): Annotations {
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.has(key)),
  );
}

/** A revision only rises: what is asked for again is the newest again, and remembers what it was. */
function raised(replicaSet: ReplicaSet, revision: number): Annotations {
  const before = revisionOf(replicaSet);
  if (before >= revision) return {};
  const { annotations = {} } = replicaSet.metadata;
  if (annotations[REVISION] === undefined) return { [REVISION]: String(revision) };
  const history = (annotations[REVISION_HISTORY] ?? "").split(",").filter((each) => each !== "");
  history.push(String(before));
  while (history.join().length > LONGEST_HISTORY) history.shift();
  return { [REVISION]: String(revision), [REVISION_HISTORY]: history.join() };
}
