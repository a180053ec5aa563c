import type { Scenario } from "./scenario.ts";
import { type Path, pathText } from "./scenario_problems.ts";
import type { WorkloadName } from "./scenario_values.ts";

/** How many names a message offers. */
const MOST_NAMES = 10;

/** As a scenario writes it: `Deployment shop/web`. */
export function workloadText({ kind, namespace, name }: WorkloadName): string {
  return `${kind} ${namespace}/${name}`;
}

/** One problem for each place of a scenario that names a workload which the manifests do not have. */
export function missingWorkloads(
  { curves, events }: Scenario,
  { file, workloads }: { file: string; workloads: readonly WorkloadName[] },
): string[] {
  const known = workloads.map(workloadText).toSorted();
  const offered = known.length > MOST_NAMES ? [...known.slice(0, MOST_NAMES), "…"] : known;
  const named: { path: Path; text: string }[] = [
    ...curves.map(({ workload }, i) => ({ path: ["curves", i, "workload"], text: workloadText(workload) })),
    ...events.flatMap((event, i) =>
      "workload" in event && typeof event.workload === "object"
        ? [{ path: ["events", i, "workload"], text: workloadText(event.workload) }]
        : []
    ),
  ];
  return named.filter(({ text }) => !known.includes(text)).map(({ path, text }) =>
    `${file}: ${pathText(path)} is "${text}", has to be one that the manifests have: ${offered.join(", ")}`
  );
}
