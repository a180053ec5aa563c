import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import { isEqual } from "../equality.ts";
import type { ApiObject, StatefulSet } from "../objects.ts";
import { forbidden, notNegative, required, unsupported, wrong } from "./causes.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsLabel, formed } from "./names.ts";
import { statusProblems, type StatusRules } from "./status_validation.ts";
import { withDefaults } from "./with_defaults.ts";
import { counts, isStatusUpdate, selectionProblems, withSpecDefaults } from "./workloads.ts";

interface ClaimTemplate {
  readonly metadata?: { readonly name?: string };
  readonly spec?: {
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
    readonly volumeMode?: string;
  };
}

type Spec = StatefulSet["spec"] & {
  readonly volumeClaimTemplates?: readonly ClaimTemplate[];
  readonly persistentVolumeClaimRetentionPolicy?: {
    readonly whenDeleted?: string;
    readonly whenScaled?: string;
  };
};
type UpdateStrategy = NonNullable<Spec["updateStrategy"]>;

/** What a StatefulSet may change; the rest is what it is. */
const CHANGEABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];
const ONLY_THESE = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', " +
  "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const RETENTION = ["Retain", "Delete"];

const STATUS: StatusRules = {
  counts: [
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "observedGeneration",
    "collisionCount",
  ],
  ofReplicas: ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"],
  readyName: "status.readyReplicas",
};

export const STATEFUL_SET: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const filled = withSpecDefaults<Spec>(object, {
      replicas: 1,
      serviceName: "",
      podManagementPolicy: "OrderedReady",
      revisionHistoryLimit: 10,
      updateStrategy: { type: "RollingUpdate" },
    });
    const spec = withInnerDefaults(filled.spec as Spec);
    return spec === filled.spec ? filled : { ...filled, spec };
  },

  created: (object) => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    if (isStatusUpdate(object, before)) return [];
    const spec = object.spec as Spec;
    return [
      ...metadataProblems(object, { name: dnsLabel, before }),
      ...specProblems(spec),
      ...before !== undefined && !isEqual(fixed(before.spec as Spec), fixed(spec))
        ? [forbidden("spec", ONLY_THESE)]
        : [],
    ];
  },

  validateStatus: ({ status }) => [...statusProblems(status, STATUS)],
};

function withInnerDefaults(spec: Spec): Spec {
  const { ordinals, persistentVolumeClaimRetentionPolicy: retention = {}, volumeClaimTemplates } = spec;
  const result = {
    ...spec,
    updateStrategy: withStrategyDefaults(spec.updateStrategy!),
    persistentVolumeClaimRetentionPolicy: withDefaults(retention, {
      whenDeleted: "Retain",
      whenScaled: "Retain",
    }),
    ...ordinals && { ordinals: withDefaults(ordinals, { start: 0 }) },
    ...volumeClaimTemplates && { volumeClaimTemplates: volumeClaimTemplates.map(withClaimDefaults) },
  };
  return isEqual(spec, result) ? spec : result;
}

/** `maxUnavailable` is dropped: its feature is off in Kubernetes 1.36. */
function withStrategyDefaults({ type = "RollingUpdate", rollingUpdate }: UpdateStrategy): UpdateStrategy {
  if (type !== "RollingUpdate" && rollingUpdate === undefined) return { type };
  const { maxUnavailable: _, ...rest } = rollingUpdate ?? {};
  return { type, rollingUpdate: withDefaults(rest, { partition: 0 }) };
}

function withClaimDefaults(claim: ClaimTemplate): ClaimTemplate {
  const { metadata, spec = {} } = claim;
  return {
    kind: "PersistentVolumeClaim",
    apiVersion: "v1",
    metadata,
    spec: withDefaults(spec, { volumeMode: "Filesystem" }),
    status: { phase: "Pending" },
  } as ClaimTemplate;
}

function fixed(spec: Spec): Partial<Spec> {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !CHANGEABLE.includes(key)));
}

/** `ValidateStatefulSetSpec`. */
function* specProblems(spec: Spec): Generator<Cause> {
  const {
    podManagementPolicy,
    persistentVolumeClaimRetentionPolicy: retention = {},
    volumeClaimTemplates = [],
  } = spec;
  if (podManagementPolicy !== "OrderedReady" && podManagementPolicy !== "Parallel") {
    const why = "must be 'OrderedReady' or 'Parallel'";
    yield wrong("spec.podManagementPolicy", { value: podManagementPolicy, why });
  }
  yield* strategyProblems("spec.updateStrategy", spec.updateStrategy!);
  for (const field of ["whenDeleted", "whenScaled"] as const) {
    const value = retention[field]!;
    if (RETENTION.includes(value)) continue;
    yield unsupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, { value, among: RETENTION });
  }
  yield* counts(spec, ["replicas", "minReadySeconds"]);
  yield* notNegative("spec.ordinals.start", spec.ordinals?.start);
  if (spec.serviceName) yield* formed("spec.serviceName", { text: spec.serviceName, form: dnsLabel });
  for (const [i, claim] of volumeClaimTemplates.entries()) {
    yield* claimProblems(`spec.volumeClaimTemplates[${i}].spec`, claim);
  }
  const extraVolumes = volumeClaimTemplates.map(({ metadata }) => metadata?.name ?? "");
  yield* selectionProblems(spec, {
    kind: "StatefulSet",
    selectedBy: "statefulset",
    unreadable: "",
    extraVolumes,
  });
}

function* strategyProblems(path: string, { type, rollingUpdate }: UpdateStrategy): Generator<Cause> {
  if (type === "RollingUpdate") {
    yield* notNegative(`${path}.rollingUpdate.partition`, rollingUpdate?.partition);
  } else if (type !== "OnDelete") {
    const value = { Type: type, RollingUpdate: null };
    yield wrong(path, { value, why: "must be 'RollingUpdate' or 'OnDelete'" });
  } else if (rollingUpdate !== undefined) {
    const value = { Partition: rollingUpdate.partition, MaxUnavailable: null };
    yield wrong(`${path}.rollingUpdate`, { value, why: "only allowed for updateStrategy 'RollingUpdate'" });
  }
}

function* claimProblems(path: string, { spec = {} }: ClaimTemplate): Generator<Cause> {
  if (!spec.accessModes?.length) yield required(`${path}.accessModes`, "at least 1 access mode is required");
  if (spec.resources?.requests?.storage === undefined) yield required(`${path}.resources[storage]`);
}
