import type { StorageChange } from "../api/storage.ts";
import { type ApiObject, isTerminating, type ObjectRef, type OwnerReference } from "../objects.ts";
import { apiVersionOf, EVENTS, NEW_EVENTS, qualified, RESOURCES, type ResourceType } from "../resources.ts";
import { type ControllerDeps, ControlLoop } from "./control_loop.ts";

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

/** What may own and be owned: Events may not, and there are many of them. */
const TYPES = RESOURCES.filter((type) => type !== EVENTS && type !== NEW_EVENTS);
const BY_NAME = new Map(TYPES.map((type) => [qualified(type), type]));
const BY_KIND = new Map(TYPES.map((type) => [`${apiVersionOf(type)} ${type.kind}`, type]));

interface Found {
  readonly type: ResourceType;
  readonly object: ApiObject;
}

/**
 * Deletes what is owned by nothing any more: https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 * Only what a change concerns is looked at: an object's dependents when it goes, its owners when it comes.
 */
export class GarbageCollector {
  readonly #deps: ControllerDeps;
  readonly #loop: ControlLoop;
  /** UIDs of all that there is. */
  readonly #alive = new Set<string>();

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.#loop = new ControlLoop(deps, (ref) => this.#sync(ref));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { storage } = this.#deps.api;
    for (const type of TYPES) for (const { metadata } of storage.all(type)) this.#alive.add(metadata.uid);
    for (const type of TYPES) for (const object of storage.all(type)) this.#seeObject(type, undefined, object);
    storage.onChange((change) => this.#see(change));
    await this.#loop.run(signal);
  }

  #see({ type, before, object, event }: StorageChange): void {
    if (type === EVENTS || type === NEW_EVENTS) return;
    if (event === "DELETED") return this.#seeGone(object);
    if (event === "ADDED") this.#alive.add(object.metadata.uid);
    this.#seeObject(type, before, object);
  }

  #seeObject(type: ResourceType, before: ApiObject | undefined, object: ApiObject): void {
    const { ownerReferences, finalizers } = object.metadata;
    const isGoing = isTerminating(object) && finalizers !== undefined &&
      finalizers !== before?.metadata.finalizers;
    const isOwned = ownerReferences !== undefined && ownerReferences !== before?.metadata.ownerReferences;
    if (isGoing || (isOwned && ownerReferences.some((owner) => !this.#isSolid(object, owner)))) {
      this.#touch(type, object);
    }
    if (before !== undefined && ownerReferences !== before.metadata.ownerReferences) {
      this.#touchWaitingOwners(before);
    }
  }

  #seeGone(object: ApiObject): void {
    const { uid } = object.metadata;
    this.#alive.delete(uid);
    for (const { type, object: dependent } of this.#dependents(uid)) this.#touch(type, dependent);
    this.#touchWaitingOwners(object);
  }

  #touchWaitingOwners(object: ApiObject): void {
    for (const reference of object.metadata.ownerReferences ?? []) {
      const owner = this.#ownerOf(object, reference);
      if (owner !== undefined && waitsForDependents(owner.object)) this.#touch(owner.type, owner.object);
    }
  }

  #touch(type: ResourceType, { metadata: { namespace, name } }: ApiObject): void {
    this.#loop.touch({ namespace, name: `${qualified(type)} ${name}` });
  }

  #sync({ namespace, name: key }: ObjectRef): void {
    const [typeName, name] = key.split(" ") as [string, string];
    const type = BY_NAME.get(typeName)!;
    const object = this.#deps.api.storage.get(type, { namespace, name });
    if (object === undefined) return;
    const { finalizers = [] } = object.metadata;
    if (isTerminating(object) && finalizers.includes(ORPHAN)) this.#orphan({ type, object });
    else if (waitsForDependents(object)) this.#deleteDependents({ type, object });
    else if (!isTerminating(object)) this.#collect({ type, object });
  }

  /** Deletes an object whose owners are all gone or going; of some of them, it forgets those. */
  #collect({ type, object }: Found): void {
    const { api } = this.#deps;
    const { ownerReferences = [], uid } = object.metadata;
    const solid = ownerReferences.filter((owner) => this.#isSolid(object, owner));
    if (solid.length === ownerReferences.length) return;
    if (solid.length > 0) {
      api.update(type, { ...object, metadata: { ...object.metadata, ownerReferences: solid } });
      return;
    }
    const isAwaited = ownerReferences.some((reference) => this.#ownerOf(object, reference) !== undefined);
    const ownsSome = !this.#dependents(uid).next().done;
    api.delete(type, object.metadata, {
      preconditions: { uid },
      // Its owner waits for it, and it for what it owns.
      ...(isAwaited && ownsSome ? { propagationPolicy: "Foreground" } : {}),
    });
  }

  #deleteDependents(owner: Found): void {
    let isBlocked = false;
    for (const { type, object } of [...this.#dependents(owner.object.metadata.uid)]) {
      if (!isTerminating(object)) this.#touch(type, object);
      const reference = object.metadata.ownerReferences!.find(({ uid }) => uid === owner.object.metadata.uid)!;
      if (reference.blockOwnerDeletion === true) isBlocked = true;
    }
    if (!isBlocked) this.#release(owner, FOREGROUND);
  }

  #orphan(owner: Found): void {
    const { api } = this.#deps;
    const { uid } = owner.object.metadata;
    for (const { type, object } of [...this.#dependents(uid)]) {
      const others = object.metadata.ownerReferences!.filter((reference) => reference.uid !== uid);
      api.update(type, { ...object, metadata: { ...object.metadata, ownerReferences: others } });
    }
    this.#release(owner, ORPHAN);
  }

  /** Takes away the finalizer, which lets the object go where nothing else holds it. */
  #release({ type, object }: Found, finalizer: string): void {
    const finalizers = object.metadata.finalizers!.filter((each) => each !== finalizer);
    this.#deps.api.update(type, { ...object, metadata: { ...object.metadata, finalizers } });
  }

  *#dependents(uid: string): Generator<Found> {
    const { storage } = this.#deps.api;
    for (const type of TYPES) for (const object of storage.owned(type, uid)) yield { type, object };
  }

  /** Whether an owner is there and stays. One of a kind that is not served here may be: it is left alone. */
  #isSolid(object: ApiObject, reference: OwnerReference): boolean {
    if (!BY_KIND.has(`${reference.apiVersion} ${reference.kind}`)) return true;
    if (!this.#alive.has(reference.uid)) return false;
    const owner = this.#ownerOf(object, reference);
    return owner === undefined || !waitsForDependents(owner.object);
  }

  #ownerOf(object: ApiObject, { apiVersion, kind, name, uid }: OwnerReference): Found | undefined {
    const type = BY_KIND.get(`${apiVersion} ${kind}`);
    if (type === undefined) return undefined;
    const namespace = type.namespaced ? object.metadata.namespace : undefined;
    const owner = this.#deps.api.storage.get(type, { namespace, name });
    return owner?.metadata.uid === uid ? { type, object: owner } : undefined;
  }
}

function waitsForDependents(object: ApiObject): boolean {
  return isTerminating(object) && object.metadata.finalizers?.includes(FOREGROUND) === true;
}
