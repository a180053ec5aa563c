import { Environment } from "@marcbachmann/cel-js";
import { type LabelSelector, matchesSelector } from "../../domain/label_selector.ts";
import { type Clock, deadline } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { isEqual } from "../equality.ts";
import type { Json } from "../json.ts";
import type { ApiObject } from "../objects.ts";
import { applyJsonPatch } from "../patches/json_patch.ts";
import { apiVersionOf, NAMESPACES, type ResourceType, WEBHOOKS } from "../resources.ts";
import type { AdmissionRequest } from "./api_server.ts";
import { ApiFailure } from "./failure.ts";
import { generateUid } from "./metadata.ts";
import type { Storage } from "./storage.ts";

export interface ClientConfig {
  readonly url?: string;
  readonly service?: { readonly namespace: string; readonly name: string; readonly path?: string };
  readonly caBundle?: string;
}

/** Carries a review to a webhook, as an API server dials it. */
export type Dial = (client: ClientConfig, request: Request) => Promise<Response>;

interface Webhook {
  readonly name: string;
  readonly clientConfig: ClientConfig;
  readonly rules?: readonly {
    readonly operations: readonly string[];
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
  }[];
  readonly failurePolicy?: "Fail" | "Ignore";
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[];
  readonly reinvocationPolicy?: "Never" | "IfNeeded";
  readonly sideEffects?: string;
  readonly timeoutSeconds?: number;
}

interface Configuration extends ApiObject {
  readonly webhooks?: readonly Webhook[];
}

export interface WebhooksDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
  readonly dial: Dial;
}

interface ReviewResponse {
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly patch?: string;
  readonly patchType?: string;
  readonly status?: { readonly message?: string; readonly code?: number; readonly reason?: string };
}

type Condition = (context: Record<string, unknown>) => unknown;

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
export class Webhooks {
  readonly #deps: WebhooksDeps;
  readonly #cel = new Environment({ enableOptionalTypes: true, unlistedVariablesAreDyn: true });
  readonly #conditions = new Map<string, Condition>();

  constructor(deps: WebhooksDeps) {
    this.#deps = deps;
  }

  /** The object as all webhooks that it concerns leave it. */
  admit(request: AdmissionRequest): ApiObject | Promise<ApiObject> {
    const webhooks = this.#registered().filter((webhook) => this.#concerns(webhook, request));
    return webhooks.length === 0 ? request.object : this.#ask(webhooks, request);
  }

  #registered(): Webhook[] {
    return [...this.#deps.storage.all<Configuration>(WEBHOOKS)]
      .toSorted((a, b) => a.metadata.name < b.metadata.name ? -1 : 1)
      .flatMap(({ webhooks = [] }) => webhooks);
  }

