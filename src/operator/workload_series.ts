import type { Counter, Gauge } from "prom-client";
import { parseWorkloadKey, type WorkloadKey } from "./workload_key.ts";

/** The labels that name a workload. */
export const WORKLOAD_LABELS = ["namespace", "workload", "workload_type"] as const;

type More = Readonly<Record<string, string>>;

interface Known {
  readonly gauges: Map<string, { readonly value: number; readonly remove: () => void }>;
  readonly counters: Map<
    string,
    { readonly counter: Counter<string>; readonly labels: Record<string, string> }
  >;
}

/** The series of each workload, so that they end with it without a look at all others. */
export class WorkloadSeries {
  readonly #known = new Map<WorkloadKey, Known>();

  set(
    key: WorkloadKey,
    gauge: Gauge<string>,
    { value, more = {} }: { readonly value: number; readonly more?: More },
  ): void {
    const { gauges } = this.#of(key);
    const id = identify(gauge, more);
    // Most decisions change nothing: then there is nothing to tell, either.
    if (gauges.get(id)?.value === value) return;
    const labels = labelsOf(key, more);
    gauge.set(labels, value);
    gauges.set(id, { value, remove: () => gauge.remove(labels) });
  }

  add(key: WorkloadKey, counter: Counter<string>, { value = 1, more }: { value?: number; more: More }): void {
    const { counters } = this.#of(key);
    const id = identify(counter, more);
    const labels = counters.get(id)?.labels ?? labelsOf(key, more);
    counter.inc(labels, value);
    counters.set(id, { counter, labels });
  }

  /** One gauge's series that carry these labels. */
  unset(key: WorkloadKey, gauge: Gauge<string>, more: More): void {
    const { gauges } = this.#of(key);
    const id = identify(gauge, more);
    gauges.get(id)?.remove();
    gauges.delete(id);
  }

  /** Another process shows the workload's state from now on; what this one has counted stays. */
  removeGauges(key: WorkloadKey): void {
    const { gauges } = this.#of(key);
    for (const { remove } of gauges.values()) remove();
    gauges.clear();
  }

  removeAll(key: WorkloadKey): void {
    this.removeGauges(key);
    for (const { counter, labels } of this.#of(key).counters.values()) counter.remove(labels);
    this.#known.delete(key);
  }

  #of(key: WorkloadKey): Known {
    const known = this.#known.get(key) ?? { gauges: new Map(), counters: new Map() };
    this.#known.set(key, known);
    return known;
  }
}

function labelsOf(key: WorkloadKey, more: More): Record<string, string> {
  const { kind, namespace, name } = parseWorkloadKey(key);
  return { namespace, workload: name, workload_type: kind, ...more };
}

/** One series among those of a workload. */
function identify(family: Gauge<string> | Counter<string>, more: More): string {
  let id = (family as unknown as { name: string }).name;
  for (const name in more) id += ` ${more[name]}`;
  return id;
}
