import type { Clock } from "../../runtime/clock.ts";
import type { ApiServer } from "../api/api_server.ts";
import { bind } from "../api/binding.ts";
import { evict } from "../api/eviction.ts";
import { ApiFailure, badRequest, type StatusBody } from "../api/failure.ts";
import type { Json } from "../json.ts";
import { discoveryFor } from "../kubectl/discovery.ts";
import { openApiFor } from "../kubectl/openapi.ts";
import type { ApiObject } from "../objects.ts";
import { applyMergePatch } from "../patches/merge_patch.ts";
import { NAMESPACES, PODS, RESOURCES } from "../resources.ts";
import type { Lists } from "./lists.ts";
import { type ApiRequest, readObject, refOf, type Target, targetOf } from "./request.ts";
import { rescale, type Scale, scaleOf } from "./scale.ts";
import { View } from "./view.ts";
import type { Watches } from "./watches.ts";
import { deleteOptions, isDry, type Writes } from "./writes.ts";

export interface HandlerDeps {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly lists: Lists;
  readonly watches: Watches;
  readonly writes: Writes;
}

/** Answers a request to the API, as an API server would. */
export function createHandler(deps: HandlerDeps): (request: ApiRequest) => Promise<Response> {
  return async (request) => {
    try {
      return await answer(deps, request);
    } catch (error) {
      if (error instanceof ApiFailure) return json(error.code, error.body, error.headers);
      throw error;
    }
  };
}

async function answer(deps: HandlerDeps, request: ApiRequest): Promise<Response> {
  const { path } = request;
  if (["/healthz", "/livez", "/readyz"].includes(path)) return new Response("ok");
  const accept = request.header("accept") ?? "";
  const described = discoveryFor(path, accept, RESOURCES) ?? openApiFor(path, RESOURCES);
  if (described !== undefined) {
    const { body, contentType } = described;
    return new Response(body instanceof Uint8Array ? body : JSON.stringify(body), {
      headers: { "content-type": contentType },
    });
  }
  const target = targetOf(path);
  if (target === undefined) throw nowhere();
  if (target.subresource !== undefined) return await answerSubresource(deps, { target, request });
  return target.name === undefined
    ? await answerCollection(deps, { target, request })
    : await answerObject(deps, { target, request });
}

interface Asked {
  readonly target: Target;
  readonly request: ApiRequest;
}

async function answerCollection(deps: HandlerDeps, { target, request }: Asked): Promise<Response> {
  const { query, method } = request;
  const { type, namespace } = target;
  const view = new View(type, { accept: request.header("accept") ?? "", query, clock: deps.clock });
  if (method === "GET" && isTrue(query.get("watch"))) return watchResponse(deps, { target, request });
  if (method === "GET") return json(200, view.list(deps.lists.read(type, { namespace, query })));
  if (method === "POST") {
    if (type.namespaced && namespace === undefined) throw notAllowed();
    const { code, object } = await deps.writes.create(target, request);
    return json(code, view.one(object as ApiObject));
  }
  if (method === "DELETE" && type.verbs.includes("deletecollection")) {
    const options = await deleteOptions(request);
    const { items, metadata } = deps.lists.read(type, { namespace, query });
    for (const item of items) deps.api.delete(type, item.metadata, options);
    return json(200, view.list({ items, metadata }));
  }
  throw notAllowed();
}

async function answerObject(deps: HandlerDeps, { target, request }: Asked): Promise<Response> {
  const { query, method } = request;
  const { type } = target;
  const view = new View(type, { accept: request.header("accept") ?? "", query, clock: deps.clock });
  switch (method) {
    case "GET":
      if (isTrue(query.get("watch"))) return watchResponse(deps, { target, request });
      return json(200, view.one(deps.api.get(type, refOf(target))));
    case "PUT":
    case "PATCH": {
      const written = method === "PUT"
        ? await deps.writes.update(target, request)
        : await deps.writes.patch(target, request);
      return json(written.code, view.one(written.object as ApiObject));
    }
    case "DELETE": {
      const { object, isGone } = await deps.writes.delete(target, request);
      return json(200, isGone && !ANSWERS_WITH_OBJECT.has(type.kind) ? deleted(target, object) : view.one(object));
    }
    default:
      throw notAllowed();
  }
}

/** Of these a deletion answers with the object that was there, of all others with a Status. */
const ANSWERS_WITH_OBJECT: ReadonlySet<string> = new Set(["Pod", "Service", "ServiceAccount"]);

function deleted({ type, name }: Target, { metadata }: ApiObject): StatusBody {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: { name, ...(type.group === "" ? {} : { group: type.group }), kind: type.plural, uid: metadata.uid },
  };
}

async function answerSubresource(deps: HandlerDeps, { target, request }: Asked): Promise<Response> {
  const { type, subresource } = target;
  const known = type.subresources.find(({ name }) => name === subresource);
  if (known === undefined || target.name === undefined) throw nowhere();
  if (subresource === "status") return await answerObject(deps, { target, request });
  if (subresource === "scale") return await answerScale(deps, { target, request });
  const { api, clock } = deps;
  const wallMs = clock.wall();
  const ref = refOf(target);
  if (type === NAMESPACES && request.method === "PUT") {
    const { spec } = await readObject(request) as unknown as ApiObject;
    const before = api.get(type, ref);
    return json(200, api.update(type, { ...before, spec }));
  }
  if (type !== PODS || request.method !== "POST") throw notAllowed();
  const body = await readObject(request);
  const named = (body["metadata"] as { name?: string } | undefined)?.name;
  if (subresource === "binding") {
    const { name } = body["target"] as { name: string };
    bind(api, { ref, nodeName: name, wallMs });
    return json(201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
  }
  if (named !== undefined && named !== target.name) throw badRequest("name in URL does not match name in Eviction object");
  const options = (body["deleteOptions"] ?? {}) as { dryRun?: unknown };
  const dryRun = isDry(request).dryRun || (Array.isArray(options.dryRun) && options.dryRun.includes("All"));
  return json(201, evict(api, { ref, options: { ...options, dryRun }, wallMs }));
}

async function answerScale({ api }: HandlerDeps, { target, request }: Asked): Promise<Response> {
  const { type } = target;
  const ref = refOf(target);
  const current = scaleOf(api.get(type, ref));
  if (request.method === "GET") return json(200, current);
  const { dryRun } = isDry(request);
  if (request.method === "PUT") {
    return json(200, rescale(api, { type, ref, scale: await readObject(request) as unknown as Scale, dryRun }));
  }
  if (request.method !== "PATCH") throw notAllowed();
  const patch = await readObject(request) as Json;
  const scale = applyMergePatch(current as unknown as Json, patch) as unknown as Scale;
  return json(200, rescale(api, { type, ref, scale, dryRun }));
}

function watchResponse(deps: HandlerDeps, { target, request }: Asked): Response {
  const { type, namespace, name } = target;
  const { query } = request;
  const view = new View(type, { accept: request.header("accept") ?? "", query, clock: deps.clock });
  const body = deps.watches.open({ type, namespace, name, query, view: (object) => view.watched(object) });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

function isTrue(text: string | null): boolean {
  return text === "true" || text === "1";
}

function json(code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: code,
    headers: { "content-type": "application/json", ...headers },
  });
}

function nowhere(): ApiFailure {
  const message = "the server could not find the requested resource";
  return new ApiFailure({ code: 404, reason: "NotFound", message, details: {} });
}

function notAllowed(): ApiFailure {
  const message = "the server does not allow this method on the requested resource";
  return new ApiFailure({ code: 405, reason: "MethodNotAllowed", message, details: {} });
}

