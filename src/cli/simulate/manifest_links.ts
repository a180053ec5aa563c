import { parseWorkloadName, type WorkloadName } from "../../config/scenario_values.ts";
import { isObject, type JsonObject, listAt, numberAt, objectAt, textAt } from "../../domain/json.ts";
import { type LabelSelector, matchesSelector } from "../../domain/label_selector.ts";
import { type FoundObject, objectText } from "./manifest_documents.ts";
import type { InputNote } from "./report.ts";

/** What a HorizontalPodAutoscaler says of its target. */
export interface Autoscaler {
  readonly target: WorkloadName;
  readonly min: number;
  readonly max: number;
}

/** An object that is right by itself: as it was found, and as it is to be created. */
export interface Accepted {
  readonly found: FoundObject;
  readonly object: JsonObject;
  /** Empty: in none. */
  readonly namespace: string;
}

export interface Links {
  readonly autoscalers: readonly Autoscaler[];
  readonly notes: readonly InputNote[];
}

function noteOn({ found, namespace }: Accepted, { path, why }: { path: string; why: string }): InputNote {
  return { file: found.file, document: found.document, object: objectText({ ...found, namespace }), path, why };
}

/** What budgets and autoscalers have to do with the workloads; a note on each that has to do with none. */
export function linksOf(accepted: readonly Accepted[]): Links {
  const notes: InputNote[] = [];
  const autoscalers: Autoscaler[] = [];
  for (const each of accepted) {
    if (each.found.kind === "PodDisruptionBudget" && !accepted.some((other) => isGuarded(other, each))) {
      notes.push(
        noteOn(each, { path: "spec.selector", why: "Matches no pod of the input: it guards nothing." }),
      );
    }
    if (each.found.kind !== "HorizontalPodAutoscaler") continue;
    const autoscaler = autoscalerOf(each);
    const why = autoscaler === undefined
      ? "Not a Deployment or StatefulSet: it scales nothing here."
      : whyNot(autoscaler, { accepted, autoscalers });
    if (autoscaler !== undefined && why === undefined) autoscalers.push(autoscaler);
    else notes.push(noteOn(each, { path: "spec.scaleTargetRef", why: why! }));
  }
  return { autoscalers, notes };
}

/** Without a selector a budget matches nothing, with an empty one every pod (policy/v1). */
function isGuarded({ found: { kind }, object, namespace }: Accepted, budget: Accepted): boolean {
  if (kind !== "Deployment" && kind !== "StatefulSet" || namespace !== budget.namespace) return false;
  const selector = objectAt(budget.object, "spec")["selector"];
  const labels = objectAt(objectAt(objectAt(objectAt(object, "spec"), "template"), "metadata"), "labels");
  return isObject(selector) && matchesSelector(labels as Record<string, string>, selector as LabelSelector);
}

function autoscalerOf({ object, namespace }: Accepted): Autoscaler | undefined {
  const spec = objectAt(object, "spec");
  const reference = objectAt(spec, "scaleTargetRef");
  const target = parseWorkloadName(`${textAt(reference, "kind")} ${namespace}/${textAt(reference, "name")}`);
  const max = numberAt(spec, "maxReplicas");
  if (target === undefined || max === undefined) return undefined;
  return { target, min: numberAt(spec, "minReplicas") ?? 1, max };
}

function whyNot(
  { target }: Autoscaler,
  { accepted, autoscalers }: { accepted: readonly Accepted[]; autoscalers: readonly Autoscaler[] },
): string | undefined {
  const name = objectText(target);
  if (!accepted.some(({ found, namespace }) => objectText({ ...found, namespace }) === name)) {
    return `The input has no ${name}: it scales nothing.`;
  }
  return autoscalers.some((other) => objectText(other.target) === name)
    ? `Another autoscaler scales ${name} already: this one is passed over.`
    : undefined;
}

/** The owner that makes an object, such as `Deployment web`; undefined: nothing does. */
export function ownerOf(value: JsonObject): string | undefined {
  const references = listAt(objectAt(value, "metadata"), "ownerReferences").filter(isObject);
  const owner = references.find((reference) => reference["controller"] === true);
  return owner === undefined ? undefined : `${textAt(owner, "kind")} ${textAt(owner, "name")}`;
}
