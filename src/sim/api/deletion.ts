import { isEqual } from "../equality.ts";
import { type ApiObject, isFinished, type Namespace, type Pod, timestamp } from "../objects.ts";
import { NAMESPACES, PODS, type ResourceType } from "../resources.ts";
import { conflict } from "./failure.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/ */
export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** What becomes of an object that is deleted. */
export interface Deletion<T extends ApiObject> {
  /** Its last state, or the one in which it waits; the same as before where nothing changes. */
  readonly object: T;
  readonly isGone: boolean;
}

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

export function deletionOf<T extends ApiObject>(
  type: ResourceType,
  { before, options, wallMs }: { before: T; options: DeleteOptions; wallMs: number },
): Deletion<T> {
  checkPreconditions(type, before, options);
  const { finalizers: held = [], ...metadata } = before.metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds: given = 0 } = metadata;
  const isFirst = deletionTimestamp === undefined;
  const finalizers = finalizersOf(held, options);
  const asked = graceOf(type, before, options);
  const graceSeconds = isFirst ? asked : Math.min(asked, given);
  const isGone = graceSeconds === 0 && finalizers.length === 0 && namespaceFinalizers(before).length === 0;
  // Only what can be given time is marked when it goes at once.
  if (isGone && type !== PODS) return { object: before, isGone };
  if (!isFirst && !isGone && graceSeconds === given && isEqual(finalizers, held)) {
    return { object: before, isGone };
  }
  const startMs = isFirst ? wallMs : Date.parse(deletionTimestamp) - given * 1_000;
  const object = {
    ...before,
    metadata: {
      ...metadata,
      ...finalizers.length === 0 ? {} : { finalizers },
      deletionTimestamp: timestamp(startMs + graceSeconds * 1_000),
      deletionGracePeriodSeconds: graceSeconds,
      // A deletion is a change of what is asked for.
      ...type.hasGeneration && isFirst ? { generation: (metadata.generation ?? 0) + 1 } : {},
    },
    ...type === NAMESPACES ? { status: { ...before.status, phase: "Terminating" } } : {},
  };
  return { object, isGone };
}

/** Whether what was being deleted is held by nothing any more. */
export function isReleased(object: ApiObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = object.metadata;
  return deletionTimestamp !== undefined && !deletionGracePeriodSeconds && finalizers.length === 0 &&
    namespaceFinalizers(object).length === 0;
}

/** A namespace has finalizers of its own, beside those that every object can have. */
function namespaceFinalizers(object: ApiObject): readonly string[] {
  return object.kind === "Namespace" ? (object as Namespace).spec?.finalizers ?? [] : [];
}

function checkPreconditions(
  type: ResourceType,
  { metadata }: ApiObject,
  { preconditions = {} }: DeleteOptions,
) {
  const { name, uid, resourceVersion } = metadata;
  const fail = (what: string, { asked, found, maybe }: { asked: string; found: string; maybe: string }) => {
    const why = `the ${what} in the precondition (${asked}) does not match the ${what} in record (${found}). ` +
      `The object might have been ${maybe}`;
    // Here, and only here, the API server calls a resource by its kind.
    return conflict({ group: type.group, plural: type.kind }, { name, why });
  };
  if (preconditions.uid && preconditions.uid !== uid) {
    throw fail("UID", { asked: preconditions.uid, found: uid, maybe: "deleted and then recreated" });
  }
  if (preconditions.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    throw fail("ResourceVersion", {
      asked: preconditions.resourceVersion,
      found: resourceVersion,
      maybe: "modified",
    });
  }
}

/** Only a pod that may be running gets time to end. */
function graceOf(type: ResourceType, before: ApiObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (type !== PODS) return 0;
  const pod = before as Pod;
  if (pod.spec.nodeName === undefined || isFinished(pod)) return 0;
  return gracePeriodSeconds ?? pod.metadata.deletionGracePeriodSeconds ??
    pod.spec.terminationGracePeriodSeconds ?? 30;
}

function finalizersOf(held: readonly string[], { propagationPolicy }: DeleteOptions): readonly string[] {
  if (propagationPolicy === undefined) return held;
  const others = held.filter((name) => name !== FOREGROUND && name !== ORPHAN);
  if (propagationPolicy === "Foreground") return [...others, FOREGROUND];
  return propagationPolicy === "Orphan" ? [...others, ORPHAN] : others;
}
