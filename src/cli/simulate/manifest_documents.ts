import { describePathProblem, type Path, type PathProblem } from "../../config/scenario_problems.ts";
import { yamlDocuments } from "../../config/scenario_yaml.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt } from "../../domain/json.ts";

export interface ManifestFile {
  /** `-`: standard input. */
  readonly path: string;
  readonly text: string;
}

/** One object of the input, with what names it; nothing else of it is known to be right. */
export interface FoundObject {
  readonly file: string;
  /** Counts from 1. */
  readonly document: number;
  /** Where it is in its document: `[]`, or such as `["items", 3]` in a list. */
  readonly under: Path;
  readonly apiVersion: string;
  readonly kind: string;
  /** As written; empty: none. */
  readonly namespace: string;
  readonly name: string;
  readonly value: JsonObject;
}

export interface FoundObjects {
  readonly objects: readonly FoundObject[];
  readonly problems: readonly string[];
}

type Place = Pick<FoundObject, "file" | "document" | "under">;

/** Such as `StatefulSet shop/db`. */
export function objectText(
  { kind, namespace, name }: Pick<FoundObject, "kind" | "namespace" | "name">,
): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

/** What is wrong inside an object, in one line: file, document, object, path, what it is and has to be. */
export function objectProblem(object: FoundObject, problem: PathProblem): string {
  const { under, value: root } = object;
  // What is about the whole of an object names the object, not where it is in a list.
  const inside = problem.path.length === 0 ? problem.message : describePathProblem(problem, { root, under });
  return `${placeText(object)}: ${inside}`;
}

/** Such as `shop.yaml, document 2 (StatefulSet shop/db)`. */
export function placeText(
  object: Pick<FoundObject, "file" | "document" | "kind" | "namespace" | "name">,
): string {
  return `${fileText(object.file)}, document ${object.document} (${objectText(object)})`;
}

export function fileText(path: string): string {
  return path === "-" ? "standard input" : path;
}

/** All objects of a file, those inside of lists one by one. Documents that hold nothing are passed over. */
export function objectsOf({ path, text }: ManifestFile): FoundObjects {
  const objects: FoundObject[] = [];
  const problems: string[] = [];
  const documents = yamlDocuments(text);
  documents.forEach(({ value, problems: broken }, i) => {
    const document = i + 1;
    for (const { line, message } of broken) {
      problems.push(`${fileText(path)}, document ${document}, line ${line}: ${message}`);
    }
    if (value === undefined) return;
    const found = unfold(value, { file: path, document, under: [] });
    objects.push(...found.objects);
    problems.push(...found.problems);
  });
  if (objects.length === 0 && problems.length === 0) problems.push(`${fileText(path)}: holds no object`);
  if (problems.length > 0 && TEMPLATE.test(text)) {
    problems.push(`${fileText(path)}: looks like a template; give what "helm template" makes of it instead`);
  }
  return { objects, problems };
}

const TEMPLATE = /\{\{-?\s*(?:\.(?:Values|Release|Chart)|include|if|range|with|end|define)\b/;

/** An object as it is; a list (https://kubernetes.io/docs/reference/using-api/api-concepts/) by its items. */
function unfold(value: unknown, place: Place): FoundObjects {
  if (!isObject(value)) {
    const what = describePathProblem({
      path: [],
      message: "has to be a mapping with apiVersion, kind and metadata",
    }, {
      root: value,
      under: place.under,
    });
    return { objects: [], problems: [`${fileText(place.file)}, document ${place.document}: ${what}`] };
  }
  const kind = textAt(value, "kind") ?? "";
  if (!kind.endsWith("List") || !Array.isArray(value["items"])) return headed(value, place);
  // The items of the API's own lists do not repeat what kind they are of.
  const header = kind === "List"
    ? {}
    : { apiVersion: value["apiVersion"], kind: kind.slice(0, -"List".length) };
  const found = listAt(value, "items").map((item, i) =>
    unfold(isObject(item) ? { ...header, ...item } : item, { ...place, under: [...place.under, "items", i] })
  );
  return { objects: found.flatMap((each) => each.objects), problems: found.flatMap((each) => each.problems) };
}

const HEADER: readonly { path: Path; form: RegExp; message: string }[] = [
  { path: ["apiVersion"], form: /^(?:[a-z0-9.-]+\/)?v\w+$/, message: 'has to be a version such as "apps/v1"' },
  { path: ["kind"], form: /^[A-Za-z]\w*$/, message: 'has to be a kind such as "Deployment"' },
  {
    path: ["metadata", "name"],
    form: /^[^/%\s]{1,253}$/,
    message: "has to be the name of the object",
  },
];

const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function headed(value: JsonObject, { file, document, under }: Place): FoundObjects {
  const wrong: PathProblem[] = HEADER.filter(({ path, form }) => {
    const parent = path.length === 1 ? value : objectAt(value, "metadata");
    return !form.test(textAt(parent, String(path.at(-1))) ?? "");
  });
  const metadata = objectAt(value, "metadata");
  const namespace = metadata["namespace"] ?? "";
  if (namespace !== "" && (typeof namespace !== "string" || !NAMESPACE.test(namespace))) {
    wrong.push({ path: ["metadata", "namespace"], message: "has to be a DNS label" });
  }
  const [apiVersion = "", kind = "", name = ""] = [
    textAt(value, "apiVersion"),
    textAt(value, "kind"),
    textAt(metadata, "name"),
  ];
  const object = { file, document, under, apiVersion, kind, namespace: String(namespace), name, value };
  if (wrong.length === 0) return { objects: [object], problems: [] };
  const problems = wrong.map((problem) =>
    `${fileText(file)}, document ${document}: ${describePathProblem(problem, { root: value, under })}`
  );
  return { objects: [], problems };
}
