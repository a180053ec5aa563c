import { type Clock, deadline } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import type { Json } from "../json.ts";
import type { AdmissionRequest } from "./api_server.ts";
import { generateUid } from "./metadata.ts";

export interface ClientConfig {
  readonly url?: string;
  readonly service?: { readonly namespace: string; readonly name: string; readonly path?: string };
  readonly caBundle?: string;
}

/** Carries a review to a webhook, as an API server dials it. */
export type Dial = (client: ClientConfig, request: Request) => Promise<Response>;

export interface WebhookCallDeps {
  readonly clock: Clock;
  /** Of UIDs. */
  readonly random: Random;
  readonly dial: Dial;
}

export interface Callee {
  readonly clientConfig: ClientConfig;
  readonly timeoutSeconds?: number;
}

export interface WebhookAnswer {
  readonly allowed: boolean;
  readonly warnings?: readonly string[];
  readonly status?: { readonly message?: string; readonly code?: number; readonly reason?: string };
  /** JSON Patch. */
  readonly patch?: Json;
}

/** A webhook that gave no answer, or none that can be read. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Asks a webhook; throws `NoAnswer`. */
export async function callWebhook(
  { clock, random, dial }: WebhookCallDeps,
  { clientConfig, timeoutSeconds = 10 }: Callee,
  request: AdmissionRequest,
): Promise<WebhookAnswer> {
  const uid = generateUid(random);
  const url = `${addressOf(clientConfig)}?timeout=${timeoutSeconds}s`;
  const asked = new Request(url, {
    method: "POST",
    headers: { "content-type": "application/json", "accept": "application/json, */*" },
    body: JSON.stringify(reviewOf(request, uid)),
  });
  const limit = deadline(clock, { ms: timeoutSeconds * 1_000, reason: "context deadline exceeded" });
  try {
    const response = await endsWith(limit.signal, dial(clientConfig, asked));
    return answerIn(bodyOf(response, await endsWith(limit.signal, response.text())), uid);
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new NoAnswer(`failed to call webhook: Post "${url}": ${why}`, { cause: error });
  } finally {
    limit.release();
  }
}

function addressOf({ url = "", service }: ClientConfig): string {
  return service === undefined
    ? url
    : `https://${service.name}.${service.namespace}.svc:443${service.path ?? "/"}`;
}

function endsWith<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    work.then(resolve, reject);
  });
}

function bodyOf({ ok, status, headers }: Response, text: string): unknown {
  const failed = (why: string, options?: ErrorOptions) =>
    new NoAnswer(`failed to call webhook: ${why}`, options);
  if (status === 404) throw failed("the server could not find the requested resource");
  if (!ok) {
    throw failed(`an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`);
  }
  if (text === "") {
    throw failed(
      `0-length response with status code: ${status} and content type: ${headers.get("content-type") ?? ""}`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failed("couldn't get version/kind; json parse error", { cause: error });
  }
}

interface AdmissionReview {
  readonly response?: Partial<Omit<WebhookAnswer, "patch">> & {
    readonly uid?: string;
    readonly patch?: string;
    readonly patchType?: string;
  };
}

function answerIn(body: unknown, uid: string): WebhookAnswer {
  const wrong = (why: string) => new NoAnswer(`received invalid webhook response: ${why}`);
  const { response } = (body ?? {}) as AdmissionReview;
  if (typeof response !== "object" || response === null) throw wrong("webhook response was absent");
  const { patch, patchType, ...rest } = response;
  if (rest.uid !== uid) throw wrong(`expected response.uid="${uid}", got "${rest.uid ?? ""}"`);
  const answer = { ...rest, allowed: rest.allowed === true };
  if (!patch) return answer;
  if (patchType === undefined) throw wrong("webhook returned response.patch but not response.patchType");
  if (patchType !== "JSONPatch") throw wrong(`unsupported patch type "${patchType}"`);
  return { ...answer, patch: decodedPatch(patch) };
}

function decodedPatch(base64: string): Json {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new NoAnswer(`received undecodable patch in webhook response: ${String(error)}`, { cause: error });
  }
}

/** What is told of a request: to `matchConditions` as `request`, and to webhooks. */
export function requestOf({ type, subresource, operation, ref, dryRun = false, options }: AdmissionRequest) {
  const { group, version } = type;
  const kind = { group, version, kind: type.kind, ...subresource === undefined ? {} : kindOf(subresource) };
  const resource = { group, version, resource: type.plural };
  return {
    kind,
    resource,
    ...subresource === undefined ? {} : { subResource: subresource.name },
    requestKind: kind,
    requestResource: resource,
    ...subresource === undefined ? {} : { requestSubResource: subresource.name },
    ...ref.name === "" ? {} : { name: ref.name },
    ...ref.namespace === undefined ? {} : { namespace: ref.namespace },
    operation,
    userInfo: { username: "admin", groups: ["system:masters", "system:authenticated"] },
    dryRun,
    options: options ?? { kind: `${OPTIONS[operation]}Options`, apiVersion: "meta.k8s.io/v1" },
  };
}

const OPTIONS = { CREATE: "Create", UPDATE: "Update", DELETE: "Delete" };

function kindOf({ group, version, kind }: NonNullable<AdmissionRequest["subresource"]>) {
  return group === undefined ? { kind } : { group, version, kind };
}

function reviewOf(request: AdmissionRequest, uid: string) {
  const { type, operation, object, oldObject = null } = request;
  // In the API server's types a status is always there.
  const lacksStatus = type.subresources.some(({ name }) => name === "status") && object.status === undefined;
  const shown = lacksStatus && request.subresource === undefined ? { ...object, status: {} } : object;
  return {
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: { uid, ...requestOf(request), object: operation === "DELETE" ? null : shown, oldObject },
  };
}
