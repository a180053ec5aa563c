import type { VariantReport, WorkloadReport } from "../report.ts";
import { describeWorkload } from "./words.ts";

/** A workload as every variant has it; undefined: a variant has no such workload. */
export interface Ranked {
  readonly workload: WorkloadReport;
  /** Its place in each variant's `workloads`. */
  readonly indices: readonly (number | undefined)[];
}

/** Those first that a reader should look at: most minutes below the floor, then off the split, then evictions. */
export function rankWorkloads(variants: readonly VariantReport[]): Ranked[] {
  const byKey = new Map<string, (number | undefined)[]>();
  variants.forEach(({ workloads }, v) =>
    workloads.forEach((workload, i) => {
      const key = describeWorkload(workload);
      const indices = byKey.get(key) ?? variants.map(() => undefined);
      indices[v] = i;
      byKey.set(key, indices);
    })
  );
  const ranked = [...byKey.values()].map((indices) => {
    const each = indices.flatMap((index, v) => index === undefined ? [] : [variants[v]!.workloads[index]!]);
    return { workload: each[0]!, indices, weight: weightOf(each) };
  });
  return ranked.sort((a, b) => compareWeights(a.weight, b.weight) || compareNames(a.workload, b.workload));
}

function weightOf(each: readonly WorkloadReport[]): number[] {
  const sum = (of: (workload: WorkloadReport) => number) => each.reduce((total, one) => total + of(one), 0);
  return [sum((one) => one.minutesBelowFloor), sum((one) => one.minutesOffSplit), sum((one) => one.evictions)];
}

function compareWeights(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((weight, i) => weight !== b[i]);
  return i < 0 ? 0 : b[i]! - a[i]!;
}

function compareNames(a: WorkloadReport, b: WorkloadReport): number {
  const [left, right] = [a, b].map(({ namespace, name, kind }) => `${namespace}/${name} ${kind}`);
  return left! < right! ? -1 : left === right ? 0 : 1;
}
