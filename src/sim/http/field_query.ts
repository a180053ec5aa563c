import { badRequest } from "../api/failure.ts";
import type { ApiObject } from "../objects.ts";
import {
  EVENTS,
  NAMESPACES,
  NEW_EVENTS,
  NODES,
  PODS,
  qualified,
  RESOURCES,
  type ResourceType,
} from "../resources.ts";

/** The value of a field as a text; empty where there is none. */
type FieldValue = (object: ApiObject) => string;
type SelectableFields = ReadonlyMap<string, FieldValue>;

export type FieldTest = (object: ApiObject) => boolean;

/** Reads a field selector as it stands in a query, such as `spec.nodeName=,status.phase!=Failed`. */
export function parseFieldQuery(type: ResourceType, text: string): readonly FieldTest[] {
  return text.split(",").filter((part) => part !== "").map((part) => fieldTest(type, part));
}

function fieldTest(type: ResourceType, text: string): FieldTest {
  const match = /^(.*?)(==|=|!=)(.*)$/.exec(text);
  if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
  const [, name, operator, wanted] = match as unknown as [string, string, string, string];
  const valueOf = (FIELDS.get(type) ?? OF_EVERYTHING).get(name);
  if (valueOf === undefined) throw notSelectable(type, name);
  return (object) => (valueOf(object) === wanted) === (operator !== "!=");
}

function notSelectable(type: ResourceType, name: string): Error {
  return badRequest(
    FIELDS.has(type)
      ? `field label not supported: ${name}`
      : `"${name}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

/** At the path that the name is. */
function at(path: string): FieldValue {
  const keys = path.split(".");
  return (object) => {
    let value: unknown = object;
    for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
    return value === undefined || value === null ? "" : String(value);
  };
}

function fields(...paths: string[]): [string, FieldValue][] {
  return paths.map((path) => [path, at(path)]);
}

const NAME = fields("metadata.name");
const OF_EVERYTHING: SelectableFields = new Map([...NAME, ...fields("metadata.namespace")]);

/** Of what an Event is about; objects in the storage are in the form of the core group. */
function about(object: string): [string, FieldValue][] {
  return ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]
    .map((field) => [`${object}.${field}`, at(`involvedObject.${field}`)]);
}

/** What is not there is no. */
function flag(path: string): [string, FieldValue] {
  const value = at(path);
  return [path, (object) => value(object) || "false"];
}

const [component, reporter] = [at("source.component"), at("reportingComponent")];

/** What else can be selected by, of those kinds of which something can. */
const FIELDS: ReadonlyMap<ResourceType, SelectableFields> = new Map(
  ([
    [
      PODS,
      [
        ...fields(
          "spec.nodeName",
          "spec.restartPolicy",
          "spec.schedulerName",
          "spec.serviceAccountName",
          "status.phase",
          "status.podIP",
          "status.nominatedNodeName",
        ),
        flag("spec.hostNetwork"),
      ],
    ],
    [NODES, [flag("spec.unschedulable")]],
    [NAMESPACES, fields("status.phase")],
    [typeNamed("secrets"), fields("type")],
    [EVENTS, [
      ...about("involvedObject"),
      ...fields("reason", "reportingComponent", "type"),
      ["source", (object) => component(object) || reporter(object)],
    ]],
    [NEW_EVENTS, [...about("regarding"), ...fields("reason", "type"), ["reportingController", reporter]]],
  ] as [ResourceType, [string, FieldValue][]][]).map(([type, own]) => [
    type,
    new Map([...type.namespaced ? OF_EVERYTHING : NAME, ...own]),
  ]),
);

function typeNamed(name: string): ResourceType {
  return RESOURCES.find((type) => qualified(type) === name)!;
}
