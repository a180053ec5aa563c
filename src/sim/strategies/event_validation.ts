import type { Cause } from "../api/failure.ts";
import { isEqual } from "../equality.ts";
import { immutable, required, wrong } from "./causes.ts";
import type { Event, ObjectReference } from "./events.ts";
import { metadataProblems } from "./metadata.ts";
import { formed, pathSegment, qualifiedName } from "./names.ts";

const LONGEST = 128;
const LONGEST_NOTE = 1_024;
const SYSTEM = ["default", "kube-system"];

/** `legacyValidateEvent`: of every Event. `reporter`: what the field is called in the version of the request. */
export function* coreEventProblems(event: Event, { reporter }: { reporter: string }): Generator<Cause> {
  yield* metadataProblems(event, { name: pathSegment, before: undefined });
  const namespace = event.metadata.namespace ?? "";
  const { namespace: involved = "" } = event.involvedObject;
  const isNew = event.eventTime !== null;
  // A new one is only checked where it tells no namespace: then it has to be where things without one are told of.
  const fits = involved === ""
    ? (isNew ? SYSTEM : ["default"]).includes(namespace)
    : isNew || involved === namespace;
  if (!fits) {
    yield wrong("involvedObject.namespace", { value: involved, why: "does not match event.namespace" });
  }
  if (!isNew) return;
  if (event.reportingComponent === "") yield required(reporter);
  yield* formed(reporter, { text: event.reportingComponent, form: qualifiedName });
  for (const field of ["reportingInstance", "action", "reason"] as const) {
    const text = event[field] ?? "";
    if (text === "") yield required(field);
    if (text.length > LONGEST) yield wrong(field, { value: "", why: `can have at most ${LONGEST} characters` });
  }
}

/** `ValidateEventCreate`: what `events.k8s.io` asks beside that. */
export function* newEventProblems(event: Event): Generator<Cause> {
  if (event.eventTime === null) yield required("eventTime");
  const { type = "", message = "", series } = event;
  if (series !== undefined) {
    if ((series.count ?? 0) < 2) yield wrong("series.count", { value: "", why: "should be at least 2" });
    if (series.lastObservedTime === undefined) yield required("series.lastObservedTime");
  }
  if (type !== "Normal" && type !== "Warning") {
    yield wrong("type", { value: "", why: `has invalid value: ${type}` });
  }
  if (new TextEncoder().encode(message).length > LONGEST_NOTE) {
    yield wrong("message", { value: "", why: `can have at most ${LONGEST_NOTE} characters` });
  }
  const unset = { value: "", why: "needs to be unset" };
  if (event.firstTimestamp !== null) yield wrong("firstTimestamp", unset);
  if (event.lastTimestamp !== null) yield wrong("lastTimestamp", unset);
  if (event.count !== undefined) yield wrong("count", unset);
  if (Object.keys(event.source).length > 0) yield wrong("source", unset);
}

const FIXED = [
  "involvedObject",
  "reason",
  "message",
  "source",
  "firstTimestamp",
  "lastTimestamp",
  "count",
  "type",
  "eventTime",
  "action",
  "related",
  "reportingComponent",
  "reportingInstance",
] as const;

/** `ValidateEventUpdate`: only an Event's series goes on. */
export function* newEventUpdateProblems(after: Event, before: Event): Generator<Cause> {
  for (const field of FIXED) {
    if (isEqual(before[field], after[field])) continue;
    const name = field === "reportingComponent" ? "reportingController" : field;
    yield immutable(name, goValue(field, after));
  }
}

/** Structs are shown as Go has them. */
function goValue(field: typeof FIXED[number], event: Event): unknown {
  const value = event[field];
  if (field === "source") {
    const { component = "", host = "" } = event.source;
    return { Component: component, Host: host };
  }
  if (field !== "involvedObject" && field !== "related") return value;
  const { kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath } =
    (value ?? {}) as ObjectReference;
  return {
    Kind: kind ?? "",
    Namespace: namespace ?? "",
    Name: name ?? "",
    UID: uid ?? "",
    APIVersion: apiVersion ?? "",
    ResourceVersion: resourceVersion ?? "",
    FieldPath: fieldPath ?? "",
  };
}
