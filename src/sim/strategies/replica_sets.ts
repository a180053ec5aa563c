import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import { isEqual } from "../equality.ts";
import type { ApiObject, ReplicaSet } from "../objects.ts";
import { immutable } from "./causes.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { statusProblems, type StatusRules } from "./status_validation.ts";
import { counts, isStatusUpdate, selectionProblems, withSpecDefaults } from "./workloads.ts";

type Spec = ReplicaSet["spec"];

const STATUS: StatusRules = {
  counts: [
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "observedGeneration",
    "terminatingReplicas",
  ],
  ofReplicas: ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
  readyName: "readyReplicas",
};

export const REPLICA_SET: Strategy = {
  defaults: (object) => withSpecDefaults<Spec>(object, { replicas: 1 }),

  created: (object) => ({ ...object, status: { replicas: 0 } }),

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    if (isStatusUpdate(object, before)) return [];
    const { spec } = object as ReplicaSet;
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...specProblems(spec),
      ...before !== undefined && !isEqual((before as ReplicaSet).spec.selector, spec.selector)
        ? [immutable("spec.selector", spec.selector)]
        : [],
    ];
  },

  validateStatus: ({ status }) => [...statusProblems(status, STATUS)],
};

/** `ValidateReplicaSetSpec`. */
function* specProblems(spec: Spec): Generator<Cause> {
  yield* counts(spec, ["replicas", "minReadySeconds"]);
  yield* selectionProblems(spec, {
    kind: "ReplicaSet",
    selectedBy: "deployment",
    unreadable: "invalid label selector",
  });
}
