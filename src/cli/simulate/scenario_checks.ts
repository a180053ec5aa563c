import { classifierOf } from "../../config/classifier.ts";
import type { Scenario } from "../../config/scenario.ts";
import type { Config } from "../../config/schema.ts";
import { CAPACITIES } from "../../domain/capacity.ts";
import { spotTarget } from "../../domain/distribution.ts";
import { objectAt, textAt } from "../../domain/json.ts";
import type { Labels } from "../../domain/label_selector.ts";
import { describeProblem, parsePolicy } from "../../domain/policy.ts";
import type { Deployment } from "../../sim/objects.ts";
import { requestsOf } from "../../sim/scheduling/requests.ts";
import type { ManifestObject } from "./manifests.ts";
import type { InputNote } from "./report.ts";

const NOTHING = { labels: {}, annotations: {} };

/** What manifests and scenario say together that nobody can have meant: one note each. */
export function crossNotes(
  objects: readonly ManifestObject[],
  { scenario, config }: { scenario: Scenario; config: Config },
): InputNote[] {
  const classifier = classifierOf(config);
  const kinds = new Set(scenario.nodeGroups.map(({ labels }) => classifier.classify(labels)));
  const missing = CAPACITIES.filter((capacity) => !kinds.has(capacity));
  const preset = config.controllers.nodeClassifier.preset;
  const notes: InputNote[] = [];
  for (const each of objects) {
    if (each.kind !== "Deployment" && each.kind !== "StatefulSet") continue;
    const note = (path: string, why: string) =>
      notes.push({ file: each.file, document: each.document, object: nameOf(each), path, why });
    const policy = parsePolicy(sourceOf(each.object), namespaceOf(each, objects));
    if (policy.kind === "invalid") {
      note("metadata.annotations", `Left alone: ${policy.problems.map(describeProblem).join("; ")}.`);
    }
    const { spec } = each.object as unknown as Deployment;
    const replicas = spec.replicas ?? 1;
    if (policy.kind === "managed") {
      const spot = spotTarget(replicas, policy.policy);
      const asked = { "spot": spot, "on-demand": replicas - spot };
      for (const capacity of missing.filter((capacity) => asked[capacity] > 0)) {
        const why = `${asked[capacity]} of ${replicas} pods belong on ${capacity}, but no node group is ${capacity} ` +
          `by the operator's nodeClassifier (preset ${preset}): they wait for ever.`;
        note("metadata.annotations", why);
      }
    }
    const { cpu, memory } = requestsOf(spec.template.spec);
    const fits = scenario.nodeGroups.some((group) => cpu * 1_000 <= group.cpuMillis && memory <= group.memoryBytes);
    if (!fits) note("spec.template.spec", "Its pods ask for more than any node group's nodes have: they wait for ever.");
  }
  return notes;
}

function nameOf({ kind, namespace, name }: ManifestObject): string {
  return `${kind} ${namespace}/${name}`;
}

function sourceOf(object: ManifestObject["object"]): { labels: Labels; annotations: Labels } {
  const metadata = objectAt(object, "metadata");
  return { labels: objectAt(metadata, "labels") as Labels, annotations: objectAt(metadata, "annotations") as Labels };
}

function namespaceOf({ namespace }: ManifestObject, objects: readonly ManifestObject[]) {
  const found = objects.find(({ kind, object }) =>
    kind === "Namespace" && textAt(objectAt(object, "metadata"), "name") === namespace
  );
  return found === undefined ? NOTHING : sourceOf(found.object);
}
