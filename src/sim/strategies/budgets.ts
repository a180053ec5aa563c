import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import type { ApiObject, PodDisruptionBudget } from "../objects.ts";
import { oneOf, wrong } from "./causes.ts";
import { labelSelectorProblems } from "./label_selectors.ts";
import { metadataProblems } from "./metadata.ts";
import { pathSegment } from "./names.ts";
import { statusProblems, type StatusRules } from "./status_validation.ts";
import { atMostAll, intOrPercentProblems, isStatusUpdate } from "./workloads.ts";

const STATUS: StatusRules = {
  counts: ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"],
};

export const BUDGET: Strategy = {
  defaults: (object) => object.spec === undefined ? { ...object, spec: {} } : object,

  created(object: ApiObject): ApiObject {
    const status: PodDisruptionBudget["status"] = {
      disruptionsAllowed: 0,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
    };
    return { ...object, status };
  },

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    if (isStatusUpdate(object, before)) return [];
    return [
      ...metadataProblems(object, { name: pathSegment, before }),
      ...specProblems((object as PodDisruptionBudget).spec),
    ];
  },

  validateStatus: ({ status }) => [...statusProblems(status, STATUS)],
  mayUpdateUnconditionally: false,
};

/** `ValidatePodDisruptionBudgetSpec`. */
function* specProblems(spec: PodDisruptionBudget["spec"]): Generator<Cause> {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const value = {
      MinAvailable: minAvailable,
      Selector: selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
    };
    yield wrong("spec", { value, why: "minAvailable and maxUnavailable cannot be both set" });
  }
  for (const field of ["minAvailable", "maxUnavailable"] as const) {
    yield* intOrPercentProblems(`spec.${field}`, spec[field]);
    yield* atMostAll(`spec.${field}`, spec[field]);
  }
  yield* oneOf("spec.unhealthyPodEvictionPolicy", {
    value: unhealthyPodEvictionPolicy,
    among: ["AlwaysAllow", "IfHealthyBudget"],
  });
  yield* labelSelectorProblems("spec.selector", selector);
}
