import { isCapacity } from "../domain/capacity.ts";
import { departureReason } from "../domain/departure.ts";
import { parseDuration } from "../domain/duration.ts";
import type { FallbackMark } from "../domain/fallback.ts";
import { isObject, type JsonObject, listAt, numberAt, objectAt, textAt } from "../domain/json.ts";
import * as keys from "../domain/keys.ts";
import type { Labels } from "../domain/label_selector.ts";
import { requiredTerms } from "../domain/node_affinity.ts";
import type { NodeClassifier } from "../domain/node_classifier.ts";
import type { WorkloadKind } from "../domain/snapshot.ts";
import { templatePin } from "../domain/template_pin.ts";
import { boundedLabels, boundedSelector, boundedText } from "./bounds.ts";
import type { Interner } from "../kube/interner.ts";
import type { Cached, KubeObject } from "../kube/objects.ts";
import type {
  CachedBudget,
  CachedNamespace,
  CachedNode,
  CachedOwner,
  CachedPod,
  CachedWorkload,
} from "./cached.ts";

/** A controller that is followed by UID. */
export interface ControllerRef {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

const OWN_KEYS: ReadonlySet<string> = new Set([
  keys.SPOT_PERCENTAGE,
  keys.MIN_ON_DEMAND,
  keys.DISRUPTION_SCHEDULE,
  keys.DISRUPTION_DURATION,
  keys.SPOT_FALLBACK,
]);
const LONGEST_VALUE = 300;
const LONGEST_CONSTRAINTS = 8_192;

/** Annotations by which an owner, or another autoscaler, forbids that a pod is moved. */
const PROTECTIONS: readonly (readonly [key: string, value: string])[] = [
  ["karpenter.sh/do-not-disrupt", "true"],
  ["cluster-autoscaler.kubernetes.io/safe-to-evict", "false"],
  ["autoscaling.cast.ai/removal-disabled", "true"],
];

/** The controller of an object where it is one of `apps/v1`. */
export function controllerOf(metadata: JsonObject): ControllerRef | undefined {
  for (const reference of listAt(metadata, "ownerReferences")) {
    if (!isObject(reference) || reference["controller"] !== true) continue;
    if (textAt(reference, "apiVersion") !== "apps/v1") return undefined;
    const [kind, name, uid] = ["kind", "name", "uid"].map((key) => textAt(reference, key));
    return kind && name && uid ? { kind, name, uid } : undefined;
  }
  return undefined;
}

/** A slot as admission writes it; anything else is no slot. */
export function parseSlot(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The number at the end of a StatefulSet pod's name. */
export function ordinalOf(name: string): number | undefined {
  return parseSlot(name.slice(name.lastIndexOf("-") + 1));
}

/** API objects -> what the caches keep of them. Equal strings and label sets are shared. */
export class Projections {
  readonly #interner: Interner;
  readonly #classifier: NodeClassifier;

  constructor(deps: { interner: Interner; classifier: NodeClassifier }) {
    this.#interner = deps.interner;
    this.#classifier = deps.classifier;
  }

  /** Only pods that a ReplicaSet or StatefulSet controls. */
  pod = (object: KubeObject): CachedPod | undefined => {
    const { metadata, spec, status } = parts(object);
    const owner = controllerOf(metadata);
    if (owner === undefined || !["ReplicaSet", "StatefulSet"].includes(owner.kind)) return undefined;
    const annotations = objectAt(metadata, "annotations");
    const labels = objectAt(metadata, "labels");
    const nodeName = textAt(spec, "nodeName");
    const phase = textAt(status, "phase");
    const hasOwnSlot = Object.hasOwn(annotations, keys.SLOT);
    const capacity = labels[keys.CAPACITY];
    const placed = isCapacity(capacity) && hasOwnSlot ? capacity : undefined;
    // The affinity of a pod that we placed is ours, and long under `auto`: not worth reading for each event.
    const pin = placed === undefined ? templatePin(spec, this.#classifier) : undefined;
    const scheduling = listAt(status, "conditions").filter(isObject).find(({ type }) =>
      type === "PodScheduled"
    );
    const isUnschedulable = scheduling?.["status"] === "False" && scheduling["reason"] === "Unschedulable";
    const sinceMs = timeAt(scheduling ?? {}, "lastTransitionTime");
    const guard = PROTECTIONS.find(([key, value]) => annotations[key] === value);
    return {
      ...this.#identity(metadata),
      ownerUid: this.#interner.text(owner.uid),
      labels: this.#interner.record(boundedLabels(labels)),
      nodeName: nodeName === undefined ? undefined : this.#interner.text(nodeName),
      slot: parseSlot(textAt(annotations, keys.SLOT)),
      placed,
      isPinned: pin !== undefined && !hasOwnSlot,
      pinnedTo: pin?.capacity,
      isTerminating: textAt(metadata, "deletionTimestamp") !== undefined,
      isFinished: phase === "Succeeded" || phase === "Failed",
      isPending: phase === "Pending",
      isReady: trueConditions(status).includes("Ready"),
      createdMs: Date.parse(textAt(metadata, "creationTimestamp") ?? ""),
      scheduledMs: scheduling?.["status"] === "True" ? sinceMs : undefined,
      unschedulableMs: isUnschedulable ? sinceMs : undefined,
      fallback: placed === "on-demand" ? fallbackMark(annotations) : undefined,
      protectedBy: guard && guard.join("="),
    };
  };

  node = (object: KubeObject): CachedNode => {
    const { metadata, spec, status } = parts(object);
    const taintKeys = listAt(spec, "taints").filter(isObject).flatMap((taint) => textAt(taint, "key") ?? []);
    return {
      ...this.#identity(metadata),
      capacity: this.#classifier.classify(objectAt(metadata, "labels") as Labels),
      departing: departureReason({
        unschedulable: spec["unschedulable"] === true,
        conditions: trueConditions(status),
        taintKeys,
      }),
    };
  };

  replicaSet = (object: KubeObject): CachedOwner => {
    const { metadata, spec } = parts(object);
    const controller = controllerOf(metadata);
    return {
      ...this.#identity(metadata),
      workloadUid: controller?.kind === "Deployment" ? this.#interner.text(controller.uid) : undefined,
      replicas: numberAt(spec, "replicas") ?? 1,
      templateHasSlot: hasSlot(spec),
      firstOrdinal: undefined,
    };
  };

  deployment = (object: KubeObject): CachedWorkload => {
    const { spec } = parts(object);
    return { ...this.#workload(object, "Deployment"), isPaused: spec["paused"] === true };
  };

  statefulSet = (object: KubeObject): CachedWorkload => {
    const { spec, status } = parts(object);
    const strategy = objectAt(spec, "updateStrategy");
    return {
      ...this.#workload(object, "StatefulSet"),
      hasUpdate: textAt(status, "currentRevision") !== textAt(status, "updateRevision"),
      partition: numberAt(objectAt(strategy, "rollingUpdate"), "partition") ?? 0,
      firstOrdinal: numberAt(objectAt(spec, "ordinals"), "start") ?? 0,
    };
  };

  namespace = (object: KubeObject): CachedNamespace => {
    const { metadata } = parts(object);
    return {
      ...this.#identity(metadata),
      labels: this.#interner.record(boundedLabels(objectAt(metadata, "labels"))),
      annotations: this.#interner.record(own(objectAt(metadata, "annotations"))),
      isTerminating: textAt(metadata, "deletionTimestamp") !== undefined,
    };
  };

  budget = (object: KubeObject): CachedBudget => {
    const { metadata, spec, status } = parts(object);
    const isCurrent = (numberAt(status, "observedGeneration") ?? 0) >= (numberAt(metadata, "generation") ?? 0);
    return {
      ...this.#identity(metadata),
      selector: boundedSelector(spec["selector"]),
      disruptionsAllowed: isCurrent ? numberAt(status, "disruptionsAllowed") ?? 0 : 0,
    };
  };

  #workload(object: KubeObject, kind: WorkloadKind): CachedWorkload {
    const { metadata, spec, status } = parts(object);
    const identity = this.#identity(metadata);
    const template = objectAt(objectAt(spec, "template"), "metadata");
    const observed = numberAt(status, "observedGeneration") ?? 0;
    return {
      ...identity,
      kind,
      workloadUid: identity.uid,
      replicas: numberAt(spec, "replicas") ?? 1,
      templateHasSlot: hasSlot(spec),
      labels: this.#interner.record(boundedLabels(objectAt(metadata, "labels"))),
      annotations: this.#interner.record(own(objectAt(metadata, "annotations"))),
      templateLabels: this.#interner.record(boundedLabels(objectAt(template, "labels"))),
      constraints: this.#interner.text(constraintsOf(objectAt(objectAt(spec, "template"), "spec"))),
      isTerminating: textAt(metadata, "deletionTimestamp") !== undefined,
      isPaused: false,
      isObserved: observed >= (numberAt(metadata, "generation") ?? 0),
      updated: numberAt(status, "updatedReplicas") ?? 0,
      total: numberAt(status, "replicas") ?? 0,
      ready: numberAt(status, "readyReplicas") ?? 0,
      available: numberAt(status, "availableReplicas") ?? 0,
      hasUpdate: false,
      partition: 0,
      firstOrdinal: undefined,
    };
  }

  #identity(metadata: JsonObject): Cached {
    return {
      namespace: this.#interner.text(textAt(metadata, "namespace") ?? ""),
      name: textAt(metadata, "name") ?? "",
      uid: textAt(metadata, "uid") ?? "",
      resourceVersion: textAt(metadata, "resourceVersion") ?? "",
    };
  }
}

function parts(object: KubeObject): { metadata: JsonObject; spec: JsonObject; status: JsonObject } {
  const json = object as JsonObject;
  return {
    metadata: objectAt(json, "metadata"),
    spec: objectAt(json, "spec"),
    status: objectAt(json, "status"),
  };
}

function timeAt(object: JsonObject, key: string): number | undefined {
  const ms = Date.parse(textAt(object, key) ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

/** As admission writes it; anything else is none. */
function fallbackMark(annotations: JsonObject): FallbackMark | undefined {
  const retryAtMs = timeAt(annotations, keys.FALLBACK_RETRY_AT);
  const retryAfterMs = parseDuration(textAt(annotations, keys.FALLBACK_RETRY_AFTER) ?? "");
  return retryAtMs === undefined || retryAfterMs === undefined ? undefined : { retryAtMs, retryAfterMs };
}

function constraintsOf(spec: JsonObject): string {
  const text = JSON.stringify([spec["nodeSelector"], requiredTerms(spec), spec["tolerations"]]);
  return boundedText(text, LONGEST_CONSTRAINTS);
}

function trueConditions(status: JsonObject): string[] {
  return listAt(status, "conditions").filter(isObject)
    .filter((condition) => condition["status"] === "True")
    .flatMap((condition) => textAt(condition, "type") ?? []);
}

function hasSlot(spec: JsonObject): boolean {
  const metadata = objectAt(objectAt(spec, "template"), "metadata");
  return Object.hasOwn(objectAt(metadata, "annotations"), keys.SLOT);
}

/** Those that are read. The parsers take none that is longer. */
function own(annotations: JsonObject): Labels {
  const entries = Object.entries(annotations).filter(([key]) => OWN_KEYS.has(key));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? boundedText(value, LONGEST_VALUE) : value]),
  ) as Labels;
}
