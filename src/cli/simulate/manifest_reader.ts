import type { PathProblem } from "../../config/scenario_problems.ts";
import { type JsonObject, objectAt, textAt } from "../../domain/json.ts";
import { cleaned, withoutNodes } from "./manifest_clean.ts";
import { type FoundObject, objectProblem, objectText, placeText } from "./manifest_documents.ts";
import { fieldNotes } from "./manifest_fields.ts";
import { groupOf, NOTHING_LOST, ruleOf } from "./manifest_kinds.ts";
import { type Accepted, ownerOf } from "./manifest_links.ts";
import { type Assumed, withRequests } from "./manifest_requests.ts";
import { shapeProblems } from "./manifest_shapes.ts";
import type { InputNote } from "./report.ts";

/** The operator's configuration out of a ConfigMap. */
export interface OperatorConfig {
  /** What to call it in messages, such as `shop.yaml, document 2 (ConfigMap a/b)`. */
  readonly path: string;
  readonly text: string;
}

const CONFIG_NAME = "spotalis-config";
const CONFIG_KEY = "config.yaml";

/** Goes through the objects of the input one by one, and keeps what is found of each. */
export class ManifestReader {
  readonly accepted: Accepted[] = [];
  readonly notes: InputNote[] = [];
  readonly assumed: (Assumed & { readonly of: string })[] = [];
  readonly problems: string[] = [];
  operatorConfig: OperatorConfig | undefined;
  readonly #seen = new Map<string, FoundObject>();

  take(written: FoundObject): void {
    const rule = ruleOf(written);
    const owner = ownerOf(written.value);
    if (rule.how === "noted") {
      const isPods = written.kind === "Pod" || written.kind === "ReplicaSet";
      return this.#note(written, { why: owner !== undefined && isPods ? MADE : rule.why });
    }
    const object = { ...written, namespace: rule.isClusterWide ? "" : written.namespace || "default" };
    if (textAt(objectAt(object.value, "metadata"), "deletionTimestamp") !== undefined) {
      return this.#note(object, { why: "Being deleted: passed over." });
    }
    if (!rule.apiVersions.includes(object.apiVersion)) {
      const message = `has to be ${rule.apiVersions.join(" or ")}: Kubernetes serves no other now`;
      return this.#refuse(object, { path: ["apiVersion"], message });
    }
    if (this.#isDuplicate(object)) return;
    if (object.kind === "ConfigMap") return this.#takeConfig(object);
    if (owner !== undefined) {
      this.#note(object, { path: "metadata.ownerReferences", why: `${owner} does nothing here: passed over.` });
    }
    this.#accept(object);
  }

  #accept(found: FoundObject): void {
    const { kind, namespace } = found;
    const clean = cleaned(found.value, { namespace });
    const wrong = shapeProblems(kind, clean);
    if (wrong.length > 0) return wrong.forEach((problem) => this.#refuse(found, problem));
    for (const note of fieldNotes(kind, clean)) this.#note(found, note);
    const isWorkload = kind === "Deployment" || kind === "StatefulSet";
    this.accepted.push({ found, namespace, object: isWorkload ? this.#complete(found, clean) : clean });
  }

  #complete(found: FoundObject, clean: JsonObject): JsonObject {
    const { workload, assumed } = withRequests(withoutNodes(clean));
    this.assumed.push(...assumed.map((each) => ({ ...each, of: objectText(found) })));
    return workload;
  }

  #takeConfig(object: FoundObject): void {
    const text = textAt(objectAt(object.value, "data"), CONFIG_KEY);
    if (text === undefined || object.name !== CONFIG_NAME) {
      return this.#note(object, { why: NOTHING_LOST });
    }
    if (this.operatorConfig !== undefined) {
      const message = `may be there once; another one is ${this.operatorConfig.path}`;
      return this.#refuse(object, { path: [], message: `is the operator's configuration, which ${message}` });
    }
    this.operatorConfig = { path: placeText(object), text };
  }

  #isDuplicate(object: FoundObject): boolean {
    const key = `${groupOf(object.apiVersion)}/${objectText(object)}`;
    const first = this.#seen.get(key);
    if (first === undefined) {
      this.#seen.set(key, object);
      return false;
    }
    this.#refuse(object, { path: [], message: `is there twice: it is also ${placeText(first)}` });
    return true;
  }

  #refuse(object: FoundObject, problem: PathProblem): void {
    this.problems.push(objectProblem(object, problem));
  }

  #note(object: FoundObject, { path = "", why }: { path?: string; why: string }): void {
    this.notes.push({ file: object.file, document: object.document, object: objectText(object), path, why });
  }
}

const MADE = "Made by its owner; here only the Deployments and StatefulSets of the input make pods.";
