import type { Clock } from "../../runtime/clock.ts";
import type { AdmissionRequest, Admit, ApiServer } from "../api/api_server.ts";
import { bind } from "../api/binding.ts";
import { isReleased } from "../api/deletion.ts";
import { evict } from "../api/eviction.ts";
import { badRequest, modified, serverError, type StatusBody, SUCCESS } from "../api/failure.ts";
import { withoutNulls } from "../json.ts";
import type { ApiObject, Namespace } from "../objects.ts";
import { NAMESPACES } from "../resources.ts";
import { readBody } from "./bodies.ts";
import { checkedOptions } from "./delete_options.ts";
import { readPatch } from "./patching.ts";
import { placed } from "./placed.ts";
import { type Call, kindOf, refOf } from "./request.ts";
import { rescale, type Scale, scaleOf } from "./scale.ts";
import { type WriteOptions, writeOptions } from "./write_options.ts";

export interface SubresourceDeps {
  readonly api: ApiServer;
  readonly admit: Admit;
  readonly clock: Clock;
}

interface Binding extends ApiObject {
  readonly target?: { readonly name?: string };
}

interface Eviction extends ApiObject {
  readonly deleteOptions?: object;
}

/** `pods/binding` */
export async function postBinding(deps: SubresourceDeps, call: Call): Promise<StatusBody> {
  const options = writeOptions("Create", call.request.query);
  const { metadata, target } = await posted<Binding>(deps, call, options);
  if (!target?.name) throw serverError("target.name: Required value");
  const [ref, wallMs] = [refOf(call.target), deps.clock.wall()];
  bind(deps.api, { ref, nodeName: target.name, metadata, dryRun: options.dryRun, wallMs });
  return SUCCESS;
}

/** `pods/eviction` */
export async function postEviction(deps: SubresourceDeps, call: Call): Promise<StatusBody> {
  const options = writeOptions("Create", call.request.query);
  const { deleteOptions } = await posted<Eviction>(deps, call, options);
  const asked = checkedOptions(deleteOptions ?? {});
  const dryRun = options.dryRun || asked.dryRun === true;
  evict(deps.api, { ref: refOf(call.target), options: { ...asked, dryRun }, wallMs: deps.clock.wall() });
  return SUCCESS;
}

/** What is posted to a subresource of an object; its namespace has to be one that takes new things. */
async function posted<T extends ApiObject>(
  deps: SubresourceDeps,
  call: Call,
  options: WriteOptions,
): Promise<T> {
  const { target } = call;
  const object = placed<T>({ ...target, name: undefined }, withoutNulls(await readBody(call, options)));
  if (object.metadata.name !== target.name) {
    throw badRequest(`name in URL does not match name in ${target.subresource!.kind} object`);
  }
  deps.api.checkNamespace(target.type, refOf(target));
  return await admitted(deps, call, { ...options, operation: "CREATE", object, oldObject: undefined }) as T;
}

function admitted(
  { admit }: SubresourceDeps,
  { target, warn }: Call,
  { object, ...request }: Omit<AdmissionRequest, "type" | "subresource" | "ref" | "warn">,
): ReturnType<Admit> {
  const { type, subresource } = target;
  return admit({
    ...request,
    object: { ...kindOf(target), ...object },
    type,
    subresource,
    ref: refOf(target),
    warn,
  });
}

/** `namespaces/finalize`: takes over which finalizers are left; without any the namespace is gone. */
export async function putFinalize({ api }: SubresourceDeps, call: Call): Promise<ApiObject> {
  const { target, request } = call;
  const body = await readBody(call, writeOptions("Update", request.query));
  const { metadata, spec = {} } = placed<Namespace>(target, withoutNulls(body));
  const before = api.get<Namespace>(NAMESPACES, refOf(target));
  const { name, resourceVersion } = before.metadata;
  if (metadata.resourceVersion && metadata.resourceVersion !== resourceVersion) {
    throw modified(NAMESPACES, name);
  }
  const after: Namespace = { ...before, spec };
  return isReleased(after) ? api.storage.remove(NAMESPACES, after) : api.storage.put(NAMESPACES, after);
}

/** `scale` of a workload: read, updated or patched. */
export async function answerScale(deps: SubresourceDeps, call: Call): Promise<Scale> {
  const { api } = deps;
  const { target, request: { method, query } } = call;
  const { type } = target;
  const ref = refOf(target);
  const current = () => scaleOf(api.get(type, ref));
  if (method === "GET") return current();
  const options = writeOptions(method === "PUT" ? "Update" : "Patch", query);
  const asked = method === "PUT" ? await readBody(call, options) : (await readPatch(call, options))(current());
  const object = placed(target, withoutNulls(asked));
  const scale = await admitted(deps, call, { ...options, operation: "UPDATE", object, oldObject: current() });
  return rescale(api, { type, ref, scale: scale as Scale, dryRun: options.dryRun });
}
