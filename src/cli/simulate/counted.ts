import type { Scenario } from "../../config/scenario.ts";
import { objectText } from "./manifest_documents.ts";
import { type Labelled, policyReader } from "./policy_reader.ts";
import type { Variant } from "./variants.ts";
import { annotated, type Annotations, isWorkload, labelledOf, namespaceOf } from "./workloads.ts";

/**
 * The workloads that figures are of, such as `Deployment shop/web`: those that are managed in any of the
 * variants at any time, so that all variants are compared by the same pods.
 */
export function countedOf(
  variants: readonly Pick<Variant, "objects" | "config">[],
  { events }: Pick<Scenario, "events">,
): ReadonlySet<string> {
  const counted = new Set<string>();
  for (const { objects, config } of variants) {
    const readPolicy = policyReader(config);
    for (const workload of objects.filter(isWorkload)) {
      const name = objectText(workload);
      const namespace = namespaceOf(workload, objects);
      const isManaged = (each: Labelled) => readPolicy(each, namespace).kind === "managed";
      if (statesOf(labelledOf(workload), changesOf(name, events)).some(isManaged)) counted.add(name);
    }
  }
  return counted;
}

function changesOf(name: string, events: Scenario["events"]): Annotations[] {
  return events.flatMap((event) =>
    event.do === "annotate" && objectText(event.workload) === name ? [event.annotations] : []
  );
}

/** As the workload is written, and after each change. */
function statesOf(workload: Labelled, changes: readonly Annotations[]): Labelled[] {
  const states = [workload];
  for (const change of changes) {
    const { metadata } = states.at(-1)!;
    states.push({ metadata: { ...metadata, annotations: annotated(metadata.annotations, change) } });
  }
  return states;
}
