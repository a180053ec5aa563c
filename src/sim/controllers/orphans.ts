import type { Storage, StorageChange } from "../api/storage.ts";
import { isEqual } from "../equality.ts";
import { type ApiObject, controllerOf } from "../objects.ts";
import type { ResourceType } from "../resources.ts";

/** The objects of a type that nobody controls, by namespace: the few that a controller may adopt. */
export class Orphans<T extends ApiObject> {
  readonly #storage: Storage;
  readonly #type: ResourceType;
  readonly #names = new Map<string, Set<string>>();

  constructor(storage: Storage, type: ResourceType) {
    this.#storage = storage;
    this.#type = type;
  }

  /** Learns of the orphans that there are; from then on, it is to be told of each change. */
  start(): void {
    for (const object of this.#storage.all<T>(this.#type)) {
      if (controllerOf(object) === undefined) this.#add(object);
    }
  }

  in(namespace: string): T[] {
    return [...this.#names.get(namespace) ?? []]
      .map((name) => this.#storage.get<T>(this.#type, { namespace, name })!);
  }

  /** Takes note of a change; answers an orphan that somebody may want since then. */
  see({ type, before, object, event }: StorageChange): T | undefined {
    if (type !== this.#type) return undefined;
    const wasOrphan = before !== undefined && controllerOf(before) === undefined;
    if (event === "DELETED" || controllerOf(object) !== undefined) {
      if (wasOrphan) this.#remove(object);
      return undefined;
    }
    if (wasOrphan && isEqual(before.metadata.labels, object.metadata.labels)) return undefined;
    this.#add(object);
    return object as T;
  }

  #add({ metadata: { namespace = "", name } }: ApiObject): void {
    const names = this.#names.get(namespace);
    if (names === undefined) this.#names.set(namespace, new Set([name]));
    else names.add(name);
  }

  #remove({ metadata: { namespace = "", name } }: ApiObject): void {
    const names = this.#names.get(namespace);
    names?.delete(name);
    if (names?.size === 0) this.#names.delete(namespace);
  }
}
