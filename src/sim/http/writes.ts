import type { ApiServer, Draft } from "../api/api_server.ts";
import type { Admit } from "../api/api_server.ts";
import type { DeleteOptions } from "../api/deletion.ts";
import { ApiFailure, badRequest, conflict, invalid, MODIFIED, notFound } from "../api/failure.ts";
import type { Json } from "../json.ts";
import type { ApiObject, ObjectRef } from "../objects.ts";
import { applyJsonPatch } from "../patches/json_patch.ts";
import { applyMergePatch } from "../patches/merge_patch.ts";
import { PatchError } from "../patches/patch_error.ts";
import { applyStrategicMergePatch } from "../patches/strategic_merge_patch.ts";
import { type ResourceType } from "../resources.ts";
import type { Strategies } from "../api/strategy.ts";
import { decodingProblem } from "../strategies/decoding.ts";
import { type ApiRequest, readObject, refOf, type Target } from "./request.ts";

export interface WritesDeps {
  readonly api: ApiServer;
  readonly strategies: Strategies;
  readonly admit: Admit;
}

export interface Written {
  readonly code: number;
  readonly object: unknown;
}

/** Creates, updates, patches and deletes, as requests ask for it. */
export class Writes {
  readonly #deps: WritesDeps;

  constructor(deps: WritesDeps) {
    this.#deps = deps;
  }

