import type { Figures, VariantReport, WorkloadReport } from "../report.ts";
import type { Unit } from "./format.ts";

/** A figure as it is shown: where it stands, what it is called, and what it counts. */
export interface FigureKind {
  /** Its path in `Figures`, and its key in `Ranges`. */
  readonly key: string;
  readonly label: string;
  readonly unit: Unit;
  /** What it counts; a part of a sentence. */
  readonly hint: string;
}

/** In the order in which people ask: what does it save, what does it risk, what does it disturb. */
export const FIGURES: readonly FigureKind[] = [
  { key: "saved", label: "Saved", unit: "share", hint: "of the cost if all pods were on-demand" },
  { key: "cost", label: "Cost", unit: "money", hint: "the pods' share of their nodes" },
  { key: "costOnDemand", label: "Cost if all on-demand", unit: "money", hint: "the same pods, on-demand" },
  { key: "costOfNodes", label: "Cost of all nodes", unit: "money", hint: "used or not" },
  {
    key: "minutesBelowFloor",
    label: "Below the floor",
    unit: "minutes",
    hint: "workload-minutes with fewer ready on-demand pods than asked",
  },
  {
    key: "minutesOffSplit",
    label: "Off the split",
    unit: "minutes",
    hint: "workload-minutes in which the split was not the one asked for",
  },
  { key: "minutesPending", label: "Pending", unit: "minutes", hint: "pod-minutes without a node" },
  { key: "evictions", label: "Evictions", unit: "count", hint: "pods that the operator moved" },
  { key: "reclaims", label: "Nodes reclaimed", unit: "count", hint: "taken back by the cloud" },
  { key: "podsReclaimed", label: "Pods reclaimed", unit: "count", hint: "that were on those nodes" },
  {
    key: "recoverySeconds.median",
    label: "Recovery, median",
    unit: "seconds",
    hint: "from a reclaim's notice until all replicas are ready",
  },
  {
    key: "recoverySeconds.longest",
    label: "Recovery, longest",
    unit: "seconds",
    hint: "from a reclaim's notice until all replicas are ready",
  },
  {
    key: "unrecovered",
    label: "Not recovered",
    unit: "count",
    hint: "workloads whose replicas were not all ready again at the end",
  },
  { key: "spotShare", label: "Time on spot", unit: "share", hint: "of the pods' time" },
  { key: "spotShareAsked", label: "Time on spot, asked", unit: "share", hint: "of the pods' time" },
  { key: "podsCreated", label: "Pods created", unit: "count", hint: "in all" },
];

/** With the currency, where it is money. */
export function labelOf({ label, unit }: Pick<FigureKind, "label" | "unit">, currency: string): string {
  return unit === "money" || unit === "price" ? `${label}, ${currency}` : label;
}

export function figureKind(key: string): FigureKind {
  const found = FIGURES.find((kind) => kind.key === key);
  if (found === undefined) throw new Error(`there is no figure "${key}"`);
  return found;
}

/** undefined: there is none, such as a recovery where nothing was reclaimed. */
export function figureOf(figures: Figures | WorkloadReport, key: string): number | undefined {
  let value: unknown = figures;
  for (const name of key.split(".")) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  }
  return typeof value === "number" ? value : undefined;
}

/** With several seeds, how far they are apart. */
export function rangeOf({ ranges }: VariantReport, key: string): { least: number; most: number } | undefined {
  return ranges !== undefined && Object.hasOwn(ranges, key) ? ranges[key] : undefined;
}
