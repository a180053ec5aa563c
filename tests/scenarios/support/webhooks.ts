import type { KubeClient } from "../../../src/kube/client.ts";
import type { Json } from "./json.ts";
import type { Scene, Stage } from "./stage.ts";

const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

/** A webhook that is served, as a webhook configuration names it. */
export interface ServedWebhook extends AsyncDisposable {
  readonly clientConfig: Json;
}

/** The operations that a webhook answers for a pod. */
export type Reviewer = (pod: Json) => readonly Json[];

/** Answers reviews of pods with a JSON Patch. */
export function reviewing(patchOf: Reviewer): (request: Request) => Promise<Response> {
  return async (request) => {
    const review = await request.json();
    const { uid, object } = review.request;
    const patch = btoa(JSON.stringify(patchOf(object)));
    const response = { uid, allowed: true, patchType: "JSONPatch", patch };
    return Response.json({ apiVersion: review.apiVersion, kind: review.kind, response });
  };
}

async function request(
  stage: Stage,
  method: Parameters<KubeClient["request"]>[0],
  { path, body }: { path: string; body?: Json },
) {
  const { signal } = new AbortController();
  return await stage.client.request<Json>(method, path, { signal, ...body === undefined ? {} : { body } });
}

/** Of the stage's operator: deletes the configuration, and makes it again. */
export async function unregister(stage: Stage): Promise<() => Promise<void>> {
  const { items } = await request(stage, "GET", { path: CONFIGURATIONS });
  const own = items.find(({ metadata }: Json) =>
    [`spotalis-${stage.name}`, "spotalis"].includes(metadata.name)
  );
  const { name } = own.metadata;
  await stage.cluster.remove(`mutatingwebhookconfiguration/${name}`);
  const kind = { apiVersion: "admissionregistration.k8s.io/v1", kind: "MutatingWebhookConfiguration" };
  return async () =>
    void await request(stage, "POST", {
      path: CONFIGURATIONS,
      body: { ...kind, metadata: { name }, webhooks: own.webhooks },
    });
}

/** Of the stage's operator: it is no longer asked about pods of namespaces with this label. */
export async function leaveOut(stage: Stage, label: string): Promise<void> {
  const { items } = await request(stage, "GET", { path: CONFIGURATIONS });
  const own = items.find(({ metadata }: Json) =>
    [`spotalis-${stage.name}`, "spotalis"].includes(metadata.name)
  );
  const [hook] = own.webhooks;
  const { matchExpressions = [] } = hook.namespaceSelector;
  const namespaceSelector = {
    matchExpressions: [...matchExpressions, { key: label, operator: "DoesNotExist" }],
  };
  const body = { ...own, webhooks: [{ ...hook, namespaceSelector }] };
  await request(stage, "PUT", { path: `${CONFIGURATIONS}/${own.metadata.name}`, body });
}

/** A webhook of somebody else's, which comes after the operator's; the answer takes it away again. */
export async function addWebhook(
  scene: Scene,
  { patchOf, reinvocationPolicy }: { patchOf: Reviewer; reinvocationPolicy: "Never" | "IfNeeded" },
): Promise<() => Promise<void>> {
  const served = await scene.serveWebhook(reviewing(patchOf));
  const name = `zz-${scene.namespace}`;
  const [key, operator] = ["kubernetes.io/metadata.name", "In"];
  await scene.cluster.apply({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name },
    webhooks: [{
      name: "pods.example.com",
      admissionReviewVersions: ["v1"],
      clientConfig: served.clientConfig,
      sideEffects: "None",
      failurePolicy: "Ignore",
      timeoutSeconds: 2,
      reinvocationPolicy,
      namespaceSelector: { matchExpressions: [{ key, operator, values: [scene.namespace] }] },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    }],
  });
  return async () => {
    await scene.cluster.remove(`mutatingwebhookconfiguration/${name}`);
    await served[Symbol.asyncDispose]();
  };
}
