import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { isEqual } from "../equality.ts";
import { type ApiObject, isTerminating, type ObjectRef } from "../objects.ts";
import { NAMESPACES, type ResourceType } from "../resources.ts";
import { deletionOf, type DeleteOptions, isReleased } from "./deletion.ts";
import {
  alreadyExists,
  conflict,
  forbidden,
  invalid,
  MODIFIED,
  notFound,
} from "./failure.ts";
import { createdMetadata, generateName, generateUid, shaped, updatedMetadata } from "./metadata.ts";
import type { Storage } from "./storage.ts";
import type { Strategies, Strategy } from "./strategy.ts";

/** Lets webhooks change an object that is about to be written; throws `ApiFailure` where one denies it. */
export type Admit = (request: AdmissionRequest) => ApiObject | Promise<ApiObject>;

export interface AdmissionRequest {
  readonly type: ResourceType;
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly ref: ObjectRef;
  readonly object: ApiObject;
  readonly oldObject: ApiObject | undefined;
  readonly isDryRun: boolean;
}

export interface ApiServerDeps {
  readonly clock: Clock;
  /** Of names and UIDs. */
  readonly random: Random;
  readonly storage: Storage;
  readonly strategies: Strategies;
  readonly admit: Admit;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
}

export interface UpdateOptions extends WriteOptions {
  /** `status`: nothing else is taken over. */
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
  async create<T extends ApiObject>(
    type: ResourceType,
    draft: Draft<T>,
    { dryRun = false }: WriteOptions = {},
  ): Promise<T> {
    const { random, clock, admit } = this.#deps;
    const strategy = this.#strategy(type);
    const { namespace, name } = draft.metadata;
    this.#checkNamespace(type, draft.metadata);
    const withDefaults = strategy.defaults ?? same;
    const ref = { namespace, name: name ?? "" };
    const given = withDefaults(dropStatus(type, strategy, shaped(type, draft as unknown as ApiObject)));
    const object = withDefaults(
      await admit({ type, operation: "CREATE", ref, object: given, oldObject: undefined, isDryRun: dryRun }),
    );
    const { generateName: base } = object.metadata;
    const named = object.metadata.name || base === undefined
      ? object
      : { ...object, metadata: { ...object.metadata, name: generateName(base, random) } };
    const metadata = createdMetadata(type, {
      object: named,
      namespace,
      uid: generateUid(random),
      wallMs: clock.wall(),
    });
    const created = (strategy.created ?? same)({ ...named, metadata });
    this.#validate(type, { object: created, before: undefined });
    // While webhooks were asked, the namespace may have gone, and the name may have been taken.
    this.#checkNamespace(type, metadata);
    if (this.storage.get(type, metadata) !== undefined) throw alreadyExists(type, metadata.name);
    return (dryRun ? created : this.storage.put(type, created)) as T;
  }

  /** Puts `object` in the place of what is there; versions and UIDs that it names have to be right. */
  update<T extends ApiObject>(type: ResourceType, object: T, options: UpdateOptions = {}): T {
    const before = this.get<T>(type, object.metadata);
    this.#checkPreconditions(type, { before, given: object });
    const after = this.#merged(type, { before, given: object, subresource: options.subresource });
    if (isEqual(before, after)) return before;
    this.#validate(type, { object: after, before });
    if (options.dryRun) return after;
    // Gone is what was being deleted and is held by nothing any more.
    const written = this.storage.put(type, after);
    return isReleased(written) ? this.storage.remove(type, written) : written;
  }

  /** The last state of what is gone, or the state of what is going. */
  delete<T extends ApiObject>(
    type: ResourceType,
    ref: ObjectRef,
    options: DeleteOptions = {},
  ): { readonly object: T; readonly isGone: boolean } {
    const before = this.get<T>(type, ref);
    const after = deletionOf(type, { before, options, wallMs: this.#deps.clock.wall() });
    if (options.dryRun) return { object: (after ?? before) as T, isGone: after === undefined };
    if (after === undefined) return { object: this.storage.remove(type, before), isGone: true };
    return { object: after === before ? before : this.storage.put(type, after as T), isGone: false };
  }

  #merged<T extends ApiObject>(
    type: ResourceType,
    { before, given, subresource }: { before: T; given: T; subresource: "status" | undefined },
  ): T {
    if (subresource === "status") return { ...before, status: given.status };
    const strategy = this.#strategy(type);
    const shapely = (strategy.defaults ?? same)(shaped(type, given));
    const hasStatus = type.subresources.some(({ name }) => name === "status");
    const object = hasStatus ? { ...shapely, status: before.status } : shapely;
    if (object.status === undefined) delete (object as { status?: object }).status;
    return { ...object, metadata: updatedMetadata(type, before, object) } as T;
  }

  #strategy(type: ResourceType): Strategy {
    return this.#deps.strategies.get(type) ?? {};
  }

  #checkNamespace(type: ResourceType, { namespace, name }: { namespace?: string; name?: string }): void {
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
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`;
      throw conflict(type, { name, why });
    }
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion) {
      throw conflict(type, { name, why: MODIFIED });
    }
    if (!resourceVersion && this.#strategy(type).mayUpdateUnconditionally === false) {
      const message = "Invalid value: 0x0: must be specified for an update";
      throw invalid(type, {
        name,
        causes: [{ reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" }],
      });
    }
  }

  #validate(
    type: ResourceType,
    { object, before }: { object: ApiObject; before: ApiObject | undefined },
  ): void {
    const causes = this.#strategy(type).validate?.(object, before) ?? [];
    if (causes.length > 0) throw invalid(type, { name: object.metadata.name, causes });
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