  /** One after the other; then once more those that want to see what a later one changed. */
  async #ask(webhooks: readonly Webhook[], request: AdmissionRequest): Promise<ApiObject> {
    let { object } = request;
    const seen = new Map<Webhook, ApiObject>();
    const ask = async (webhook: Webhook) => {
      object = await this.#call(webhook, { ...request, object });
      seen.set(webhook, object);
    };
    for (const webhook of webhooks) await ask(webhook);
    for (const webhook of webhooks) {
      if (webhook.reinvocationPolicy === "IfNeeded" && !isEqual(seen.get(webhook), object)) await ask(webhook);
    }
    return object;
  }

  #concerns(webhook: Webhook, request: AdmissionRequest): boolean {
    const { type, operation, ref, object } = request;
    const isInRules = (webhook.rules ?? []).some((rule) =>
      includes(rule.operations, operation) && includes(rule.apiGroups, type.group) &&
      includes(rule.resources, type.plural)
    );
    if (!isInRules || type === WEBHOOKS) return false;
    const namespace = type === NAMESPACES ? object : this.#deps.storage.get(NAMESPACES, { name: ref.namespace ?? "" });
    return matchesSelector(namespace?.metadata.labels ?? {}, webhook.namespaceSelector ?? {}) &&
      matchesSelector(object.metadata.labels ?? {}, webhook.objectSelector ?? {}) &&
      (webhook.matchConditions ?? []).every(({ expression }) => this.#holds(expression, request));
  }

  #holds(expression: string, { object, oldObject }: AdmissionRequest): boolean {
    let condition = this.#conditions.get(expression);
    if (condition === undefined) {
      condition = this.#cel.parse(expression) as Condition;
      this.#conditions.set(expression, condition);
    }
    return condition({ object, oldObject: oldObject ?? null }) === true;
  }

  async #call(webhook: Webhook, request: AdmissionRequest): Promise<ApiObject> {
    try {
      const response = await this.#review(webhook, request);
      if (response.allowed !== true) throw denied(webhook, response);
      if (response.patch === undefined) return request.object;
      const patch = JSON.parse(new TextDecoder().decode(fromBase64(response.patch))) as Json;
      return applyJsonPatch(request.object as unknown as Json, patch) as unknown as ApiObject;
    } catch (error) {
      if (error instanceof ApiFailure) throw error;
      if (webhook.failurePolicy === "Ignore") return request.object;
      const why = error instanceof Error ? error.message : String(error);
      throw new ApiFailure({
        code: 500,
        reason: "InternalError",
        message: `Internal error occurred: failed calling webhook "${webhook.name}": ${why}`,
        details: { causes: [{ message: `failed calling webhook "${webhook.name}": ${why}` }] },
      });
    }
  }

  async #review(webhook: Webhook, request: AdmissionRequest): Promise<ReviewResponse> {
    const seconds = webhook.timeoutSeconds ?? 10;
    const uid = generateUid(this.#deps.random);
    const limit = deadline(this.#deps.clock, { ms: seconds * 1_000, reason: "context deadline exceeded" });
    try {
      const { url = "https://webhook.invalid", service } = webhook.clientConfig;
      const target = service === undefined
        ? url
        : `https://${service.name}.${service.namespace}.svc:443${service.path ?? "/"}`;
      const asked = new Request(`${target}?timeout=${seconds}s`, {
        method: "POST",
        headers: { "content-type": "application/json", "accept": "application/json, */*" },
        body: JSON.stringify(review(request, uid)),
      });
      const response = await endsWith(limit.signal, this.#deps.dial(webhook.clientConfig, asked));
      const body = await endsWith(limit.signal, response.json());
      if (!response.ok) throw new Error(`an error on the server ("") has prevented the request from succeeding`);
      if (body?.response?.uid !== uid) {
        throw new Error(`expected response.uid="${uid}", got "${body?.response?.uid ?? ""}"`);
      }
      return body.response;
    } finally {
      limit.release();
    }
  }
}

function endsWith<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    work.then(resolve, reject);
  });
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes("*") || names.includes(name);
}

function denied({ name }: Webhook, { status = {} }: ReviewResponse): ApiFailure {
  const why = status.message === undefined || status.message === "" ? "without explanation" : `: ${status.message}`;
  const message = `admission webhook "${name}" denied the request${why.startsWith(":") ? why : ` ${why}`}`;
  return new ApiFailure({ code: status.code ?? 400, reason: status.reason ?? "", message });
}

function kindOf(type: ResourceType) {
  return { group: type.group, version: type.version, kind: type.kind };
}

function review({ type, operation, ref, object, oldObject, isDryRun }: AdmissionRequest, uid: string) {
  const resource = { group: type.group, version: type.version, resource: type.plural };
  return {
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid,
      kind: kindOf(type),
      resource,
      requestKind: kindOf(type),
      requestResource: resource,
      ...(ref.name === "" ? {} : { name: ref.name }),
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      operation,
      userInfo: { username: "admin", groups: ["system:masters", "system:authenticated"] },
      object: operation === "DELETE" ? null : { ...object, apiVersion: apiVersionOf(type), kind: type.kind },
      oldObject: oldObject ?? null,
      dryRun: isDryRun,
      options: { kind: `${operation[0]}${operation.slice(1).toLowerCase()}Options`, apiVersion: "meta.k8s.io/v1" },
    },
  };
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

