import type { Cached } from "./objects.ts";
import { Reflector, type ReflectorDeps } from "./reflector.ts";
import type { Indexes, Store } from "./store.ts";

/** Where a resource is read: `/api/v1` and `pods`. */
export interface Resource {
  readonly prefix: string;
  readonly plural: string;
}

export interface InformerOptions {
  readonly resource: Resource;
  /** Empty: all namespaces (and what is in none). Otherwise one watch for each. */
  readonly namespaces: readonly string[];
}

/** A store, and the watches that keep it current. */
export class Informer<T extends Cached, I extends Indexes<T>> {
  readonly store: Store<T, I>;
  readonly resource: string;
  readonly #reflectors: readonly Reflector<T>[];

  constructor(
    deps: Omit<ReflectorDeps<T>, "store"> & { readonly store: Store<T, I> },
    { resource, namespaces }: InformerOptions,
  ) {
    const { prefix, plural } = resource;
    this.store = deps.store;
    this.resource = plural;
    const targets = namespaces.length === 0
      ? [{ path: `${prefix}/${plural}`, namespace: undefined }]
      : namespaces.map((namespace) => ({ path: `${prefix}/namespaces/${namespace}/${plural}`, namespace }));
    this.#reflectors = targets.map((target) =>
      new Reflector<T>({ ...deps, store: deps.store as never }, target)
    );
  }

  get hasSynced(): boolean {
    return this.#reflectors.every((reflector) => reflector.hasSynced);
  }

  get isConnected(): boolean {
    return this.#reflectors.every((reflector) => reflector.isConnected);
  }

  /** How often all objects were read, by the watch that did it most often. */
  get lists(): number {
    return Math.max(...this.#reflectors.map((reflector) => reflector.lists));
  }

  /** How long ago the store was last known to be current, in milliseconds. */
  ageMs(nowMs: number): number {
    return Math.max(...this.#reflectors.map((reflector) => reflector.ageMs(nowMs)));
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }
}
