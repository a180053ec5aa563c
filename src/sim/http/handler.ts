import { ApiFailure, type StatusBody } from "../api/failure.ts";
import { discoveryFor } from "../kubectl/discovery.ts";
import { openApiFor } from "../kubectl/openapi.ts";
import type { ApiObject } from "../objects.ts";
import { RESOURCES } from "../resources.ts";
import { listOptions, watchOptions } from "./list_options.ts";
import { listPage } from "./lists.ts";
import { flagIn } from "./query.ts";
import { type ApiRequest, type Call, isInGroup, refOf, type Target, targetOf } from "./request.ts";
import { answerScale, postBinding, postEviction, putFinalize, type SubresourceDeps } from "./subresources.ts";
import { View } from "./view.ts";
import type { Watches } from "./watches.ts";
import type { Writes } from "./writes.ts";

export interface HandlerDeps extends SubresourceDeps {
  readonly watches: Watches;
  readonly writes: Writes;
}

type Respond = (code: number, body: unknown) => Response;

/** Answers a request to the API, as an API server would. */
export function createHandler(deps: HandlerDeps): (request: ApiRequest) => Promise<Response> {
  return async (request) => {
    try {
      const { path } = request;
      const target = targetOf(path);
      return target === undefined ? answerOther(request) : await answer(deps, { target, request });
    } catch (error) {
      if (error instanceof ApiFailure) return json(error.code, error.body, Object.entries(error.headers));
      throw error;
    }
  };
}

/** What is no resource: the server's health, and what it says of itself. */
function answerOther({ path, method, header }: ApiRequest): Response {
  if (["/healthz", "/livez", "/readyz"].includes(path)) return new Response("ok");
  const document = discoveryFor(path, header("accept") ?? "", RESOURCES) ?? openApiFor(path, RESOURCES);
  if (document !== undefined) {
    if (method !== "GET") throw notAllowed();
    const { body, contentType } = document;
    const headers = { "content-type": contentType };
    return new Response(body instanceof Uint8Array ? body : JSON.stringify(body), { headers });
  }
  if (!isInGroup(path)) return new Response("404 page not found\n", { status: 404 });
  const message = "the server could not find the requested resource";
  throw new ApiFailure({ code: 404, reason: "NotFound", message, details: {} });
}

async function answer(deps: HandlerDeps, { target, request }: Omit<Call, "warn">): Promise<Response> {
  const warnings: string[] = [];
  const call = { target, request, warn: (text: string) => void warnings.push(text) };
  const respond: Respond = (code, body) =>
    json(code, body, warnings.map((text) => ["warning", `299 - ${JSON.stringify(text)}`]));
  if (target.subresource !== undefined && target.subresource.name !== "status") {
    return await answerSubresource(deps, call, respond);
  }
  return await (target.name === undefined ? answerCollection : answerObject)(deps, call, respond);
}

async function answerCollection(deps: HandlerDeps, call: Call, respond: Respond): Promise<Response> {
  const { target, request } = call;
  const { query, method } = request;
  const { type, namespace } = target;
  const view = new View(type, request, deps.clock);
  const page = () => listPage(deps.api.storage, { type, namespace, ...listOptions(type, query) });
  if (method === "GET") {
    return flagIn(query, "watch") ? watchResponse(deps, call, view) : respond(200, view.list(page()));
  }
  // Objects of several namespaces can be seen together, no more.
  if (type.namespaced && namespace === undefined) throw notAllowed();
  if (method === "POST") {
    const { code, object } = await deps.writes.create(call);
    return respond(code, view.one(object));
  }
  if (method === "DELETE" && type.verbs.includes("deletecollection")) {
    const found = page();
    await deps.writes.deleteAll(call, found.items);
    return respond(200, view.list(found));
  }
  throw notAllowed();
}

async function answerObject(deps: HandlerDeps, call: Call, respond: Respond): Promise<Response> {
  const { target, request } = call;
  const { type } = target;
  const view = new View(type, request, deps.clock);
  switch (request.method) {
    case "GET":
      if (flagIn(request.query, "watch")) return watchResponse(deps, call, view);
      return respond(200, view.one(deps.api.get(type, refOf(target))));
    case "PUT":
    case "PATCH": {
      const { code, object } =
        await (request.method === "PUT" ? deps.writes.update(call) : deps.writes.patch(call));
      return respond(code, view.one(object));
    }
    case "DELETE": {
      if (target.subresource !== undefined) throw notAllowed();
      const { object, isGone } = await deps.writes.delete(call);
      return respond(
        200,
        isGone && !ANSWERS_WITH_OBJECT.has(type.kind) ? deleted(target, object) : view.one(object),
      );
    }
    default:
      throw notAllowed();
  }
}

/** Of these a deletion answers with the object that was there, of all others with a Status. */
const ANSWERS_WITH_OBJECT: ReadonlySet<string> = new Set(["Pod", "Service", "ServiceAccount"]);

function deleted({ type, name }: Target, { metadata }: ApiObject): StatusBody {
  const details = {
    name,
    ...type.group === "" ? {} : { group: type.group },
    kind: type.plural,
    uid: metadata.uid,
  };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}

async function answerSubresource(deps: HandlerDeps, call: Call, respond: Respond): Promise<Response> {
  const { method } = call.request;
  switch (`${method} ${call.target.subresource!.name}`) {
    case "POST binding":
      return respond(201, await postBinding(deps, call));
    case "POST eviction":
      return respond(201, await postEviction(deps, call));
    case "PUT finalize":
      return respond(200, await putFinalize(deps, call));
    case "GET scale":
    case "PUT scale":
    case "PATCH scale": {
      const { target: { type }, request } = call;
      // The columns of a scale's table are its own.
      const view = new View({ ...type, plural: "scale" }, request, deps.clock);
      return respond(200, view.one(await answerScale(deps, call)));
    }
    default:
      throw notAllowed();
  }
}

function watchResponse(deps: HandlerDeps, { target, request }: Call, view: View): Response {
  const { type, namespace, name } = target;
  const options = watchOptions(type, request.query);
  const body = deps.watches.open({ ...options, type, namespace, name, view: (object) => view.watched(object) });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

function json(code: number, body: unknown, more: readonly (readonly [string, string])[]): Response {
  const headers = new Headers({ "content-type": "application/json" });
  for (const [name, value] of more) headers.append(name, value);
  return new Response(JSON.stringify(body), { status: code, headers });
}

function notAllowed(): ApiFailure {
  const message = "the server does not allow this method on the requested resource";
  return new ApiFailure({ code: 405, reason: "MethodNotAllowed", message, details: {} });
}
