import type { LabelSelector } from "../../domain/label_selector.ts";
import type { Cause } from "../api/failure.ts";
import type { Strategy } from "../api/strategy.ts";
import { isEqual } from "../equality.ts";
import type { ApiObject, PodTemplate } from "../objects.ts";
import { immutable, required, unsupported, wrong } from "./causes.ts";
import { labelSelectorProblems } from "./label_selectors.ts";
import { metadataProblems } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { withTemplateDefaults } from "./pod_template.ts";
import { statusProblems, type StatusRules } from "./status_validation.ts";
import { withDefaults, withFields } from "./with_defaults.ts";
import { bareTemplateProblems, counts, isSelected, isStatusUpdate, unselected } from "./workloads.ts";

export interface Job extends ApiObject {
  readonly spec: {
    readonly parallelism?: number;
    readonly completions?: number;
    readonly backoffLimit?: number;
    readonly activeDeadlineSeconds?: number;
    readonly ttlSecondsAfterFinished?: number;
    readonly selector: LabelSelector;
    readonly manualSelector?: boolean;
    readonly completionMode?: string;
    readonly suspend?: boolean;
    readonly podFailurePolicy?: object;
    readonly podReplacementPolicy?: string;
    readonly template: PodTemplate;
  };
  readonly status?: {
    readonly active?: number;
    readonly ready?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly terminating?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly object[];
    readonly uncountedTerminatedPods?: object;
  };
}

const UID = "batch.kubernetes.io/controller-uid";
const OLD_UID = "controller-uid";
const MODES = ["NonIndexed", "Indexed"];
const NON_NEGATIVE = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
];

const STATUS: StatusRules = { counts: ["active", "succeeded", "failed"] };

export const JOB: Strategy = {
  defaults(object: ApiObject): ApiObject {
    const given = (object.spec ?? {}) as Job["spec"];
    const template = withTemplateDefaults(given.template ?? ({} as PodTemplate));
    const isOne = given.completions === undefined && given.parallelism === undefined;
    const spec = withDefaults(withFields(given, { template }), {
      ...isOne && { completions: 1 },
      parallelism: 1,
      backoffLimit: 6,
      completionMode: "NonIndexed",
      suspend: false,
      manualSelector: false,
      podReplacementPolicy: given.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed",
    });
    return { ...object, spec } as Job;
  },

  created(object: ApiObject): ApiObject {
    const job = object as Job;
    return { ...labelled(job.spec.manualSelector === true ? job : selecting(job)), status: {} } as Job;
  },

  validate(object: ApiObject, before: ApiObject | undefined): readonly Cause[] {
    if (isStatusUpdate(object, before)) return [];
    return [
      ...metadataProblems(object, { name: dnsSubdomain, before }),
      ...specProblems(object as Job),
      ...before === undefined ? [] : updateProblems((before as Job).spec, (object as Job).spec),
    ];
  },

  validateStatus: ({ status }) => [...statusProblems(status, STATUS)],
};

/** A Job that comes without labels has those of its pods. */
function labelled(job: Job): Job {
  const labels = job.spec.template.metadata?.labels;
  if (labels === undefined || job.metadata.labels !== undefined) return job;
  return { ...job, metadata: { ...job.metadata, labels } };
}

/** A Job's pods are told by its UID (`generateSelector`). */
function selecting(job: Job): Job {
  const { name = "", uid } = job.metadata;
  const { template, selector } = job.spec;
  const labels = {
    ...template.metadata?.labels,
    [UID]: uid,
    [OLD_UID]: uid,
    "batch.kubernetes.io/job-name": name,
    "job-name": name,
  };
  return {
    ...job,
    spec: {
      ...job.spec,
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [UID]: uid } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** `ValidateJobSpec`. */
function* specProblems({ spec, metadata }: Job): Generator<Cause> {
  const { selector, manualSelector, template, completionMode = "", completions } = spec;
  yield* counts(spec, NON_NEGATIVE);
  if (selector === undefined) yield required("spec.selector");
  else yield* labelSelectorProblems("spec.selector", selector);
  if (
    manualSelector !== true && selector !== undefined &&
    !isEqual(selector, { matchLabels: { [UID]: metadata.uid } })
  ) {
    yield wrong("spec.selector", { value: selector, why: "`selector` not auto-generated" });
  }
  if (!isSelected(selector, template)) yield unselected(template);
  if (!MODES.includes(completionMode)) {
    yield unsupported("spec.completionMode", { value: completionMode, among: MODES });
  } else if (completionMode === "Indexed" && completions === undefined) {
    yield required("spec.completions", "when completion mode is Indexed");
  }
  yield* bareTemplateProblems(template);
  const { restartPolicy } = template.spec;
  if (restartPolicy === "Always") {
    yield required("spec.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"');
  }
}

/** `ValidateJobSpecUpdate`. */
function* updateProblems(before: Job["spec"], after: Job["spec"]): Generator<Cause> {
  const fields = [
    ...before.completionMode === "Indexed" ? [] : ["completions"],
    "selector",
    "template",
    "completionMode",
  ];
  for (const field of fields as (keyof Job["spec"])[]) {
    if (!isEqual(before[field], after[field])) yield immutable(`spec.${field}`, after[field]);
  }
}
