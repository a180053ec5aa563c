import type { JsonObject } from "../../domain/json.ts";
import { fileText, type FoundObject, type ManifestFile, objectsOf } from "./manifest_documents.ts";
import { type Autoscaler, linksOf } from "./manifest_links.ts";
import { ManifestReader, type OperatorConfig } from "./manifest_reader.ts";
import { describeAssumed } from "./manifest_requests.ts";
import type { InputNote } from "./report.ts";

export interface ManifestObject {
  readonly file: string;
  /** Counts from 1. */
  readonly document: number;
  readonly kind: (typeof CREATED)[number];
  /** Empty: of a Namespace. */
  readonly namespace: string;
  readonly name: string;
  /** As it is to be created through the API. */
  readonly object: JsonObject;
}

export interface Manifests {
  /** In the order in which they are to be created. */
  readonly objects: readonly ManifestObject[];
  readonly autoscalers: readonly Autoscaler[];
  readonly operatorConfig: OperatorConfig | undefined;
  /** What of the input is not simulated. */
  readonly notes: readonly InputNote[];
  /** What was assumed where the input does not say; one sentence each. */
  readonly assumptions: readonly string[];
  /** Why the input cannot be used; the rest means nothing then. */
  readonly problems: readonly string[];
}

/** A budget is there before the pods that it guards. */
const CREATED = ["Namespace", "PodDisruptionBudget", "Deployment", "StatefulSet"] as const;

/** Reads what `kubectl apply -f` takes. All problems are found, and whatever is left out is noted. */
export function readManifests(files: readonly ManifestFile[]): Manifests {
  const read = files.map(objectsOf);
  const found = read.flatMap(({ objects }) => objects);
  const reader = new ManifestReader();
  for (const object of found) reader.take(object);
  const links = linksOf(reader.accepted);
  const objects = CREATED.flatMap((kind) =>
    reader.accepted.filter((each) => each.found.kind === kind).map(({ found, namespace, object }) => {
      const { file, document, name } = found;
      return { file, document, kind, namespace, name, object };
    })
  );
  const problems = [...read.flatMap((each) => each.problems), ...reader.problems];
  if (problems.length === 0 && !objects.some(({ kind }) => kind === "Deployment" || kind === "StatefulSet")) {
    problems.push(nothingToRun(files, found));
  }
  return {
    objects,
    autoscalers: links.autoscalers,
    operatorConfig: reader.operatorConfig,
    notes: [...reader.notes, ...links.notes],
    assumptions: describeAssumed(reader.assumed),
    problems,
  };
}

function nothingToRun(files: readonly ManifestFile[], found: readonly FoundObject[]): string {
  const kinds = [...new Set(found.map(({ kind }) => kind))].toSorted();
  const there = kinds.length === 0 ? "" : `; what is there: ${kinds.join(", ")}`;
  const where = files.length === 0 ? "" : `${files.map(({ path }) => fileText(path)).join(", ")}: `;
  return `${where}no Deployment or StatefulSet to simulate${there}`;
}
