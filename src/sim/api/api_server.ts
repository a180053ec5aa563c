import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { isEqual } from "../equality.ts";
import { type ApiObject, isTerminating, type ObjectRef } from "../objects.ts";
import { NAMESPACES, type ResourceType, type Subresource } from "../resources.ts";
import { type DeleteOptions, type Deletion, deletionOf, isReleased } from "./deletion.ts";
import { alreadyExists, anotherUid, type Cause, forbidden, invalid, modified, notFound } from "./failure.ts";
import {
  counted,
  createdMetadata,
  fixedProblems,
  generateName,
  generateUid,
  shaped,
  updatedMetadata,
} from "./metadata.ts";
import type { Storage } from "./storage.ts";
import type { Strategies, Strategy } from "./strategy.ts";

/** Lets webhooks change an object that is about to be written; throws `ApiFailure` where one denies it. */
export type Admit = (request: AdmissionRequest) => ApiObject | Promise<ApiObject>;

export interface AdmissionRequest extends Asked {
  readonly type: ResourceType;
  /** Where it is not the object itself that is written. */
  readonly subresource?: Subresource | undefined;
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly ref: ObjectRef;
  /** What is to be written; of a deletion, what is to go. */
  readonly object: ApiObject;
  readonly oldObject: ApiObject | undefined;
}

/** What admission is told of the request behind a write. */
export interface Asked {
  readonly dryRun?: boolean;
  /** The options of the request, as webhooks are shown them; by default there are none. */
  readonly options?: object;
  /** Takes what is to be told to the client, although nothing is refused. */
  readonly warn?: (text: string) => void;
}

export interface ApiServerDeps {
  readonly clock: Clock;
  /** Of names and UIDs. */
  readonly random: Random;
  readonly storage: Storage;
  readonly strategies: Strategies;
  readonly admit: Admit;
}

export interface UpdateOptions {
  readonly dryRun?: boolean;
  /** `status`: nothing else is taken over, but for metadata. */
  readonly subresource?: "status" | undefined;
}

/**
 * The verbs of the API on one storage, for requests and for the cluster's own controllers alike. What
 * is refused is thrown as `ApiFailure`. Only `create` can wait: for webhooks.
 */
export class ApiServer {
  readonly storage: Storage;
  readonly #deps: ApiServerDeps;

  constructor(deps: ApiServerDeps) {
    this.#deps = deps;
    this.storage = deps.storage;
  }

  get<T extends ApiObject>(type: ResourceType, ref: ObjectRef): T {
    const object = this.storage.get<T>(type, ref);
    if (object === undefined) throw notFound(type, ref.name);
    return object;
  }

  /** `object` needs no UID, version or time: they are the server's. */
  async create<T extends ApiObject>(type: ResourceType, draft: Draft<T>, asked: Asked = {}): Promise<T> {
    const { random, clock, admit } = this.#deps;
    const strategy = this.#strategy(type);
    const { namespace, name } = draft.metadata;
    this.checkNamespace(type, draft.metadata);
    const withDefaults = strategy.defaults ?? same;
    const ref = { namespace, name: name ?? "" };
    const given = withDefaults(dropStatus(type, strategy, shaped(type, draft as unknown as ApiObject)));
    const object = withDefaults(
      await admit({ ...asked, type, operation: "CREATE", ref, object: given, oldObject: undefined }),
    );
    const { generateName: base } = object.metadata;
    const named = object.metadata.name || base === undefined
      ? object
      : { ...object, metadata: { ...object.metadata, name: generateName(base, random) } };
    const uid = generateUid(random);
    const metadata = createdMetadata(type, { object: named, namespace, uid, wallMs: clock.wall() });
    const created = (strategy.created ?? same)({ ...named, metadata });
    this.#check(type, created, strategy.validate?.(created, undefined));
    // While webhooks were asked, the namespace may have gone, and the name may have been taken.
    this.checkNamespace(type, metadata);
    const taken = this.storage.get(type, metadata);
    if (taken !== undefined) throw alreadyExists(type, metadata.name, { isGoing: isTerminating(taken) });
    return (asked.dryRun ? created : this.storage.put(type, created)) as T;
  }

