import { type LabelSelector, matchesSelector } from "../../domain/label_selector.ts";
import { decode } from "../decoding/decode.ts";
import { isEqual } from "../equality.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ApiObject } from "../objects.ts";
import { applyJsonPatch } from "../patches/json_patch.ts";
import { PatchError } from "../patches/patch_error.ts";
import { NAMESPACES, WEBHOOKS } from "../resources.ts";
import type { AdmissionRequest } from "./api_server.ts";
import { ApiFailure, forbidden, internalError } from "./failure.ts";
import { type MatchCondition, matchesAll } from "./match_conditions.ts";
import type { Storage } from "./storage.ts";
import {
  type Callee,
  callWebhook,
  NoAnswer,
  requestOf,
  type WebhookAnswer,
  type WebhookCallDeps,
} from "./webhook_call.ts";

interface Webhook extends Callee {
  readonly name: string;
  readonly rules?: readonly Rule[];
  readonly failurePolicy?: "Fail" | "Ignore";
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchConditions?: readonly MatchCondition[];
  readonly reinvocationPolicy?: "Never" | "IfNeeded";
}

interface Rule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions?: readonly string[];
  /** `pods`, `pods/status`, `pods/*`, `*`, `*` + `/*`. */
  readonly resources: readonly string[];
  readonly scope?: string;
}

interface Configuration extends ApiObject {
  readonly webhooks?: readonly Webhook[];
}

export interface WebhooksDeps extends WebhookCallDeps {
  readonly storage: Storage;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
export class Webhooks {
  readonly #deps: WebhooksDeps;

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
    const { type, ref, object, oldObject } = request;
    if (type === WEBHOOKS || !(webhook.rules ?? []).some((rule) => isInRule(rule, request))) return false;
    const { namespaceSelector = {}, objectSelector = {} } = webhook;
    const namespace = type === NAMESPACES
      ? object
      : this.#deps.storage.get(NAMESPACES, { name: ref.namespace ?? "" });
    return matchesSelector(namespace?.metadata.labels ?? {}, namespaceSelector) &&
      [object, oldObject].some((each) => each && matchesSelector(each.metadata.labels ?? {}, objectSelector)) &&
      meetsConditions(webhook, request);
  }

  async #call(webhook: Webhook, request: AdmissionRequest): Promise<ApiObject> {
    let answer: WebhookAnswer;
    try {
      answer = await callWebhook(this.#deps, webhook, request);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (webhook.failurePolicy === "Ignore") return request.object;
      throw internalError(`failed calling webhook "${webhook.name}": ${error.message}`);
    }
    for (const warning of answer.warnings ?? []) request.warn?.(warning);
    if (!answer.allowed) throw denied(webhook, answer);
    return answer.patch === undefined ? request.object : patched(request, answer.patch);
  }
}

function isInRule(rule: Rule, { type, subresource, operation }: AdmissionRequest): boolean {
  const { apiVersions = ["*"], scope = "*" } = rule;
  const inScope = scope === "*" || (scope === "Namespaced") === type.namespaced;
  return inScope && includes(rule.operations, operation) && includes(rule.apiGroups, type.group) &&
    includes(apiVersions, type.version) &&
    rule.resources.some((each) => {
      const [plural, part = ""] = each.split("/");
      return ["*", type.plural].includes(plural!) && (part === "*" || part === (subresource?.name ?? ""));
    });
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes("*") || names.includes(name);
}

function meetsConditions({ matchConditions, failurePolicy }: Webhook, request: AdmissionRequest): boolean {
  if (matchConditions === undefined || matchConditions.length === 0) return true;
  const { type, operation, ref, object, oldObject = null } = request;
  const shown = operation === "DELETE" ? null : object;
  const matches = matchesAll(matchConditions, { object: shown, oldObject, request: requestOf(request) });
  if (typeof matches === "boolean") return matches;
  if (failurePolicy === "Ignore") return false;
  throw forbidden(type, { name: ref.name, why: matches.error });
}

function denied({ name }: Webhook, { status = {} }: WebhookAnswer): ApiFailure {
  const why = status.message ? `: ${status.message}` : " without explanation";
  const message = `admission webhook "${name}" denied the request${why}`;
  return new ApiFailure({ code: status.code ?? 400, reason: status.reason ?? "", message });
}

/** What a patch makes of the object: it has to be one that could have been sent. */
function patched({ object }: AdmissionRequest, patch: Json): ApiObject {
  let result: Json;
  try {
    result = applyJsonPatch(object as unknown as Json, patch);
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    throw internalError(error.cause instanceof Error ? error.cause.message : error.message);
  }
  const { object: known, problem } = decode(result as JsonObject, object, object);
  if (problem !== undefined) throw internalError(problem);
  return known as unknown as ApiObject;
}
