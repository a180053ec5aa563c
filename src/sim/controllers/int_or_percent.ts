import type { IntOrPercent } from "../objects.ts";

/** A number, or so many percent of `total`. */
export function resolved(
  value: IntOrPercent,
  { total, round }: { total: number; round: (share: number) => number },
): number {
  return typeof value === "number" ? value : round(parseInt(value, 10) * total / 100);
}
