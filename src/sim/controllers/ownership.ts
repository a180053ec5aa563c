import { type LabelSelector, meetsRequirement, requirementsOf } from "../../domain/label_selector.ts";
import type { ApiServer } from "../api/api_server.ts";
import { type ApiObject, controllerOf, isTerminating, type OwnerReference } from "../objects.ts";
import type { ResourceType } from "../resources.ts";

/** An object that controls the objects that its selector picks. */
export interface Owner extends ApiObject {
  readonly spec: { readonly selector: LabelSelector };
}

export interface Claims<T> {
  /** Controlled by the owner, as its selector has it. */
  readonly kept: readonly T[];
  /** Controlled by nobody so far. */
  readonly adopted: readonly T[];
  /** Controlled by the owner, and not picked by its selector any more. */
  readonly released: readonly T[];
}

export function controllerReference({ apiVersion, kind, metadata }: ApiObject): OwnerReference {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isControlledBy(object: ApiObject, owner: ApiObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** The controller's rules of who is whose (`pkg/controller/controller_ref_manager.go`). */
export function claims<T extends ApiObject>(
  owner: Owner,
  { owned, orphans }: { owned: readonly T[]; orphans: readonly T[] },
): Claims<T> {
  const requirements = requirementsOf(owner.spec.selector);
  const isPicked = ({ metadata: { labels = {} } }: T) =>
    requirements.every((requirement) => meetsRequirement(labels, requirement));
  const controlled = owned.filter((object) => isControlledBy(object, owner));
  // Who is going takes no one in, and lets no one go: the garbage collector does.
  const isStaying = !isTerminating(owner);
  const kept = controlled.filter(isPicked);
  return {
    kept,
    adopted: orphans.filter((object) => isStaying && !isTerminating(object) && isPicked(object)),
    released: isStaying && kept.length < controlled.length
      ? controlled.filter((object) => !isPicked(object))
      : [],
  };
}

/** Adopts and releases what an owner's selector says, and answers what is its own then. */
export function claim<T extends ApiObject>(
  api: ApiServer,
  { type, owner, orphans }: { type: ResourceType; owner: Owner; orphans: readonly T[] },
): T[] {
  const { kept, adopted, released } = claims(owner, {
    owned: api.storage.owned<T>(type, owner.metadata.uid),
    orphans,
  });
  for (const object of released) {
    const others = object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
    api.update(type, withOwners(object, others));
  }
  const reference = controllerReference(owner);
  return [
    ...kept,
    ...adopted.map((object) =>
      api.update(type, withOwners(object, [...object.metadata.ownerReferences ?? [], reference]))
    ),
  ];
}

function withOwners<T extends ApiObject>(object: T, ownerReferences: readonly OwnerReference[]): T {
  const { ownerReferences: _, ...metadata } = object.metadata;
  return { ...object, metadata: ownerReferences.length === 0 ? metadata : { ...metadata, ownerReferences } };
}
