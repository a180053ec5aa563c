import { type Api, type Json, until, type WebhookHandler } from "./api.ts";
import { ok } from "./expect.ts";
import { pod } from "./objects.ts";
import { resource, resourceAt } from "./resource.ts";

export interface WebhookOptions {
  /** Tells configurations of one behaviour apart. */
  readonly name?: string;
  readonly handler: WebhookHandler;
  /** Over what a webhook of this suite has otherwise. */
  readonly fields?: Json;
  /** A pod that the webhook is asked about. Its dry creation shows when the server knows the webhook. */
  readonly probe?: Json;
}

/** A webhook that the server calls for the pods of this namespace. */
export interface Webhook extends AsyncDisposable {
  /** What it has been asked since it was known, without probes. */
  readonly reviews: Json[];
}

/** A response that lets the request through, with a JSON Patch or without. */
export function allow({ request: { uid } }: Json, patch?: readonly Json[]): Json {
  const patched = patch === undefined ? {} : { patchType: "JSONPatch", patch: btoa(JSON.stringify(patch)) };
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid, allowed: true, ...patched },
  };
}

export function label(key: string, value: string): Json {
  return { op: "add", path: `/metadata/labels/${key}`, value };
}

/** A pod that has labels, so that a patch can add one. */
export function labelled(name: string, metadata: Json = {}): Json {
  return pod(name, { metadata: { labels: { app: "web" }, ...metadata } });
}

const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const PROBE = "probe";

/** Registers a webhook, and waits until the server calls it. */
export async function webhook(
  api: Api,
  { name = "a", handler, fields = {}, probe = labelled(PROBE) }: WebhookOptions,
): Promise<Webhook> {
  const reviews: Json[] = [];
  let isKnown = false;
  const { clientConfig } = await api.webhook((review) => {
    const isProbe = review.request.object?.metadata.name === probe.metadata.name;
    isKnown ||= isProbe;
    if (!isProbe) reviews.push(review);
    return isProbe ? allow(review) : handler(review);
  });
  const configurations = resourceAt(api, CONFIGURATIONS);
  const configuration = `${api.namespace}-${name}`;
  const hook = {
    name: `${name}.example.io`,
    clientConfig,
    rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": api.namespace } },
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    timeoutSeconds: 5,
    ...fields,
  };
  ok(await configurations.create({ metadata: { name: configuration }, webhooks: [hook] }), 201);
  await using registered = new AsyncDisposableStack();
  registered.defer(async () => void ok(await configurations.delete(configuration)));
  const check = async () => {
    await resource(api, "pods").create(probe, { dryRun: "All" });
    return isKnown;
  };
  await until(api, { what: `webhook ${name} is called`, check });
  const kept = registered.move();
  return { reviews, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
