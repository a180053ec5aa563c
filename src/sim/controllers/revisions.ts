import { type ApiServer, type Draft } from "../api/api_server.ts";
import { isEqual } from "../equality.ts";
import type { ApiObject, Pod, PodTemplate, StatefulSet } from "../objects.ts";
import { CONTROLLER_REVISIONS } from "../resources.ts";
import { controllerReference } from "./ownership.ts";
import { refusal } from "./slow_start.ts";
import { revisionOfPod } from "./stateful_set_pods.ts";
import { templateHash } from "./template_hash.ts";

/** A template that a StatefulSet has asked for. */
export interface ControllerRevision extends ApiObject {
  readonly data: { readonly spec: { readonly template: PodTemplate } };
  readonly revision: number;
}

/** What pods are of, and what they shall be of. */
export interface RevisionPair {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

const HASH_LABEL = "controller.kubernetes.io/hash";

/** The oldest first. */
export function inOrder(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return revisions.toSorted((a, b) => a.revision - b.revision || (a.metadata.name < b.metadata.name ? -1 : 1));
}

/**
 * Sees to it that the template that is asked for is the latest of the revisions, given in order: by a
 * new one, or by an old one that counts as the latest again.
 */
export async function reviseTo(
  api: ApiServer,
  { set, revisions }: { set: StatefulSet; revisions: readonly ControllerRevision[] },
): Promise<RevisionPair> {
  const latest = revisions.at(-1);
  const next = (latest?.revision ?? 0) + 1;
  const data = dataOf(set);
  const equal = revisions.findLast((each) => isEqual(each.data, data));
  const found = equal === undefined || equal === latest
    ? equal
    : api.update<ControllerRevision>(CONTROLLER_REVISIONS, { ...equal, revision: next });
  const { update, collisionCount } = found === undefined
    ? await create(api, { set, data, revision: next })
    : { update: found, collisionCount: set.status?.collisionCount ?? 0 };
  const current = revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  return { current: current.metadata.name === update.metadata.name ? update : current, update, collisionCount };
}

function dataOf({ spec }: StatefulSet): ControllerRevision["data"] {
  return { spec: { template: { ...spec.template, $patch: "replace" } as PodTemplate } };
}

async function create(
  api: ApiServer,
  { set, data, revision }: { set: StatefulSet; data: ControllerRevision["data"]; revision: number },
): Promise<{ update: ControllerRevision; collisionCount: number }> {
  for (let collisionCount = set.status?.collisionCount ?? 0;; collisionCount++) {
    const draft = revisionDraft(set, { data, revision, hash: templateHash(data, collisionCount) });
    let made: ControllerRevision | undefined;
    const creation = api.create<ControllerRevision>(CONTROLLER_REVISIONS, draft).then((each) =>
      void (made = each)
    );
    const failure = await refusal(creation);
    if (made !== undefined) return { update: made, collisionCount };
    if (failure?.reason !== "AlreadyExists") throw failure;
    const taken = api.storage.get<ControllerRevision>(CONTROLLER_REVISIONS, draft.metadata as { name: string });
    if (taken !== undefined && isEqual(taken.data, data)) return { update: taken, collisionCount };
  }
}

function revisionDraft(
  set: StatefulSet,
  { data, revision, hash }: { data: ControllerRevision["data"]; revision: number; hash: string },
): Draft<ControllerRevision> {
  const { name, namespace, annotations } = set.metadata;
  return {
    metadata: {
      name: `${name}-${hash}`,
      namespace: namespace!,
      labels: { ...set.spec.template.metadata?.labels, [HASH_LABEL]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(set)],
    },
    data,
    revision,
  };
}

export function templateOf({ data }: ControllerRevision): PodTemplate {
  const { $patch: _, ...template } = data.spec.template as PodTemplate & { $patch?: string };
  return template;
}

/** Revisions, given in order, that are beyond what is kept, and that no pod is of. */
export function forgettableRevisions(
  set: StatefulSet,
  { revisions, pair, pods }: {
    revisions: readonly ControllerRevision[];
    pair: RevisionPair;
    pods: readonly Pod[];
  },
): readonly ControllerRevision[] {
  const live = new Set([pair.current.metadata.name, pair.update.metadata.name, ...pods.map(revisionOfPod)]);
  const past = revisions.filter(({ metadata }) => !live.has(metadata.name));
  return past.slice(0, Math.max(past.length - (set.spec.revisionHistoryLimit ?? 10), 0));
}
