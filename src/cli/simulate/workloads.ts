import type { Scenario } from "../../config/scenario.ts";
import type { WorkloadName } from "../../config/scenario_values.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Deployment, StatefulSet } from "../../sim/objects.ts";
import { objectText } from "./manifest_documents.ts";
import type { ManifestObject } from "./manifests.ts";
import type { Labelled } from "./policy_reader.ts";

/** A manifest that makes pods; its shape has been checked. */
export type Workload = Omit<ManifestObject, "kind" | "object"> & {
  readonly kind: WorkloadName["kind"];
  readonly object: JsonObject & Pick<Deployment & StatefulSet, "metadata" | "spec">;
};

export function isWorkload(manifest: ManifestObject): manifest is ManifestObject & Workload {
  return manifest.kind === "Deployment" || manifest.kind === "StatefulSet";
}

export function labelledOf({ object }: { readonly object: JsonObject }): Labelled {
  return object as JsonObject & Labelled;
}

/** The most that a workload is ever asked to have. */
export function mostReplicas(
  workload: Workload,
  { curves, events }: Pick<Scenario, "curves" | "events">,
): number {
  const isIts = (each: { workload: WorkloadName }) => objectText(each.workload) === objectText(workload);
  const scalings = events.flatMap((event) => event.do === "scale" ? [event] : []);
  return Math.max(
    workload.object.spec.replicas ?? 1,
    ...curves.filter(isIts).flatMap(({ points }) => points.map(({ replicas }) => replicas)),
    ...scalings.filter(isIts).map(({ replicas }) => replicas),
  );
}

/** The namespace of a workload as the API server has it, whether or not it is among the manifests. */
export function namespaceOf({ namespace: name }: Workload, objects: readonly ManifestObject[]): Labelled {
  const found = objects.find((each) => each.kind === "Namespace" && each.name === name);
  const metadata = found === undefined ? { name } : labelledOf(found).metadata;
  return { metadata: { ...metadata, labels: { ...metadata.labels, "kubernetes.io/metadata.name": name } } };
}

/** null stands for one that is removed. */
export type Annotations = Readonly<Record<string, string | null>>;

export function annotated(annotations: Annotations | undefined, change: Annotations): Record<string, string> {
  const all = Object.entries({ ...annotations, ...change });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}
