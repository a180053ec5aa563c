import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import type { ApiObject } from "../objects.ts";
import { forbidden, required, unsupported, wrong } from "./causes.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { withDefaults } from "./with_defaults.ts";
import { isStatusUpdate } from "./workloads.ts";

interface Metric {
  readonly type?: string;
}

interface Rules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: string;
  readonly policies?: readonly {
    readonly type: string;
    readonly value: number;
    readonly periodSeconds: number;
  }[];
}

interface Spec {
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string; readonly apiVersion?: string };
  readonly metrics?: readonly Metric[];
  readonly behavior?: { readonly scaleUp?: Rules; readonly scaleDown?: Rules };
}

const CPU = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
};
const DOUBLE = { type: "Percent", value: 100, periodSeconds: 15 };
const SCALE_UP: Rules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [{ type: "Pods", value: 4, periodSeconds: 15 }, DOUBLE],
};
const SCALE_DOWN: Rules = { selectPolicy: "Max", policies: [DOUBLE] };
/** Of a metric's type -> the field that describes it. */
const SOURCES: Readonly<Record<string, string>> = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
};

export const AUTOSCALER: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const spec = withDefaults((object.spec ?? {}) as Spec, { minReplicas: 1, metrics: [CPU] });
    const { behavior } = spec;
    if (behavior === undefined) return { ...object, spec };
    const { scaleUp = {}, scaleDown = {} } = behavior;
    const filled = { scaleUp: withDefaults(scaleUp, SCALE_UP), scaleDown: withDefaults(scaleDown, SCALE_DOWN) };
    return { ...object, spec: { ...spec, behavior: filled } };
  },

  created: (object) => ({ ...object, status: { desiredReplicas: 0, currentMetrics: null } }),

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    if (isStatusUpdate(object, before)) return [];
    return [...metadataProblems(object, { name: dnsSubdomain, before }), ...specProblems(object.spec as Spec)];
  },
};

/** `validateHorizontalPodAutoscalerSpec`. */
function* specProblems(
  { minReplicas = 1, maxReplicas = 0, scaleTargetRef = {}, metrics = [] }: Spec,
): Generator<Cause> {
  if (minReplicas < 1) {
    yield wrong("spec.minReplicas", { value: minReplicas, why: "must be greater than or equal to 1" });
  }
  if (maxReplicas < 1) yield required("spec.maxReplicas", "must be set and greater than 0");
  if (maxReplicas < minReplicas) {
    yield wrong("spec.maxReplicas", {
      value: maxReplicas,
      why: "must be greater than or equal to `minReplicas`",
    });
  }
  const { kind, name, apiVersion = "" } = scaleTargetRef;
  if (!kind) yield required("spec.scaleTargetRef.kind");
  if (!name) yield required("spec.scaleTargetRef.name");
  if (apiVersion === "") {
    yield wrong("spec.scaleTargetRef.apiVersion", { value: "", why: "apiVersion must specify API group" });
  }
  yield* metricProblems(metrics);
  if (minReplicas === 0 && !metrics.some(({ type }) => type === "Object" || type === "External")) {
    const why = "must specify at least one Object or External metric to support scaling to zero replicas";
    yield forbidden("spec.metrics", why);
  }
}

function* metricProblems(metrics: readonly Metric[]): Generator<Cause> {
  for (const [i, metric] of metrics.entries()) {
    const at = `spec.metrics[${i}]`;
    const source = SOURCES[metric.type ?? ""];
    if (source === undefined) {
      yield unsupported(`${at}.type`, { value: metric.type ?? "", among: Object.keys(SOURCES) });
    } else if (!Object.hasOwn(metric, source)) {
      yield required(`${at}.${source}`, "must populate information for the given metric source");
    }
  }
}
