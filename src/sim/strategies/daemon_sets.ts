import type { LabelSelector } from "../../domain/label_selector.ts";
import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import { isEqual } from "../equality.ts";
import type { ApiObject, IntOrPercent, PodTemplate } from "../objects.ts";
import { immutable, required, unsupported, wrong } from "./causes.ts";
import { isEmptySelector, labelSelectorProblems } from "./label_selectors.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { statusProblems, type StatusRules } from "./status_validation.ts";
import { withDefaults } from "./with_defaults.ts";
import {
  atMostAll,
  counts,
  intOrPercentProblems,
  isStatusUpdate,
  isZero,
  templateProblems,
  withSpecDefaults,
} from "./workloads.ts";

export interface DaemonSet extends ApiObject {
  readonly spec: {
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly updateStrategy?: {
      readonly type?: "RollingUpdate" | "OnDelete";
      readonly rollingUpdate?: { readonly maxUnavailable?: IntOrPercent; readonly maxSurge?: IntOrPercent };
    };
  };
  readonly status?: {
    readonly currentNumberScheduled: number;
    readonly numberMisscheduled: number;
    readonly desiredNumberScheduled: number;
    readonly numberReady: number;
    readonly numberAvailable?: number;
    readonly numberUnavailable?: number;
    readonly updatedNumberScheduled?: number;
    readonly observedGeneration?: number;
  };
}

type UpdateStrategy = NonNullable<DaemonSet["spec"]["updateStrategy"]>;

const PATH = "spec.updateStrategy";
const GENERATION = "deprecated.daemonset.template.generation";

const STATUS: StatusRules = {
  counts: [
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
    "observedGeneration",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberUnavailable",
    "collisionCount",
  ],
};

export const DAEMON_SET: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const filled = withSpecDefaults<DaemonSet["spec"]>(object, {
      revisionHistoryLimit: 10,
      updateStrategy: { type: "RollingUpdate" },
    }) as DaemonSet;
    const updateStrategy = withStrategyDefaults(filled.spec.updateStrategy!);
    if (updateStrategy === filled.spec.updateStrategy) return filled;
    return { ...filled, spec: { ...filled.spec, updateStrategy } };
  },

  created(object: ApiObject): ApiObject {
    const annotations = { ...object.metadata.annotations, [GENERATION]: "1" };
    const status: DaemonSet["status"] = {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    };
    return { ...object, metadata: { ...object.metadata, annotations }, status };
  },

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    if (isStatusUpdate(object, before)) return [];
    const { spec } = object as DaemonSet;
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...before !== undefined && !isEqual((before as DaemonSet).spec.selector, spec.selector)
        ? [immutable("spec.selector", spec.selector)]
        : [],
      ...specProblems(spec),
    ];
  },

  validateStatus: ({ status }) => [...statusProblems(status, STATUS)],
};

function withStrategyDefaults(strategy: UpdateStrategy): UpdateStrategy {
  const typed = withDefaults(strategy, { type: "RollingUpdate" });
  if (typed.type !== "RollingUpdate") return typed;
  const rollingUpdate = withDefaults(typed.rollingUpdate ?? {}, { maxUnavailable: 1, maxSurge: 0 });
  return rollingUpdate === typed.rollingUpdate ? typed : { ...typed, rollingUpdate };
}

/** `ValidateDaemonSetSpec`. */
function* specProblems(spec: DaemonSet["spec"]): Generator<Cause> {
  const unreadable = [...labelSelectorProblems("spec.selector", spec.selector)];
  yield* unreadable;
  if (spec.selector !== undefined && isEmptySelector(spec.selector)) {
    yield wrong("spec.selector", { value: spec.selector, why: "empty selector is invalid for daemonset" });
  }
  yield* templateProblems(spec, { kind: "DaemonSet", isUnreadable: unreadable.length > 0 });
  yield* counts(spec, ["minReadySeconds"]);
  yield* strategyProblems(spec.updateStrategy!);
  yield* counts(spec, ["revisionHistoryLimit"]);
}

function* strategyProblems({ type, rollingUpdate = {} }: UpdateStrategy): Generator<Cause> {
  if (type === "OnDelete") return;
  if (type !== "RollingUpdate") {
    const value = { Type: type, RollingUpdate: null };
    yield unsupported(PATH, { value, among: ["RollingUpdate", "OnDelete"] });
    return;
  }
  const { maxUnavailable, maxSurge } = rollingUpdate;
  for (const field of ["maxUnavailable", "maxSurge"] as const) {
    yield* intOrPercentProblems(`${PATH}.rollingUpdate.${field}`, rollingUpdate[field]);
  }
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    const why = "may not be set when maxUnavailable is non-zero";
    yield wrong(`${PATH}.rollingUpdate.maxSurge`, { value: maxSurge, why });
  } else if (isZero(maxUnavailable) && isZero(maxSurge)) {
    yield required(`${PATH}.rollingUpdate.maxUnavailable`, "cannot be 0 when maxSurge is 0");
  }
  yield* atMostAll(`${PATH}.rollingUpdate.maxUnavailable`, maxUnavailable);
  yield* atMostAll(`${PATH}.rollingUpdate.maxSurge`, maxSurge);
}
