import type { Figures, Ranges, VariantReport } from "./report.ts";
import { medianOf, rounded } from "./variant_report.ts";

/** One variant out of its runs with several seeds: medians with ranges, and all else of the first. */
export function combined(runs: readonly VariantReport[]): VariantReport {
  const [first, ...others] = runs;
  if (first === undefined || others.length === 0) return first!;
  const all = runs.map(({ figures }) => flat(figures));
  const names = [...new Set(all.flatMap((each) => Object.keys(each)))];
  const ranges: Record<string, { least: number; most: number }> = {};
  const medians: Record<string, number> = {};
  for (const name of names) {
    const values = all.flatMap((each) => each[name] ?? []).sort((a, b) => a - b);
    medians[name] = rounded(medianOf(values));
    ranges[name] = { least: values[0]!, most: values.at(-1)! };
  }
  return { ...first, figures: unflat(medians), ranges: ranges as Ranges };
}

const [MEDIAN, LONGEST] = ["recoverySeconds.median", "recoverySeconds.longest"] as const;

function flat({ recoverySeconds, ...figures }: Figures): Record<string, number> {
  if (recoverySeconds === undefined) return figures;
  return { ...figures, [MEDIAN]: recoverySeconds.median, [LONGEST]: recoverySeconds.longest };
}

function unflat({ [MEDIAN]: median, [LONGEST]: longest, ...figures }: Record<string, number>): Figures {
  const recoverySeconds = median === undefined || longest === undefined ? undefined : { median, longest };
  return { ...figures, recoverySeconds } as Figures;
}
