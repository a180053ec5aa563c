import { fileText } from "../manifest_documents.ts";
import { NOTHING_LOST } from "../manifest_kinds.ts";
import type { Report, WorkloadReport } from "../report.ts";
import { countOf, formatInstant, formatLength } from "./format.ts";

/** `12 workloads of shop.yaml over 7 days` */
export function describeTitle({ variants, scenario }: Report): string {
  const workloads = Math.max(0, ...variants.map(({ workloads }) => workloads.length));
  const { manifests, lengthMs } = scenario;
  const from = manifests.length === 1 ? fileText(manifests[0]!) : countOf(manifests.length, "file");
  return `${countOf(workloads, "workload")} of ${from} over ${formatLength(lengthMs)}`;
}

/** What figures of no pods at all are about; undefined: they are of some. */
export function describeIdle({ variants }: Report): string | undefined {
  if (variants.some(({ workloads }) => workloads.some(({ isManaged }) => isManaged))) return undefined;
  const reasons = new Set(variants.flatMap(({ workloads }) => workloads.map(({ policy }) => policy)));
  const some = [...reasons].slice(0, MOST_REASONS).join("; ");
  const hint = variants.length > 1 ? "" : " To see what it would be like, add --compare percentage=70.";
  return `No workload is managed, so the figures are of no pods at all (${some}).${hint}`;
}

/** Mostly one cause has them all. */
const MOST_REASONS = 3;

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

/** Of all variants; undefined: there is nothing to say. */
export function describeTroubles({ variants }: Report): string | undefined {
  const troubled = variants.flatMap(({ workloads }) =>
    workloads.filter(({ trouble }) => trouble !== undefined)
  );
  const count = new Set(troubled.map(describeWorkload)).size;
  if (count === 0) return undefined;
  return `${countOf(count, "workload")} ${count === 1 ? "does" : "do"} not have all pods running at the end.`;
}

/** undefined: there is nothing to say. */
export function describeNotes({ notes }: Report): string | undefined {
  const lost = notes.filter(({ why }) => why !== NOTHING_LOST).length;
  const rest = notes.length - lost;
  if (lost > 0) {
    return `${countOf(lost, "part")} of the input ${
      lost === 1 ? "is not simulated as it stands" : "are not simulated as they stand"
    }.`;
  }
  return rest > 0
    ? `${countOf(rest, "part")} of the input ${rest === 1 ? "has" : "have"} no effect here.`
    : undefined;
}
