import type { ApiObject } from "../objects.ts";
import type { ResourceType } from "../resources.ts";
import { parseFieldQuery } from "./field_query.ts";
import { parseLabelQuery } from "./label_query.ts";
import { textIn } from "./query.ts";

export type Matches = (object: ApiObject) => boolean;

/** What `labelSelector` and `fieldSelector` of a query let through; undefined: everything. */
export function selectorOf(type: ResourceType, query: URLSearchParams): Matches | undefined {
  const [labels, fields] = [textIn(query, "labelSelector"), textIn(query, "fieldSelector")];
  if (labels === undefined && fields === undefined) return undefined;
  const ofLabels = parseLabelQuery(labels ?? "");
  const ofFields = parseFieldQuery(type, fields ?? "");
  return (object) => {
    const { labels = {} } = object.metadata;
    return ofLabels.every((test) => test(labels)) && ofFields.every((test) => test(object));
  };
}
