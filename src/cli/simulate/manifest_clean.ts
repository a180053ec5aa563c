import { isObject, type JsonObject, objectAt } from "../../domain/json.ts";

/** Mappings from text to text: a null in them is the empty text, as the API server reads it. */
const TEXT_MAPS = new Set(["labels", "annotations", "nodeSelector", "matchLabels"]);

/** Written by the API server, by controllers or by kubectl: what a new object does not have. */
const SERVER_METADATA = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "selfLink",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "ownerReferences",
  "finalizers",
  "generateName",
]);

const TOOL_ANNOTATIONS = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision",
]);

/**
 * An object as it can be created anew: without status and what the server wrote, and without nulls,
 * which the API server takes for absent (https://kubernetes.io/docs/reference/using-api/api-concepts/).
 */
export function cleaned(object: JsonObject, { namespace }: { namespace: string }): JsonObject {
  const { status: _status, ...rest } = withoutNulls(object) as JsonObject;
  const { namespace: _namespace, ...metadata } = withoutKeys(objectAt(rest, "metadata"), SERVER_METADATA);
  const annotations = withoutKeys(objectAt(metadata, "annotations"), TOOL_ANNOTATIONS);
  const isEmpty = isObject(metadata["annotations"]) && Object.keys(annotations).length === 0;
  const { annotations: written, ...unannotated } = metadata;
  return {
    ...rest,
    metadata: {
      ...unannotated,
      ...namespace === "" ? {} : { namespace },
      ...written === undefined || isEmpty ? {} : { annotations: isObject(written) ? annotations : written },
    },
  };
}

/** What would keep a workload's pods from the scheduler; a note tells of it. */
const PAST_THE_SCHEDULER = new Set(["nodeName", "schedulerName", "schedulingGates"]);

/** A workload whose pods all go through the one scheduler that there is. */
export function withoutNodes(workload: JsonObject): JsonObject {
  const spec = objectAt(workload, "spec");
  const template = objectAt(spec, "template");
  const pod = withoutKeys(objectAt(template, "spec"), PAST_THE_SCHEDULER);
  return { ...workload, spec: { ...spec, template: { ...template, spec: pod } } };
}

function withoutKeys(object: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}

function withoutNulls(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item));
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  if (TEXT_MAPS.has(key)) return Object.fromEntries(entries.map(([name, each]) => [name, each ?? ""]));
  return Object.fromEntries(
    entries.filter(([, each]) => each !== null).map(([name, each]) => [name, withoutNulls(each, name)]),
  );
}
