import { type Case, cases, type Loose, named, updates } from "./case.ts";

const WEBHOOKS_RESOURCE = "mutatingwebhookconfigurations.admissionregistration.k8s.io";

const WEBHOOK = {
  name: "a.b.c",
  clientConfig: { service: { namespace: "x", name: "y" } },
  rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};

const hook = (fields: Loose = {}) => named({ webhooks: [{ ...WEBHOOK, ...fields }] });
const at = (url: string) => hook({ clientConfig: { url } });

export const WEBHOOKS: readonly Case[] = [
  ...cases(WEBHOOKS_RESOURCE, {
    "the least": hook(),
    "no webhooks": named(),
    "an empty webhook": named({ webhooks: [{}] }),
    "a name that is too short": hook({ name: "a" }),
    "choices that are none": hook({
      failurePolicy: "X",
      matchPolicy: "X",
      reinvocationPolicy: "X",
      sideEffects: "X",
      timeoutSeconds: 31,
    }),
    "no time": hook({ timeoutSeconds: 0 }),
    "side effects": hook({ sideEffects: "Some" }),
    "no client": hook({ clientConfig: {} }),
    "a URL": hook({ clientConfig: { url: "https://127.0.0.1:9443/mutate", caBundle: "Yg==" } }),
    "a URL and a service": hook({ clientConfig: { ...WEBHOOK.clientConfig, url: "https://x/y" } }),
    "a URL without TLS": at("http://x/y"),
    "a URL with a query": at("https://x/y?a=b#c"),
    "no service": hook({ clientConfig: { service: { port: 70_000 } } }),
    "empty rules": hook({ rules: [{ operations: ["X"] }] }),
    "rules of everything and something": hook({
      rules: [{
        operations: ["*", "CREATE"],
        apiGroups: ["*", "a"],
        apiVersions: ["*", "v1"],
        resources: ["pods"],
      }],
    }),
    "a scope that is none": hook({ rules: [{ ...WEBHOOK.rules[0], scope: "X" }] }),
    "no versions of reviews": hook({ admissionReviewVersions: [] }),
    "unknown versions of reviews": hook({ admissionReviewVersions: ["v2"] }),
    "one name twice": named({ webhooks: [WEBHOOK, WEBHOOK] }),
    "conditions that are none": hook({
      matchConditions: [{ name: "", expression: "" }, { name: "a", expression: "true" }, {
        name: "a",
        expression: "true",
      }],
    }),
    "a selector that is none": hook({ namespaceSelector: { matchLabels: { "a b": "c" } } }),
  }),
  ...updates(WEBHOOKS_RESOURCE, {
    of: named({ metadata: { name: "q" }, webhooks: [] }),
    "a label": { "metadata.labels": { a: "b" } },
  }),
];
