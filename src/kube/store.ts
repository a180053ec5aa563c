import { type Cached, keyOf } from "./objects.ts";

/** A change of one object: `before` is undefined when it is new, `after` when it is gone. */
export type Change<T> =
  | { readonly before: undefined; readonly after: T }
  | { readonly before: T; readonly after: T }
  | { readonly before: T; readonly after: undefined };

/** Index name -> the values under which an object is found. */
export type Indexes<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** Objects of one resource by key, and by what the indexes say. Listeners hear of each change. */
export class Store<T extends Cached, I extends Indexes<T> = Indexes<T>> {
  readonly #objects = new Map<string, T>();
  readonly #indexes: I;
  readonly #indexed: ReadonlyMap<string, Map<string, Set<T>>>;
  readonly #listeners: ((change: Change<T>) => void)[] = [];

  constructor(indexes: I) {
    this.#indexes = indexes;
    this.#indexed = new Map(Object.keys(indexes).map((name) => [name, new Map()]));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  by(index: keyof I & string, value: string): ReadonlySet<T> {
    return this.#indexed.get(index)!.get(value) ?? EMPTY as ReadonlySet<T>;
  }

  onChange(listener: (change: Change<T>) => void): void {
    this.#listeners.push(listener);
  }

  set(after: T): void {
    const before = this.#objects.get(keyOf(after));
    if (before !== undefined && before.uid !== after.uid) {
      // Deleted and made again while nobody watched: two objects that share a name.
      this.delete(keyOf(after));
      this.#put({ before: undefined, after });
    } else if (before?.resourceVersion !== after.resourceVersion) {
      this.#put(before === undefined ? { before, after } : { before, after });
    }
  }

  delete(key: string): void {
    const before = this.#objects.get(key);
    if (before === undefined) return;
    this.#objects.delete(key);
    this.#unindex(before);
    this.#tell({ before, after: undefined });
  }

  /** Makes the objects for which `isInScope` holds be exactly `objects`; all others stay. */
  replace(objects: Iterable<T>, isInScope: (object: T) => boolean = () => true): void {
    const wanted = new Map<string, T>();
    for (const object of objects) wanted.set(keyOf(object), object);
    for (const [key, object] of this.#objects) if (isInScope(object) && !wanted.has(key)) this.delete(key);
    for (const object of wanted.values()) this.set(object);
  }

  #put(change: { readonly before: T | undefined; readonly after: T }): void {
    const { before, after } = change;
    this.#objects.set(keyOf(after), after);
    if (before !== undefined) this.#unindex(before);
    for (const [name, table] of this.#indexed) {
      for (const value of this.#indexes[name]!(after)) {
        const set = table.get(value);
        if (set === undefined) table.set(value, new Set([after]));
        else set.add(after);
      }
    }
    this.#tell(change as Change<T>);
  }

  #unindex(object: T): void {
    for (const [name, table] of this.#indexed) {
      for (const value of this.#indexes[name]!(object)) {
        const set = table.get(value);
        if (set?.delete(object) && set.size === 0) table.delete(value);
      }
    }
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) listener(change);
  }
}

const EMPTY: ReadonlySet<unknown> = new Set();
