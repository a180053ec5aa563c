import { type LabelSelector, matchesSelector } from "../../domain/label_selector.ts";
import type { Cause } from "../api/failure.ts";
import type { ApiObject, IntOrPercent, PodTemplate } from "../objects.ts";
import { forbidden, notNegative, required, unsupported, wrong } from "./causes.ts";
import { isEmptySelector, labelSelectorProblems } from "./label_selectors.ts";
import { annotationProblems, labelProblems } from "./names.ts";
import { podSpecProblems } from "./pod_spec_validation.ts";
import { withTemplateDefaults } from "./pod_template.ts";
import { withDefaults, withFields } from "./with_defaults.ts";

/** What workloads have in common. */
export interface WorkloadSpec {
  readonly selector?: LabelSelector;
  readonly template: PodTemplate;
}

/** The object with its spec, where a client sent none, and the defaults of its pods. */
export function withSpecDefaults<S extends WorkloadSpec>(object: ApiObject, defaults: Partial<S>): ApiObject {
  const given = (object.spec ?? {}) as S;
  const template = withTemplateDefaults(given.template ?? ({} as PodTemplate));
  const spec = withFields(withDefaults(given, defaults), { template } as Partial<S>);
  return spec === object.spec ? object : { ...object, spec };
}

export interface TemplateRules {
  /** As in `activeDeadlineSeconds in ReplicaSet is not Supported`. */
  readonly kind: string;
  /** Volumes that the template does not name itself. */
  readonly extraVolumes?: readonly string[];
  /** Whether the selector is none that could fit. */
  readonly isUnreadable?: boolean;
}

export interface SelectionRules extends TemplateRules {
  /** As in `empty selector is invalid for deployment`. */
  readonly selectedBy: string;
  /** What is said of a selector that cannot be read, after all that is said of its parts. */
  readonly unreadable: string;
}

/** Of the selector, and of the template: where the selector cannot be read, that is not looked at. */
export function* selectionProblems(spec: WorkloadSpec, rules: SelectionRules): Generator<Cause> {
  const field = "spec.selector";
  const { selector } = spec;
  if (selector === undefined) yield required(field);
  else {
    const problems = [...labelSelectorProblems(field, selector)];
    yield* problems;
    if (isEmptySelector(selector)) {
      yield wrong(field, { value: selector, why: `empty selector is invalid for ${rules.selectedBy}` });
    }
    if (problems.length > 0) {
      yield wrong(field, { value: selector, why: rules.unreadable });
      return;
    }
  }
  yield* templateProblems(spec, rules);
}

/** `ValidatePodTemplateSpecForReplicaSet` and its like. */
export function* templateProblems(
  { selector, template }: WorkloadSpec,
  { kind, extraVolumes, isUnreadable = false }: TemplateRules,
): Generator<Cause> {
  if (!isUnreadable && !isSelected(selector, template)) yield unselected(template);
  yield* bareTemplateProblems(template, extraVolumes === undefined ? {} : { extraVolumes });
  const { restartPolicy, activeDeadlineSeconds } = template.spec;
  if (restartPolicy !== "Always") {
    yield unsupported("spec.template.spec.restartPolicy", { value: restartPolicy, among: ["Always"] });
  }
  if (activeDeadlineSeconds !== undefined) {
    const why = `activeDeadlineSeconds in ${kind} is not Supported`;
    yield forbidden("spec.template.spec.activeDeadlineSeconds", why);
  }
}

/** `ValidatePodTemplateSpec`. */
export function* bareTemplateProblems(
  { metadata = {}, spec }: PodTemplate,
  options: { extraVolumes?: readonly string[] } = {},
): Generator<Cause> {
  yield* labelProblems("spec.template.labels", metadata.labels);
  yield* annotationProblems("spec.template.annotations", metadata.annotations);
  yield* podSpecProblems("spec.template.spec", spec, options);
}

/** Nothing is what no selector selects; everything is what an empty one does. */
export function isSelected(selector: LabelSelector | undefined, { metadata = {} }: PodTemplate): boolean {
  return selector !== undefined && matchesSelector(metadata.labels ?? {}, selector);
}

export function unselected({ metadata = {} }: PodTemplate): Cause {
  const why = "`selector` does not match template `labels`";
  return wrong("spec.template.metadata.labels", { value: metadata.labels, why });
}

/** `replicas`, `minReadySeconds` and whatever else must not be below 0. */
export function* counts(spec: object, names: readonly string[]): Generator<Cause> {
  for (const name of names) {
    yield* notNegative(`spec.${name}`, (spec as Readonly<Record<string, number | undefined>>)[name]);
  }
}

const NO_PERCENT = "a valid percent string must be a numeric string followed by an ending '%' " +
  "(e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** `ValidatePositiveIntOrPercent`: a number that is not negative, or a share. */
export function* intOrPercentProblems(field: string, value: IntOrPercent | undefined): Generator<Cause> {
  if (typeof value === "number") yield* notNegative(field, value);
  if (typeof value === "string" && !isPercent(value)) yield wrong(field, { value, why: NO_PERCENT });
}

export function* atMostAll(field: string, value: IntOrPercent | undefined): Generator<Cause> {
  if (typeof value === "string" && isPercent(value) && parseInt(value) > 100) {
    yield wrong(field, { value, why: "must not be greater than 100%" });
  }
}

/** Of a number or share that stands for nothing, as what cannot be read does. */
export function isZero(value: IntOrPercent = 0): boolean {
  return typeof value === "number" ? value === 0 : !/^[0-9]*[1-9][0-9]*%?$/.test(value);
}

function isPercent(text: string): boolean {
  return /^[0-9]+%$/.test(text);
}

/** Whether an update leaves all as it is that is validated: its metadata and what it asks for. */
export function isStatusUpdate(object: ApiObject, before: ApiObject | undefined): boolean {
  return before !== undefined && object.spec === before.spec && object.metadata === before.metadata;
}
