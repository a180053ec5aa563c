import { ApiFailure, badRequest, expired } from "../api/failure.ts";
import type { Storage } from "../api/storage.ts";
import type { ApiObject } from "../objects.ts";
import type { ResourceType } from "../resources.ts";
import { continueToken, placeIn } from "./continue_token.ts";
import type { ListOptions } from "./list_options.ts";

export interface Page {
  readonly items: readonly ApiObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

interface ListRequest extends ListOptions {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
}

/** Objects by namespace and name: all of them, or a page that shows the moment of the first page. */
export function listPage(storage: Storage, { type, namespace, ...options }: ListRequest): Page {
  const { matches, limit } = options;
  const { revision, start } = momentOf(storage, type, options);
  const found = [...objectsAt(storage, { type, namespace, revision })]
    .filter((object) => keyOf(object) >= start && (matches === undefined || matches(object)))
    .sort(byKey);
  const metadata = { resourceVersion: String(revision) };
  if (limit === 0 || found.length <= limit) return { items: found, metadata };
  const token = continueToken({ revision, start: `${keyOf(found[limit - 1]!)}\0` });
  // Of a selection it is not said: to count it would mean to look at everything.
  const remaining = matches === undefined ? { remainingItemCount: found.length - limit } : {};
  return { items: found.slice(0, limit), metadata: { ...metadata, continue: token, ...remaining } };
}

/** Of which revision the list is, and after which keys it begins. */
function momentOf(
  storage: Storage,
  type: ResourceType,
  { continueToken: token, version, isExact }: ListOptions,
): { revision: number; start: string } {
  if (token !== undefined) {
    const place = placeIn(token);
    if (place === undefined) {
      throw badRequest("invalid continue token: continue key is not valid: it is no token");
    }
    const { revision = storage.revision, start } = place;
    if (storage.since(type, revision) === undefined) throw tooOldToContinue(start);
    return { revision, start };
  }
  if (version !== undefined && version > storage.revision) throw tooLarge(version, storage.revision);
  if (!version || !isExact) return { revision: storage.revision, start: "" };
  if (storage.since(type, version) === undefined) {
    throw expired("The resourceVersion for the provided list is too old.");
  }
  return { revision: version, start: "" };
}

/** The objects of a moment: what has changed since is taken back, the last change first. */
function objectsAt(
  storage: Storage,
  { type, namespace, revision }: { type: ResourceType; namespace: string | undefined; revision: number },
): Iterable<ApiObject> {
  const changes = storage.since(type, revision)!;
  if (changes.length === 0) return storage.all(type, namespace);
  const objects = new Map<string, ApiObject>();
  for (const object of storage.all(type, namespace)) objects.set(keyOf(object), object);
  for (const { object, before } of changes.toReversed()) {
    if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
    if (before === undefined) objects.delete(keyOf(object));
    else objects.set(keyOf(before), before);
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

function tooOldToContinue(start: string): ApiFailure {
  const message =
    "The provided continue parameter is too old to display a consistent list result. You can start a " +
    "new list without the continue parameter, or use the continue token in this response to retrieve the remainder " +
    "of the results. Continuing with the provided token results in an inconsistent list - objects that were created, " +
    "modified, or deleted between the time the first chunk was returned and now may show up in the list.";
  return expired(message, { continueToken: continueToken({ start }) });
}

function tooLarge(asked: number, current: number): ApiFailure {
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return new ApiFailure({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: { causes, retryAfterSeconds: 1 },
  });
}
