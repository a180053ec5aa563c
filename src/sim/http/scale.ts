import { type LabelSelector, requirementsOf } from "../../domain/label_selector.ts";
import type { ApiServer } from "../api/api_server.ts";
import { conflict, invalid, MODIFIED } from "../api/failure.ts";
import type { ApiObject, ObjectRef } from "../objects.ts";
import type { ResourceType } from "../resources.ts";

interface Scalable extends ApiObject {
  readonly spec: { readonly replicas?: number; readonly selector?: LabelSelector };
  readonly status?: { readonly replicas?: number };
}

export interface Scale {
  readonly kind: "Scale";
  readonly apiVersion: "autoscaling/v1";
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
  };
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas: number; readonly selector?: string };
}

/** The `scale` subresource of an object that has replicas. */
export function scaleOf(object: ApiObject): Scale {
  const { metadata, spec, status } = object as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec.replicas === 0 ? {} : { replicas: spec.replicas ?? 1 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(spec.selector ?? {}) },
  };
}

/** Sets the replicas that a scale asks for. */
export function rescale(
  api: ApiServer,
  { type, ref, scale, dryRun }: { type: ResourceType; ref: ObjectRef; scale: Scale; dryRun: boolean },
): Scale {
  const before = api.get<Scalable>(type, ref);
  const { resourceVersion, uid } = scale.metadata;
  if ((resourceVersion && resourceVersion !== before.metadata.resourceVersion) || (uid && uid !== before.metadata.uid)) {
    throw conflict(type, { name: ref.name, why: MODIFIED });
  }
  const { replicas = 0 } = scale.spec;
  if (!Number.isInteger(replicas) || replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    const causes = [{ reason: "FieldValueInvalid", message, field: "spec.replicas" }];
    throw invalid({ ...type, kind: "Scale", group: "autoscaling" }, { name: ref.name, causes });
  }
  return scaleOf(api.update(type, { ...before, spec: { ...before.spec, replicas } }, { dryRun }));
}

/** As in a query: `app=web,tier in (a,b)`. */
function selectorText(selector: LabelSelector): string {
  return requirementsOf(selector).map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    if (operator === "In" && values.length === 1) return `${key}=${values[0]}`;
    return `${key} ${operator.toLowerCase()} (${values.join(",")})`;
  }).join(",");
}
