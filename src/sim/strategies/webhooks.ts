import type { LabelSelector } from "../../domain/label_selector.ts";
import type { Cause } from "../api/failure.ts";
import { expressionProblem } from "../api/match_conditions.ts";
import type { Strategy } from "../api/strategy.ts";
import type { ApiObject } from "../objects.ts";
import { duplicate, oneOf, required, unsupported, wrong } from "./causes.ts";
import { labelSelectorProblems } from "./label_selectors.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain, formed } from "./names.ts";
import { withDefaults } from "./with_defaults.ts";

interface Reference {
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
  readonly port?: number;
}

interface Rule {
  readonly operations?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly resources?: readonly string[];
  readonly scope?: string;
}

interface Webhook {
  readonly name?: string;
  readonly clientConfig?: { readonly url?: string; readonly service?: Reference };
  readonly rules?: readonly Rule[];
  readonly failurePolicy?: string;
  readonly matchPolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly sideEffects?: string;
  readonly timeoutSeconds?: number;
  readonly admissionReviewVersions?: readonly string[];
  readonly reinvocationPolicy?: string;
  readonly matchConditions?: readonly { readonly name?: string; readonly expression?: string }[];
}

interface Configuration extends ApiObject {
  readonly webhooks?: readonly Webhook[];
}

const SIDE_EFFECTS = ["None", "NoneOnDryRun"];
const REVIEWS = ["v1", "v1beta1"];
const OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

export const WEBHOOK: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const { webhooks } = object as Configuration;
    return webhooks === undefined
      ? object
      : { ...object, webhooks: webhooks.map(withWebhookDefaults) } as Configuration;
  },

  /** A condition that does not compile, or is no Boolean, is not found here, but when it is first evaluated. */
  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...webhooksProblems((object as Configuration).webhooks),
    ];
  },
  mayUpdateUnconditionally: false,
};

function withWebhookDefaults(webhook: Webhook): Webhook {
  const { clientConfig = {}, rules } = webhook;
  const { service } = clientConfig;
  return {
    ...withDefaults(webhook, {
      failurePolicy: "Fail",
      matchPolicy: "Equivalent",
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      reinvocationPolicy: "Never",
    }),
    clientConfig: service === undefined
      ? clientConfig
      : { ...clientConfig, service: withDefaults(service, { port: 443 }) },
    ...rules && { rules: rules.map((rule) => withDefaults(rule, { scope: "*" })) },
  };
}

/** `ValidateMutatingWebhookConfiguration`. */
function* webhooksProblems(webhooks: readonly Webhook[] = []): Generator<Cause> {
  const names = new Set<string>();
  for (const [i, webhook] of webhooks.entries()) {
    const at = `webhooks[${i}]`;
    const { name = "", rules = [] } = webhook;
    yield* nameProblems(`${at}.name`, name);
    for (const [j, rule] of rules.entries()) yield* ruleProblems(`${at}.rules[${j}]`, rule);
    yield* choiceProblems(at, webhook);
    yield* labelSelectorProblems(`${at}.namespaceSelector`, webhook.namespaceSelector);
    yield* labelSelectorProblems(`${at}.objectSelector`, webhook.objectSelector);
    yield* clientProblems(`${at}.clientConfig`, webhook);
    yield* oneOf(`${at}.reinvocationPolicy`, {
      value: webhook.reinvocationPolicy,
      among: ["IfNeeded", "Never"],
    });
    yield* conditionProblems(`${at}.matchConditions`, webhook);
    yield* reviewProblems(`${at}.admissionReviewVersions`, webhook.admissionReviewVersions);
    if (names.has(name)) yield duplicate(`${at}.name`, name);
    names.add(name);
  }
}

function* nameProblems(field: string, name: string): Generator<Cause> {
  if (name === "") {
    yield required(field);
    return;
  }
  const problems = [...formed(field, { text: name, form: dnsSubdomain })];
  yield* problems;
  if (problems.length > 0 || name.split(".").length > 2) return;
  yield wrong(field, { value: name, why: "should be a domain with at least three segments separated by dots" });
}