  async create({ type, namespace }: Target, request: ApiRequest): Promise<Written> {
    const object = checked(type, { object: await readObject(request), namespace });
    const { name, generateName } = object.metadata;
    if (!name && !generateName) {
      const message = "Required value: name or generateName is required";
      throw invalid(type, { name: "", causes: [{ reason: "FieldValueRequired", message, field: "metadata.name" }] });
    }
    if (object.metadata.resourceVersion) {
      throw badRequest("resourceVersion should not be set on objects to be created");
    }
    return { code: 201, object: await this.#deps.api.create(type, withNamespace(object, namespace), isDry(request)) };
  }

  async update(target: Target, request: ApiRequest): Promise<Written> {
    const { type, namespace } = target;
    const object = checked(type, { object: await readObject(request), namespace });
    if (object.metadata.name !== target.name) {
      throw badRequest(
        `the name of the object (${object.metadata.name}) does not match the name on the URL (${target.name})`,
      );
    }
    const ref = refOf(target);
    if (this.#deps.api.storage.get(type, ref) === undefined) return await this.#createByUpdate(target, object, request);
    return { code: 200, object: await this.#put(target, withNamespace(object, namespace) as ApiObject, request) };
  }

  async patch(target: Target, request: ApiRequest): Promise<Written> {
    const { type } = target;
    const contentType = (request.header("content-type") ?? "").split(";")[0]!.trim();
    const text = await request.body();
    const before = this.#deps.api.get(type, refOf(target));
    const patched = patchedObject(before, { text, contentType });
    const { resourceVersion } = patched.metadata;
    if (resourceVersion && resourceVersion !== before.metadata.resourceVersion) {
      throw conflict(type, { name: target.name!, why: MODIFIED });
    }
    return { code: 200, object: await this.#put(target, patched, request) };
  }

  /** The object that was deleted, or is being deleted. */
  async delete(
    { type, ...target }: Target,
    request: ApiRequest,
  ): Promise<{ object: ApiObject; isGone: boolean }> {
    return this.#deps.api.delete(type, refOf({ type, ...target }), await deleteOptions(request));
  }

  /** PUT of what is not there: some kinds are then made. */
  async #createByUpdate({ type, namespace, name }: Target, object: Draft<ApiObject>, request: ApiRequest) {
    if (!this.#deps.strategies.get(type)?.mayCreateOnUpdate) throw notFound(type, name!);
    const { uid, resourceVersion } = object.metadata;
    if (uid || resourceVersion) {
      const why = "Precondition failed: UID in precondition: " + (uid ?? "") + ", UID in object meta: ";
      throw conflict(type, { name: name!, why: resourceVersion && !uid ? MODIFIED : why });
    }
    return { code: 201, object: await this.#deps.api.create(type, withNamespace(object, namespace), isDry(request)) };
  }

  async #put({ type, subresource, ...rest }: Target, object: ApiObject, request: ApiRequest): Promise<ApiObject> {
    const { api, admit } = this.#deps;
    const ref: ObjectRef = refOf({ type, subresource, ...rest });
    const options = { ...isDry(request), subresource: subresource === "status" ? "status" as const : undefined };
    if (subresource !== undefined) return api.update(type, object, options);
    const oldObject = api.get(type, ref);
    const isDryRun = options.dryRun ?? false;
    const admitted = await admit({ type, operation: "UPDATE", ref, object, oldObject, isDryRun });
    return api.update(type, admitted, options);
  }
}

/** The options of a deletion, from its query and its body. */
export async function deleteOptions(request: ApiRequest): Promise<DeleteOptions> {
  const text = await request.body();
  const body = text === "" ? {} : await readObject(request) as DeleteOptions & { dryRun?: unknown };
  const grace = request.query.get("gracePeriodSeconds");
  const propagation = request.query.get("propagationPolicy");
  return {
    ...body,
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(propagation === null ? {} : { propagationPolicy: propagation as DeleteOptions["propagationPolicy"] & string }),
    dryRun: isDry(request).dryRun || Array.isArray(body.dryRun) && body.dryRun.includes("All"),
  };
}

export function isDry({ query }: ApiRequest): { dryRun: boolean } {
  const asked = query.getAll("dryRun");
  const wrong = asked.find((text) => text !== "All" && text !== "");
  if (wrong !== undefined) {
    const message = `Unsupported value: "${wrong}": supported values: "All"`;
    throw new ApiFailure({ code: 422, reason: "Invalid", message: `Options is invalid: dryRun: ${message}` });
  }
  return { dryRun: asked.includes("All") };
}

/** An object from outside: its kind, version, metadata and namespace have to fit where it is sent. */
function checked(
  type: ResourceType,
  { object, namespace }: { object: Record<string, unknown>; namespace: string | undefined },
): Draft<ApiObject> {
  const { metadata = {} } = object;
  const problem = decodingProblem(type, object);
  if (problem !== undefined) throw badRequest(problem);
  const own = (metadata as { namespace?: string }).namespace;
  if (type.namespaced && own !== undefined && own !== "" && own !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  return { ...object, metadata } as Draft<ApiObject>;
}

function withNamespace(object: Draft<ApiObject>, namespace: string | undefined): Draft<ApiObject> {
  return namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
}

function patchedObject(
  before: ApiObject,
  { text, contentType }: { text: string; contentType: string },
): ApiObject {
  const document = before as unknown as Json;
  const patch = parsePatch(text);
  try {
    switch (contentType) {
      case "application/json-patch+json":
        return applyJsonPatch(document, patch) as unknown as ApiObject;
      case "application/merge-patch+json":
        return applyMergePatch(document, patch) as unknown as ApiObject;
      case "application/strategic-merge-patch+json":
        return applyStrategicMergePatch(document, patch, before) as unknown as ApiObject;
      default:
        throw new ApiFailure({
          code: 415,
          reason: "UnsupportedMediaType",
          message: "the body of the request was in an unknown format - accepted media types include: " +
            "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json",
        });
    }
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw patchFailure(error);
  }
}

const PATCH_REASONS = { 400: "BadRequest", 422: "Invalid", 500: "" };

function patchFailure({ code, message }: PatchError): ApiFailure {
  return new ApiFailure({ code, reason: PATCH_REASONS[code], message, ...(code === 422 ? { details: {} } : {}) });
}

function parsePatch(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(`error decoding patch: ${error.message}`);
  }
}
