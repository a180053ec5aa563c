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

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

/** What an object becomes when it is deleted: undefined is gone, and the same object is not changed. */
export function deletionOf(
  type: ResourceType,
  { before, options, wallMs }: { before: ApiObject; options: DeleteOptions; wallMs: number },
): ApiObject | undefined {
  checkPreconditions(type, before, options);
  const finalizers = finalizersOf(before, options);
  const graceSeconds = graceOf(type, before, options);
  const isHeld = finalizers.length > 0 || namespaceFinalizers(before).length > 0;
  const { deletionTimestamp, deletionGracePeriodSeconds } = before.metadata;
  const isShorter = graceSeconds < (deletionGracePeriodSeconds ?? Infinity);
  if (deletionTimestamp !== undefined) {
    if (graceSeconds === 0 && !isHeld) return undefined;
    if (!isShorter && finalizers.length === (before.metadata.finalizers ?? []).length) return before;
  } else if (graceSeconds === 0 && !isHeld) return undefined;
  const metadata = {
    ...before.metadata,
    ...(finalizers.length === 0 ? {} : { finalizers }),
    deletionTimestamp: isShorter || deletionTimestamp === undefined
      ? timestamp(wallMs + graceSeconds * 1_000)
      : deletionTimestamp,
    deletionGracePeriodSeconds: Math.min(graceSeconds, deletionGracePeriodSeconds ?? Infinity),
    // A deletion is a change of what is asked for.
    ...(type.hasGeneration && deletionTimestamp === undefined
      ? { generation: (before.metadata.generation ?? 0) + 1 }
      : {}),
  };
  return type === NAMESPACES
    ? { ...before, metadata, status: { ...before.status, phase: "Terminating" } }
    : { ...before, metadata };
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

function checkPreconditions(type: ResourceType, { metadata }: ApiObject, { preconditions = {} }: DeleteOptions) {
  const { uid, resourceVersion } = preconditions;
  const fail = (what: string, asked: string, found: string) =>
    conflict(type, {
      name: metadata.name,
      why: `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${found}`,
    });
  if (uid && uid !== metadata.uid) throw fail("UID", uid, metadata.uid);
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw fail("ResourceVersion", resourceVersion, metadata.resourceVersion);
  }
}

/** Only a pod that may be running gets time to end. */
function graceOf(type: ResourceType, before: ApiObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (type !== PODS) return 0;
  const pod = before as Pod;
  if (pod.spec.nodeName === undefined || isFinished(pod)) return 0;
  return gracePeriodSeconds ?? pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
}

function finalizersOf({ metadata }: ApiObject, { propagationPolicy }: DeleteOptions): readonly string[] {
  const finalizers = metadata.finalizers ?? [];
  if (propagationPolicy === undefined) return finalizers;
  const others = finalizers.filter((name) => name !== FOREGROUND && name !== ORPHAN);
  if (propagationPolicy === "Foreground") return [...others, FOREGROUND];
  return propagationPolicy === "Orphan" ? [...others, ORPHAN] : others;
}
