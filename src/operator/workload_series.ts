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
  /** How many series there are of each counter. */
  readonly families: Map<Counter<string>, number>;
}

/** Of one counter and one workload. A budget can be renamed each minute: beyond these, all is "other". */
const MOST_SERIES = 60;

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
    const { counters, families } = this.#of(key);
    let id = identify(counter, more);
    if (!counters.has(id)) {
      const others = families.get(counter) ?? 0;
      const shown = others < MOST_SERIES
        ? more
        : Object.fromEntries(Object.keys(more).map((name) => [name, "other"]));
      id = identify(counter, shown);
      if (!counters.has(id)) {
        counters.set(id, { counter, labels: labelsOf(key, shown) });
        families.set(counter, others + 1);
      }
    }
    counter.inc(counters.get(id)!.labels, value);
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
    const known = this.#known.get(key) ?? { gauges: new Map(), counters: new Map(), families: new Map() };
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