  /** Puts `object` in the place of what is there; versions and UIDs that it names have to be right. */
  update<T extends ApiObject>(type: ResourceType, object: T, options: UpdateOptions = {}): T {
    const before = this.get<T>(type, object.metadata);
    this.#checkPreconditions(type, { before, given: object });
    const after = this.#merged(type, { before, given: object, subresource: options.subresource });
    if (isEqual(before, after)) return before;
    const { validate, validateStatus } = this.#strategy(type);
    this.#check(type, after, fixedProblems(before, object));
    this.#check(type, after, validate?.(after, before));
    if (options.subresource === "status") this.#check(type, after, validateStatus?.(after));
    if (options.dryRun) return after;
    // Gone is what was being deleted and is held by nothing any more.
    return isReleased(after) ? this.storage.remove(type, after) : this.storage.put(type, after);
  }

  /** The last state of what is gone, or the state of what is going. */
  delete<T extends ApiObject>(type: ResourceType, ref: ObjectRef, options: DeleteOptions = {}): Deletion<T> {
    const before = this.get<T>(type, ref);
    const { object, isGone } = deletionOf(type, { before, options, wallMs: this.#deps.clock.wall() });
    if (options.dryRun || object === before && !isGone) return { object, isGone };
    const written = isGone ? this.storage.remove(type, object) : this.storage.put(type, object);
    return { object: written, isGone };
  }

  #merged<T extends ApiObject>(
    type: ResourceType,
    { before, given, subresource }: { before: T; given: T; subresource: "status" | undefined },
  ): T {
    const strategy = this.#strategy(type);
    if (subresource === "status") {
      const after = { ...before, status: given.status };
      if (given.metadata === before.metadata) return after;
      const kept = Object.fromEntries(
        (strategy.fixedByStatus ?? []).map((field) => [field, before.metadata[field]]),
      );
      const metadata = { ...given.metadata, ...kept };
      return { ...after, metadata: updatedMetadata(before, { ...after, metadata }) };
    }
    const shapely = (strategy.defaults ?? same)(shaped(type, given));
    const hasStatus = type.subresources.some(({ name }) => name === "status");
    const object = hasStatus ? { ...shapely, status: before.status } : shapely;
    if (object.status === undefined) delete (object as { status?: object }).status;
    const after = { ...object, metadata: updatedMetadata(before, object) } as T;
    return type.hasGeneration ? counted(before, after, strategy) : after;
  }

  #strategy(type: ResourceType): Strategy {
    return this.#deps.strategies.get(type) ?? {};
  }

  /** Nothing is made where its namespace is not, or is going. */
  checkNamespace(type: ResourceType, { namespace, name }: { namespace?: string; name?: string }): void {
    if (!type.namespaced) return;
    const found = this.storage.get(NAMESPACES, { name: namespace ?? "" });
    if (found === undefined) throw notFound(NAMESPACES, namespace ?? "");
    if (!isTerminating(found)) return;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const causes = [{
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    }];
    throw forbidden(type, { name: name ?? "", why, causes });
  }

  #checkPreconditions(type: ResourceType, { before, given }: { before: ApiObject; given: ApiObject }): void {
    const { uid, resourceVersion, name } = given.metadata;
    if (uid && uid !== before.metadata.uid) {
      throw anotherUid(type, name, { asked: uid, found: before.metadata.uid });
    }
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion) throw modified(type, name);
    if (!resourceVersion && this.#strategy(type).mayUpdateUnconditionally === false) {
      const message = "Invalid value: 0: must be specified for an update";
      const causes = [{ reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" }];
      // Here, and only here, the API server calls a kind by its resource.
      throw invalid({ group: type.group, kind: type.plural }, { name, causes });
    }
  }

  #check(type: ResourceType, { metadata: { name = "" } }: ApiObject, causes: readonly Cause[] = []): void {
    if (causes.length > 0) throw invalid(type, { name, causes });
  }
}

/** An object before the server has seen it: its name may be left to the server. */
export type Draft<T extends ApiObject> = Omit<T, "metadata" | "apiVersion" | "kind"> & {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Partial<T["metadata"]>;
};

function same(object: ApiObject): ApiObject {
  return object;
}

function dropStatus(type: ResourceType, strategy: Strategy, object: ApiObject): ApiObject {
  if (strategy.created !== undefined || !type.subresources.some(({ name }) => name === "status")) return object;
  const { status: _, ...rest } = object;
  return rest;
}
