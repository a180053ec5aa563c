import type { Cause } from "../api/failure.ts";
import { isEqual } from "../equality.ts";
import type { Container, PodSpec, PodToleration } from "../objects.ts";
import { forbidden, wrong } from "./causes.ts";

const ONLY_THESE = "pod updates may not change fields other than `spec.containers[*].image`," +
  "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing " +
  "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

type Gates = readonly { readonly name: string }[];

/**
 * `ValidatePodUpdate`: what a pod is made of hardly changes. The API server adds to its message the
 * difference of its own Go structs, which is left out here.
 */
export function* podUpdateProblems(before: PodSpec, after: PodSpec): Generator<Cause> {
  if (before === after || isEqual(before, after)) return;
  if (before.containers.length !== after.containers.length) {
    yield forbidden("spec.containers", "pod updates may not add or remove containers");
    return;
  }
  if ((before.initContainers ?? []).length !== (after.initContainers ?? []).length) {
    yield forbidden("spec.initContainers", "pod updates may not add or remove containers");
    return;
  }
  yield* deadlineProblems(before["activeDeadlineSeconds"], after["activeDeadlineSeconds"]);
  yield* gateProblems(before, after);
  if (!keepsTolerations(before.tolerations, after.tolerations)) {
    const why = "existing toleration can not be modified except its tolerationSeconds";
    yield forbidden("spec.tolerations", why);
  }
  if (gatesOf(before).length > 0 && !isSubset(before.nodeSelector, after.nodeSelector)) {
    const why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
    yield wrong("spec.nodeSelector", { value: after.nodeSelector, why });
  }
  if (!isEqual(before, mutedBy(before, after))) yield forbidden("spec", ONLY_THESE);
}

function* deadlineProblems(before: unknown, after: unknown): Generator<Cause> {
  const field = "spec.activeDeadlineSeconds";
  if (typeof before !== "number" || before === after) return;
  if (after === undefined) {
    yield wrong(field, { value: null, why: "must not update from a positive integer to nil value" });
  } else if ((after as number) > before) {
    yield wrong(field, { value: after, why: "must be less than or equal to previous value" });
  }
}

function* gateProblems(before: PodSpec, after: PodSpec): Generator<Cause> {
  const known = gatesOf(before).map(({ name }) => name);
  for (const [i, { name }] of gatesOf(after).entries()) {
    if (known.includes(name)) continue;
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    yield forbidden(`spec.schedulingGates[${i}].name`, why);
  }
}

function gatesOf(spec: PodSpec): Gates {
  return (spec["schedulingGates"] as Gates | undefined) ?? [];
}

function keepsTolerations(
  before: readonly PodToleration[] = [],
  after: readonly PodToleration[] = [],
): boolean {
  const bare = ({ tolerationSeconds: _, ...rest }: PodToleration) => rest;
  return before.every((old) => after.some((each) => isEqual(bare(old), bare(each))));
}

function isSubset(
  before: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>> = {},
): boolean {
  return Object.keys(before).every((key) => before[key] === after[key]);
}

/** The new spec with the old in all fields that may change. */
function mutedBy(before: PodSpec, after: PodSpec): PodSpec {
  const isGated = gatesOf(before).length > 0;
  const fields = [
    "activeDeadlineSeconds",
    "tolerations",
    "schedulingGates",
    ...isGated ? ["nodeSelector"] : [],
  ];
  return {
    ...after,
    ...Object.fromEntries(fields.map((field) => [field, before[field]])),
    containers: withImages(before.containers, after.containers),
    ...after.initContainers &&
      { initContainers: withImages(before.initContainers ?? [], after.initContainers) },
  };
}

function withImages(before: readonly Container[], after: readonly Container[]): readonly Container[] {
  return after.map((container, i) => ({ ...container, image: before[i]!.image }));
}
