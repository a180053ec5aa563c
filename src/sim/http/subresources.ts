import type { Admit, ApiServer } from "../api/api_server.ts";
import { bind } from "../api/binding.ts";
import { isReleased } from "../api/deletion.ts";
import { evict } from "../api/eviction.ts";
import { badRequest, modified, serverError, type StatusBody, SUCCESS } from "../api/failure.ts";
import type { JsonObject } from "../json.ts";
import type { ApiObject, Namespace, ObjectMeta } from "../objects.ts";
import { NAMESPACES, PODS } from "../resources.ts";
import { readBody } from "./bodies.ts";
import { checkedOptions } from "./delete_options.ts";
import { readPatch } from "./patching.ts";
import { type Call, kindOf, refOf } from "./request.ts";
import { rescale, type Scale, scaleOf } from "./scale.ts";
import { type WriteOptions, writeOptions } from "./write_options.ts";

export interface SubresourceDeps {
  readonly api: ApiServer;
  readonly admit: Admit;
  readonly wall: () => number;
}

/** `pods/binding` */
export async function postBinding(deps: SubresourceDeps, call: Call): Promise<StatusBody> {
  const options = writeOptions("Create", call.request.query);
  const binding = await admitted(deps, call, { body: await readBody(call, options), options });
  const { metadata, target } = binding as ApiObject & { target?: { name?: string } };
  if (metadata.name !== call.target.name) throw badRequest("name in URL does not match name in Binding object");
  if (!target?.name) throw serverError("target.name: Required value");
  const { dryRun } = options;
  bind(deps.api, { ref: refOf(call.target), nodeName: target.name, metadata, dryRun, wallMs: deps.wall() });
  return SUCCESS;
}

/** `pods/eviction` */
export async function postEviction(deps: SubresourceDeps, call: Call): Promise<StatusBody> {
  const options = writeOptions("Create", call.request.query);
  const eviction = await admitted(deps, call, { body: await readBody(call, options), options });
  const { metadata, deleteOptions = {} } = eviction as ApiObject & { deleteOptions?: object };
  if (metadata.name !== call.target.name) {
    throw badRequest("name in URL does not match name in Eviction object");
  }
  const asked = checkedOptions(deleteOptions);
  const dryRun = options.dryRun || asked.dryRun === true;
  evict(deps.api, { ref: refOf(call.target), options: { ...asked, dryRun }, wallMs: deps.wall() });
  return SUCCESS;
}

/** What is posted to a subresource of a pod, after webhooks; its namespace has to be one that takes new things. */
async function admitted(
  { api, admit }: SubresourceDeps,
  { target, warn }: Call,
  { body, options }: { body: JsonObject; options: WriteOptions },
): Promise<ApiObject> {
  const { type, subresource } = target;
  const ref = refOf(target);
  const object = { ...kindOf(target), metadata: {}, ...body } as unknown as ApiObject;
  api.checkNamespace(PODS, ref);
  return await admit({
    ...options,
    type,
    subresource,
    operation: "CREATE",
    ref,
    object,
    oldObject: undefined,
    warn,
  });
}

/** `namespaces/finalize`: takes over which finalizers are left; without any the namespace is gone. */
export async function putFinalize({ api }: SubresourceDeps, call: Call): Promise<ApiObject> {
  const { metadata, spec = {} } = await readBody(
    call,
    writeOptions("Update", call.request.query),
  ) as unknown as Namespace;
  const before = api.get<Namespace>(NAMESPACES, refOf(call.target));
  const { name, resourceVersion } = before.metadata;
  if (metadata.resourceVersion && metadata.resourceVersion !== resourceVersion) {
    throw modified(NAMESPACES, name);
  }
  const after: Namespace = { ...before, spec };
  return isReleased(after) ? api.storage.remove(NAMESPACES, after) : api.storage.put(NAMESPACES, after);
}

/** `scale` of a workload: read, updated or patched. */
export async function answerScale({ api }: SubresourceDeps, call: Call): Promise<Scale> {
  const { target, request } = call;
  const { type } = target;
  const ref = refOf(target);
  const current = scaleOf(api.get(type, ref));
  if (request.method === "GET") return current;
  const options = writeOptions(request.method === "PUT" ? "Update" : "Patch", request.query);
  const asked = request.method === "PUT"
    ? await readBody(call, options)
    : (await readPatch(call, options))(scaleOf(api.get(type, ref)));
  const scale = { metadata: {}, ...asked } as unknown as Scale;
  checkName(scale.metadata, ref.name);
  return rescale(api, { type, ref, scale, dryRun: options.dryRun });
}

function checkName({ name = "" }: Partial<ObjectMeta>, wanted: string): void {
  if (name === wanted) return;
  throw badRequest(`the name of the object (${name}) does not match the name on the URL (${wanted})`);
}
