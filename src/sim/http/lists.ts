import { badRequest, expired } from "../api/failure.ts";
import type { Storage } from "../api/storage.ts";
import type { ApiObject } from "../objects.ts";
import type { ResourceType } from "../resources.ts";
import { selectorOf } from "./selectors.ts";
import { checkVersion } from "./versions.ts";

export interface Page {
  readonly items: readonly ApiObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

interface Rest {
  readonly revision: number;
  readonly items: readonly ApiObject[];
  readonly isWhole: boolean;
}

/** So many lists can be read page by page at once; the oldest is then told to start again. */
const MOST_READERS = 64;

/** Lists of objects by namespace and name, in pages that all show the moment of the first. */
export class Lists {
  readonly #storage: Storage;
  readonly #rest = new Map<string, Rest>();
  #tokens = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  read(type: ResourceType, { namespace, query }: { namespace: string | undefined; query: URLSearchParams }): Page {
    const token = query.get("continue") ?? "";
    const limit = Number(query.get("limit") ?? 0);
    if (token !== "") return this.#page(this.#continued(token), limit);
    const revision = checkVersion(this.#storage, { type, query });
    const matches = selectorOf(type, query);
    const objects = [...objectsAt(this.#storage, { type, namespace, revision })];
    const items = objects.filter((object) => matches?.(object) ?? true).sort(byKey);
    return this.#page({ revision: revision ?? this.#storage.revision, items, isWhole: matches === undefined }, limit);
  }

  /** What happened before now can no longer be read on. */
  forget(): void {
    this.#rest.clear();
  }

  #continued(token: string): Rest {
    const rest = this.#rest.get(token);
    if (rest !== undefined) return rest;
    if (!/^[A-Za-z0-9_-]+$/.test(token) || !token.startsWith("eyJ")) throw badRequest("continue key is not valid");
    throw expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
    );
  }

  #page({ revision, items, isWhole }: Rest, limit: number): Page {
    const metadata = { resourceVersion: String(revision) };
    if (limit <= 0 || items.length <= limit) return { items, metadata };
    const rest = items.slice(limit);
    const token = this.#tokenFor({ revision, items: rest, isWhole });
    const remaining = isWhole ? { remainingItemCount: rest.length } : {};
    return { items: items.slice(0, limit), metadata: { ...metadata, continue: token, ...remaining } };
  }

  #tokenFor(rest: Rest): string {
    const text = JSON.stringify({ v: "meta.k8s.io/v1", rv: rest.revision, page: ++this.#tokens });
    const token = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    this.#rest.set(token, rest);
    if (this.#rest.size > MOST_READERS) this.#rest.delete(this.#rest.keys().next().value!);
    return token;
  }
}

/** The objects of a moment: what has changed since is taken back, the last change first. */
function objectsAt(
  storage: Storage,
  { type, namespace, revision }: {
    type: ResourceType;
    namespace: string | undefined;
    revision: number | undefined;
  },
): Iterable<ApiObject> {
  if (revision === undefined) return storage.all(type, namespace);
  const objects = new Map<string, ApiObject>();
  for (const object of storage.all(type, namespace)) objects.set(keyOf(object), object);
  for (const change of storage.since(type, revision)!.toReversed()) {
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) continue;
    if (change.before === undefined) objects.delete(keyOf(change.object));
    else objects.set(keyOf(change.before), change.before);
  }
  return objects.values();
}

function keyOf({ metadata }: ApiObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function byKey(a: ApiObject, b: ApiObject): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
