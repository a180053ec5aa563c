import { type Cached, keyOf } from "../../kube/objects.ts";
import { type Indexes, Store } from "../../kube/store.ts";
import type { ApiObject, ObjectRef, Pod } from "../objects.ts";
import { NEW_EVENTS, PODS, RESOURCES, type ResourceType } from "../resources.ts";

/** A change of one object. */
export interface StorageChange {
  readonly type: ResourceType;
  /** Undefined: it was not there. */
  readonly before: ApiObject | undefined;
  /** Of a deletion: the last state, with the deletion's own version. */
  readonly object: ApiObject;
  readonly event: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
}

interface Entry extends Cached {
  readonly object: ApiObject;
}

const EVERY_TYPE: Indexes<Entry> = {
  namespace: ({ namespace }) => [namespace],
  owner: ({ object }) => object.metadata.ownerReferences?.map(({ uid }) => uid) ?? [],
};

const OF_PODS: Indexes<Entry> = {
  ...EVERY_TYPE,
  node: ({ object }) => nodeNameOf(object),
  label: ({ namespace, object }) =>
    Object.entries(object.metadata.labels ?? {}).map(([key, value]) => labelIndex(namespace, { key, value })),
};

function nodeNameOf(object: ApiObject): string[] {
  const { nodeName } = (object as Pod).spec;
  return nodeName === undefined ? [] : [nodeName];
}

function labelIndex(namespace: string, { key, value }: { key: string; value: string }): string {
  return `${namespace}/${key}=${value}`;
}

/** How many past changes of a type a watch may still start from. */
const MOST_HISTORY = 5_000;

/**
 * What etcd is to the API server: all objects, one counter for all changes, and for each type the last
 * changes in order. Everything happens at once; whoever listens is called before a write returns.
 */
export class Storage {
  readonly #stores = new Map<ResourceType, Store<Entry>>();
  readonly #history = new Map<ResourceType, StorageChange[]>();
  readonly #listeners: ((change: StorageChange) => void)[] = [];
  /** Changes up to this one are forgotten, by type. */
  readonly #forgotten = new Map<ResourceType, number>();
  #revision = 1;

  constructor() {
    for (const type of RESOURCES) {
      this.#stores.set(type, new Store<Entry>(type === PODS ? OF_PODS : EVERY_TYPE));
      this.#history.set(type, []);
      this.#forgotten.set(type, 0);
    }
  }

  /** Of the last change of anything. */
  get revision(): number {
    return this.#revision;
  }

  /** `listener` hears of each change, of all types, in order. */
  onChange(listener: (change: StorageChange) => void): void {
    this.#listeners.push(listener);
  }

  get<T extends ApiObject>(type: ResourceType, ref: ObjectRef): T | undefined {
    return this.#store(type).get(keyOf(fullRef(ref)))?.object as T | undefined;
  }

  /** In no particular order. */
  *all<T extends ApiObject>(type: ResourceType, namespace?: string): Generator<T> {
    const store = this.#store(type);
    const entries = namespace === undefined ? store.values() : store.by("namespace", namespace);
    for (const { object } of entries) yield object as T;
  }

  /** What an object owns, of one type. */
  owned<T extends ApiObject>(type: ResourceType, ownerUid: string): T[] {
    return [...this.#store(type).by("owner", ownerUid)].map(({ object }) => object as T);
  }

  podsOn(nodeName: string): Pod[] {
    return [...this.#store(PODS).by("node", nodeName)].map(({ object }) => object as Pod);
  }

  /** Pods that carry one label. */
  podsWith(namespace: string, label: { key: string; value: string }): Pod[] {
    return [...this.#store(PODS).by("label", labelIndex(namespace, label))].map(({ object }) => object as Pod);
  }

  size(type: ResourceType): number {
    return this.#store(type).size;
  }

  /** Writes a new object, or one in the place of another: with the next version, which is in the answer. */
  put<T extends ApiObject>(type: ResourceType, object: T): T {
    const before = this.get(type, object.metadata);
    const written = this.#versioned(object);
    this.#store(type).set(entryOf(written));
    const event = before === undefined ? "ADDED" : "MODIFIED";
    this.#tell({ type: stored(type), before, object: written, event, revision: this.#revision });
    return written;
  }

  /** Takes away what is there; `last` is how it is told of, and comes back with the version of the deletion. */
  remove<T extends ApiObject>(type: ResourceType, last: T): T {
    const before = this.get(type, last.metadata);
    this.#store(type).delete(keyOf(fullRef(last.metadata)));
    const removed = this.#versioned(last);
    this.#tell({ type: stored(type), before, object: removed, event: "DELETED", revision: this.#revision });
    return removed;
  }

  /** Changes of a type after a revision, oldest first; undefined: they are not all known any more. */
  since(type: ResourceType, revision: number): readonly StorageChange[] | undefined {
    if (revision < this.#forgotten.get(stored(type))!) return undefined;
    const history = this.#history.get(stored(type))!;
    // They are in order, and mostly only a few of them are asked for.
    return history.slice(history.findLastIndex((change) => change.revision <= revision) + 1);
  }

  /** Forgets all changes so far, as etcd does every five minutes. */
  compact(): void {
    for (const [type, changes] of this.#history) {
      changes.length = 0;
      this.#forgotten.set(type, this.#revision);
    }
  }

  #store(type: ResourceType): Store<Entry> {
    return this.#stores.get(stored(type))!;
  }

  #versioned<T extends ApiObject>(object: T): T {
    this.#revision++;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #tell(change: StorageChange): void {
    const history = this.#history.get(change.type)!;
    history.push(change);
    // Half of it at a time, so that this costs little.
    if (history.length > MOST_HISTORY) {
      const dropped = history.splice(0, MOST_HISTORY / 2);
      this.#forgotten.set(change.type, dropped.at(-1)!.revision);
    }
    for (const listener of this.#listeners) listener(change);
  }
}

/** Events of both groups are the same objects. */
export function stored(type: ResourceType): ResourceType {
  return type === NEW_EVENTS ? EVENT_STORE : type;
}

const EVENT_STORE = RESOURCES.find(({ kind, group }) => kind === "Event" && group === "")!;

function fullRef({ namespace = "", name }: ObjectRef): { namespace: string; name: string } {
  return { namespace, name };
}

function entryOf(object: ApiObject): Entry {
  const { namespace = "", name, uid, resourceVersion } = object.metadata;
  return { namespace, name, uid, resourceVersion, object };
}
