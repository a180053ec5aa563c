import type { LabelSelector } from "../../domain/label_selector.ts";
import type { ApiServer } from "../api/api_server.ts";
import { anotherUid, invalid, modified } from "../api/failure.ts";
import type { ApiObject, ObjectRef } from "../objects.ts";
import type { ResourceType } from "../resources.ts";
import { notNegative } from "../strategies/causes.ts";

interface Scalable extends ApiObject {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector };
  readonly status?: { readonly replicas?: number };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/autoscaling-resources/scale-v1/ */
export interface Scale extends ApiObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas: number; readonly selector?: string };
}

/** The `scale` subresource of an object that has replicas. */
export function scaleOf(object: ApiObject): Scale {
  const { metadata, spec, status } = object as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const { replicas = 1, selector = {} } = spec;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...namespace === undefined ? {} : { namespace },
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(selector) },
  };
}

/** Sets the replicas that a scale asks for. */
export function rescale(
  api: ApiServer,
  { type, ref, scale, dryRun }: { type: ResourceType; ref: ObjectRef; scale: Scale; dryRun: boolean },
): Scale {
  const before = api.get<Scalable>(type, ref);
  const { resourceVersion, uid } = scale.metadata;
  const current = before.metadata;
  if (uid && uid !== current.uid) throw anotherUid(type, ref.name, { asked: uid, found: current.uid });
  if (resourceVersion && resourceVersion !== current.resourceVersion) throw modified(type, ref.name);
  const { replicas = 0 } = scale.spec ?? {};
  const causes = [...notNegative("spec.replicas", replicas)];
  if (causes.length > 0) throw invalid({ group: "autoscaling", kind: "Scale" }, { name: ref.name, causes });
  return scaleOf(api.update(type, { ...before, spec: { ...before.spec, replicas } }, { dryRun }));
}

/** As in a query, sorted: `app=web,tier in (a,b)`. */
function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const exact = Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return { key, text: key };
    if (operator === "DoesNotExist") return { key, text: `!${key}` };
    return { key, text: `${key} ${operator.toLowerCase()} (${values.toSorted().join(",")})` };
  });
  return [...exact, ...others].sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0).map(({ text }) =>
    text
  ).join(",");
}
