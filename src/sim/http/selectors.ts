import { type LabelRequirement, matchesSelector } from "../../domain/label_selector.ts";
import { badRequest } from "../api/failure.ts";
import type { ApiObject } from "../objects.ts";
import { EVENTS, NAMESPACES, NEW_EVENTS, NODES, PODS, type ResourceType } from "../resources.ts";

export type Matches = (object: ApiObject) => boolean;

const SET = /^\s*([^\s!=,()]+)\s+(in|notin)\s+\(([^()]*)\)\s*$/;
const EQUALITY = /^\s*([^\s!=,()]+)\s*(=|==|!=)\s*([^\s!=,()]*)\s*$/;
const EXISTENCE = /^\s*(!?)\s*([^\s!=,()]+)\s*$/;

/** What `labelSelector` and `fieldSelector` of a query let through; undefined: everything. */
export function selectorOf(type: ResourceType, query: URLSearchParams): Matches | undefined {
  const labels = query.get("labelSelector") ?? "";
  const fields = query.get("fieldSelector") ?? "";
  if (labels === "" && fields === "") return undefined;
  const matchExpressions = labels === "" ? [] : splitOutside(labels).map(requirementOf);
  const ofFields = fields === "" ? [] : fields.split(",").map((text) => fieldTest(type, text));
  return (object) =>
    matchesSelector(object.metadata.labels ?? {}, { matchExpressions }) && ofFields.every((test) => test(object));
}

/** Splits at commas that are not in parentheses. */
function splitOutside(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

function requirementOf(text: string): LabelRequirement {
  const set = SET.exec(text);
  if (set !== null) {
    const values = set[3]!.split(",").map((value) => value.trim());
    return { key: set[1]!, operator: set[2] === "in" ? "In" : "NotIn", values };
  }
  const equality = EQUALITY.exec(text);
  if (equality !== null) {
    return { key: equality[1]!, operator: equality[2] === "!=" ? "NotIn" : "In", values: [equality[3]!] };
  }
  const existence = EXISTENCE.exec(text);
  if (existence !== null) return { key: existence[2]!, operator: existence[1] === "!" ? "DoesNotExist" : "Exists" };
  throw badRequest(`unable to parse requirement: found '${text.trim()}', expected: a label requirement`);
}

/** What can be asked for beside name and namespace. */
const FIELDS: ReadonlyMap<ResourceType, readonly string[]> = new Map([
  [PODS, [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
    "status.podIP",
  ]],
  [NODES, ["spec.unschedulable"]],
  [NAMESPACES, ["status.phase"]],
  [EVENTS, eventFields("involvedObject")],
  [NEW_EVENTS, eventFields("regarding")],
]);

function eventFields(object: string): string[] {
  const of = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];
  return [...of.map((field) => `${object}.${field}`), "reason", "reportingComponent", "source", "type"];
}

function fieldTest(type: ResourceType, text: string): Matches {
  const match = /^\s*([^=!]+?)\s*(==|=|!=)\s*(.*?)\s*$/.exec(text);
  if (match === null) {
    throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
  }
  const [, path, operator, wanted] = match as unknown as [string, string, string, string];
  const isKnown = path === "metadata.name" || (path === "metadata.namespace" && type.namespaced) ||
    FIELDS.get(type)?.includes(path);
  if (!isKnown) {
    throw badRequest(`field label not supported: ${path}`);
  }
  const keys = path.replace(/^regarding\./, "involvedObject.").split(".");
  return (object) => (valueAt(object, keys) === wanted) === (operator !== "!=");
}

/** As a text; empty where there is none. */
function valueAt(object: ApiObject, keys: readonly string[]): string {
  let value: unknown = object;
  for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
  if (typeof value === "object") return "";
  return value === undefined ? (keys.at(-1) === "unschedulable" ? "false" : "") : String(value);
}
