import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import { isEqual } from "../equality.ts";
import type { ApiObject, Deployment } from "../objects.ts";
import { forbidden, immutable, notNegative, unsupported, wrong } from "./causes.ts";
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
  selectionProblems,
  withSpecDefaults,
} from "./workloads.ts";

type Spec = Deployment["spec"];
type RollingUpdate = NonNullable<NonNullable<Spec["strategy"]>["rollingUpdate"]>;

const ROLLING: RollingUpdate = { maxUnavailable: "25%", maxSurge: "25%" };
const PATH = "spec.strategy";

const STATUS: StatusRules = {
  counts: [
    "observedGeneration",
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "terminatingReplicas",
    "collisionCount",
  ],
  ofReplicas: ["updatedReplicas", "readyReplicas", "availableReplicas"],
  readyName: "readyReplicas",
};

export const DEPLOYMENT: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const { strategy } = (object.spec ?? {}) as Spec;
    const deployment = withSpecDefaults<Spec>(object, {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    }) as Deployment;
    const filled = withStrategyDefaults(strategy);
    return filled === strategy ? deployment : { ...deployment, spec: { ...deployment.spec, strategy: filled } };
  },

  created: (object) => ({ ...object, status: {} }),

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    if (isStatusUpdate(object, before)) return [];
    const { spec } = object as Deployment;
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...specProblems(spec),
      ...before !== undefined && !isEqual((before as Deployment).spec.selector, spec.selector)
        ? [immutable("spec.selector", spec.selector)]
        : [],
    ];
  },

  validateStatus: ({ status }) => [...statusProblems(status, STATUS)],

  fixedByStatus: ["labels"],

  /** Of rollouts, annotations are a part (`pkg/registry/apps/deployment/strategy.go`). */
  countsAnnotations: true,
};

function withStrategyDefaults(strategy: NonNullable<Spec["strategy"]> = {}): Spec["strategy"] {
  const typed = withDefaults(strategy, { type: "RollingUpdate" });
  if (typed.type !== "RollingUpdate") return typed;
  const rollingUpdate = withDefaults(typed.rollingUpdate ?? {}, ROLLING);
  return rollingUpdate === typed.rollingUpdate ? typed : { ...typed, rollingUpdate };
}

/** `ValidateDeploymentSpec`. */
function* specProblems(spec: Spec): Generator<Cause> {
  yield* counts(spec, ["replicas"]);
  yield* selectionProblems(spec, {
    kind: "ReplicaSet",
    selectedBy: "deployment",
    unreadable: "invalid label selector",
  });
  yield* strategyProblems(spec.strategy!);
  yield* counts(spec, ["minReadySeconds", "revisionHistoryLimit"]);
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  yield* notNegative("spec.progressDeadlineSeconds", deadline);
  if (deadline !== undefined && deadline <= minReadySeconds) {
    yield wrong("spec.progressDeadlineSeconds", {
      value: deadline,
      why: "must be greater than minReadySeconds",
    });
  }
}

function* strategyProblems({ type, rollingUpdate }: NonNullable<Spec["strategy"]>): Generator<Cause> {
  if (type === "Recreate") {
    if (rollingUpdate === undefined) return;
    yield forbidden(`${PATH}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type === "RollingUpdate") yield* rollingUpdateProblems(rollingUpdate!);
  else {
    const value = { Type: type, RollingUpdate: null };
    yield unsupported(PATH, { value, among: ["Recreate", "RollingUpdate"] });
  }
}

function* rollingUpdateProblems({ maxUnavailable, maxSurge }: RollingUpdate): Generator<Cause> {
  yield* intOrPercentProblems(`${PATH}.rollingUpdate.maxUnavailable`, maxUnavailable);
  yield* intOrPercentProblems(`${PATH}.rollingUpdate.maxSurge`, maxSurge);
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    const why = "may not be 0 when `maxSurge` is 0";
    yield wrong(`${PATH}.rollingUpdate.maxUnavailable`, { value: maxUnavailable, why });
  }
  yield* atMostAll(`${PATH}.rollingUpdate.maxUnavailable`, maxUnavailable);
}
