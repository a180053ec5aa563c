import type { Admit, ApiServer } from "../api/api_server.ts";
import type { Deletion } from "../api/deletion.ts";
import { anotherUid, ApiFailure, invalid, modified, notFound, serverError } from "../api/failure.ts";
import { fixedProblems, shaped } from "../api/metadata.ts";
import type { Strategies } from "../api/strategy.ts";
import type { ApiObject, ObjectRef } from "../objects.ts";
import { readBody } from "./bodies.ts";
import { type AskedDeletion, deleteOptions } from "./delete_options.ts";
import { readPatch } from "./patching.ts";
import { placed, type Sent } from "./placed.ts";
import { type Call, refOf } from "./request.ts";
import { asServed } from "./view.ts";
import { type WriteOptions, writeOptions } from "./write_options.ts";

export interface WritesDeps {
  readonly api: ApiServer;
  readonly strategies: Strategies;
  readonly admit: Admit;
}

export interface Written {
  readonly code: 200 | 201;
  readonly object: ApiObject;
}

/** How often a patch is tried anew when others write at the same time. */
const MOST_TRIES = 5;

/** Creates, updates, patches and deletes, as requests ask for it. */
export class Writes {
  readonly #deps: WritesDeps;

  constructor(deps: WritesDeps) {
    this.#deps = deps;
  }

  async create(call: Call): Promise<Written> {
    const options = writeOptions("Create", call.request.query);
    const object = placed(call.target, await readBody(call, options));
    if (object.metadata.resourceVersion) {
      throw serverError("resourceVersion should not be set on objects to be created");
    }
    return await this.#create(call, object, options);
  }

  async update(call: Call): Promise<Written> {
    const { target, request } = call;
    const { type, name } = target;
    const options = writeOptions("Update", request.query);
    const object = placed(target, await readBody(call, options));
    const before = this.#deps.api.storage.get(type, refOf(target));
    if (before !== undefined) return { code: 200, object: await this.#put(call, { before, object, options }) };
    if (!this.#deps.strategies.get(type)?.mayCreateOnUpdate) throw notFound(type, name!);
    const { uid, resourceVersion } = object.metadata;
    if (uid) throw anotherUid(type, name!, { asked: uid, found: "" });
    if (resourceVersion) throw modified(type, name!);
    return await this.#create(call, object, options);
  }

  async patch(call: Call): Promise<Written> {
    const { target, request } = call;
    const { type } = target;
    const options = writeOptions("Patch", request.query);
    const patch = await readPatch(call, options);
    for (let tries = 1;; tries++) {
      const before = this.#deps.api.get(type, refOf(target));
      const object = placed(target, patch(asServed(type, before)));
      const { resourceVersion } = object.metadata;
      if (resourceVersion && resourceVersion !== before.metadata.resourceVersion) {
        throw modified(type, target.name!);
      }
      const causes = fixedProblems(before, object);
      if (causes.length > 0) throw invalid(type, { name: target.name!, causes });
      try {
        return { code: 200, object: await this.#put(call, { before, object, options }) };
      } catch (error) {
        // While webhooks were asked, another write may have come between.
        const isOthers = this.#deps.api.storage.get(type, refOf(target)) !== before;
        if (!isOthers || tries === MOST_TRIES || !(error instanceof ApiFailure && error.code === 409)) {
          throw error;
        }
      }
    }
  }

  /** The object that was deleted, or is being deleted. */
  async delete(call: Call): Promise<Deletion<ApiObject>> {
    return await this.#delete(call, refOf(call.target), await deleteOptions(call.request));
  }

  async deleteAll(call: Call, objects: readonly ApiObject[]): Promise<void> {
    const options = await deleteOptions(call.request);
    for (const { metadata } of objects) {
      try {
        await this.#delete(call, metadata, options);
      } catch (error) {
        // It has gone by itself.
        if (!(error instanceof ApiFailure && error.code === 404)) throw error;
      }
    }
  }

  async #delete(
    { target: { type }, warn }: Call,
    ref: ObjectRef,
    asked: AskedDeletion,
  ): Promise<Deletion<ApiObject>> {
    const { api, admit } = this.#deps;
    const oldObject = asServed(type, api.get(type, ref));
    await admit({ ...asked, type, operation: "DELETE", ref, object: oldObject, oldObject, warn });
    return api.delete(type, ref, asked);
  }

  async #create({ target: { type }, warn }: Call, object: Sent, options: WriteOptions): Promise<Written> {
    return { code: 201, object: await this.#deps.api.create(type, object, { ...options, warn }) };
  }

  async #put(
    { target, warn }: Call,
    { before, object, options }: { before: ApiObject; object: Sent; options: WriteOptions },
  ): Promise<ApiObject> {
    const { api, admit, strategies } = this.#deps;
    const { type, subresource } = target;
    const normal = strategies.get(type)?.defaults ?? ((each) => each);
    const admitted = await admit({
      ...options,
      type,
      subresource,
      operation: "UPDATE",
      ref: refOf(target),
      object: normal(shaped(type, object)),
      oldObject: asServed(type, before),
      warn,
    });
    const { dryRun } = options;
    return api.update(type, admitted, {
      dryRun,
      subresource: subresource === undefined ? undefined : "status",
    });
  }
}
