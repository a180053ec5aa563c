import { fileText } from "../manifest_documents.ts";
import type { Report, WorkloadReport } from "../report.ts";
import { countOf, formatInstant, formatLength } from "./format.ts";

/** `12 workloads of shop.yaml over 7 days` */
export function describeTitle({ variants, scenario }: Report): string {
  const workloads = Math.max(0, ...variants.map(({ workloads }) => workloads.length));
  const { manifests, lengthMs } = scenario;
  const from = manifests.length === 1 ? fileText(manifests[0]!) : countOf(manifests.length, "file");
  return `${countOf(workloads, "workload")} of ${from} over ${formatLength(lengthMs)}`;
}

/** Why all figures are zero; undefined: they are not for that reason. */
export function describeIdle({ variants }: Report): string | undefined {
  if (variants.some(({ workloads }) => workloads.some(({ isManaged }) => isManaged))) return undefined;
  return "No workload is managed: none has the label spotalis.io/enabled=true, by itself or with its namespace " +
    "and a percentage, and a policy that is valid; so the figures are of no pods at all. To see what it would be " +
    "like, add --compare percentage=70.";
}

export function describeWorkload({ kind, namespace, name }: WorkloadReport): string {
  return `${kind} ${namespace}/${name}`;
}

/** What was simulated, in sentences. */
export function describeRun({ variants, scenario }: Report): string {
  const { file, seeds, startMs, nodeGroups } = scenario;
  const nodes = nodeGroups.reduce((sum, group) => sum + group.nodes, 0);
  const parts = [
    `${countOf(nodes, "node")} in ${countOf(nodeGroups.length, "group")}, from ${formatInstant(startMs)}`,
    file === undefined ? "the default scenario" : `scenario ${fileText(file)}`,
    describeSeeds(seeds),
  ];
  if (variants.length > 1) parts.push(countOf(variants.length, "variant"));
  return `${parts.join("; ")}.`;
}

/** Without a gap between them, from the first to the last. */
function describeSeeds(seeds: readonly number[]): string {
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  const isRun = seeds.every((seed, i) => i === 0 || seed === seeds[i - 1]! + 1);
  return `${seeds.length} seeds (${
    isRun && seeds.length > 2 ? `${seeds[0]} to ${seeds.at(-1)}` : seeds.join(", ")
  })`;
}

/** undefined: there is nothing to say. */
export function describeFindings({ findings }: Report): string | undefined {
  if (findings.length === 0) return undefined;
  return `${countOf(findings.length, "thing")} in the input ${
    findings.length === 1 ? "is" : "are"
  } probably not as ` +
    `it was meant.`;
}

/** undefined: there is nothing to say. */
export function describeNotes({ notes }: Report): string | undefined {
  if (notes.length === 0) return undefined;
  return notes.length === 1
    ? "One part of the input is not simulated as it stands."
    : `${notes.length.toLocaleString("en-US")} parts of the input are not simulated as they stand.`;
}