function* choiceProblems(at: string, webhook: Webhook): Generator<Cause> {
  yield* oneOf(`${at}.failurePolicy`, { value: webhook.failurePolicy, among: ["Fail", "Ignore"] });
  yield* oneOf(`${at}.matchPolicy`, { value: webhook.matchPolicy, among: ["Equivalent", "Exact"] });
  if (webhook.sideEffects === undefined) {
    yield required(`${at}.sideEffects`, "must specify one of None, NoneOnDryRun");
  } else yield* oneOf(`${at}.sideEffects`, { value: webhook.sideEffects, among: SIDE_EFFECTS });
  const { timeoutSeconds: value = 10 } = webhook;
  if (value < 1 || value > 30) {
    yield wrong(`${at}.timeoutSeconds`, { value, why: "the timeout value must be between 1 and 30 seconds" });
  }
}

function* clientProblems(at: string, { clientConfig = {} }: Webhook): Generator<Cause> {
  const { url, service } = clientConfig;
  if ((url === undefined) === (service === undefined)) {
    yield required(at, "exactly one of url or service is required");
  } else if (url !== undefined) yield* urlProblems(`${at}.url`, url);
  else yield* serviceProblems(`${at}.service`, service!);
}

function* urlProblems(field: string, text: string): Generator<Cause> {
  const form = "; desired format: https://host[/path]";
  const url = URL.parse(text);
  if (url === null) {
    yield required(field, `url must be a valid URL${form}`);
    return;
  }
  const scheme = url.protocol.replace(":", "");
  if (scheme !== "https") {
    yield wrong(field, { value: scheme, why: `'https' is the only allowed URL scheme${form}` });
  }
  const fragment = url.hash.slice(1);
  if (fragment !== "") yield wrong(field, { value: fragment, why: "fragments are not permitted in the URL" });
  const query = url.search.slice(1);
  if (query !== "") yield wrong(field, { value: query, why: "query parameters are not permitted in the URL" });
}

function* serviceProblems(at: string, { name, namespace, port = 443, path }: Reference): Generator<Cause> {
  if (!name) yield required(`${at}.name`);
  if (!namespace) yield required(`${at}.namespace`);
  if (port < 1 || port > 65_535) {
    const why = "port is not valid: must be between 1 and 65535, inclusive";
    yield wrong(`${at}.port`, { value: port, why });
  }
  if (path !== undefined && !path.startsWith("/")) {
    yield wrong(`${at}.path`, { value: path, why: "must start with a '/'" });
  }
}

const STARRED = [
  ["operations", "operations"],
  ["apiGroups", "API groups"],
  ["apiVersions", "API versions"],
  ["resources", "resources without subresources"],
] as const;

function* ruleProblems(at: string, rule: Rule): Generator<Cause> {
  for (const [field, others] of STARRED) {
    const values = rule[field] ?? [];
    if (values.length === 0) yield required(`${at}.${field}`);
    if (values.length > 1 && values.includes("*")) {
      yield wrong(`${at}.${field}`, {
        value: values,
        why: `if '*' is present, must not specify other ${others}`,
      });
    }
    if (field !== "operations") continue;
    for (const [i, value] of values.entries()) {
      if (!OPERATIONS.includes(value)) yield unsupported(`${at}.${field}[${i}]`, { value, among: OPERATIONS });
    }
  }
  yield* oneOf(`${at}.scope`, { value: rule.scope, among: ["*", "Cluster", "Namespaced"] });
}

function* conditionProblems(path: string, { matchConditions = [] }: Webhook): Generator<Cause> {
  const names = new Set<string>();
  for (const [i, { name = "", expression = "" }] of matchConditions.entries()) {
    const problem = expressionProblem(expression);
    if (expression.trim() === "") yield required(`${path}[${i}].expression`);
    else if (problem !== undefined) {
      yield wrong(`${path}[${i}].expression`, { value: expression, why: problem });
    }
    if (name === "") yield required(`${path}[${i}].name`);
    else if (names.has(name)) yield duplicate(`${path}[${i}].name`, name);
    names.add(name);
  }
}

function* reviewProblems(field: string, versions: readonly string[] = []): Generator<Cause> {
  if (versions.length === 0) yield required(field, "must specify one of v1, v1beta1");
  else if (!versions.some((each) => REVIEWS.includes(each))) {
    yield wrong(field, { value: versions, why: "must include at least one of v1, v1beta1" });
  }
}
