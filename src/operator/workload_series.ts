import type { Counter, Gauge } from "prom-client";
import { parseWorkloadKey, type WorkloadKey } from "./workload_key.ts";

/** The labels that name a workload. */
export const WORKLOAD_LABELS = ["namespace", "workload", "workload_type"] as const;

type More = Readonly<Record<string, string>>;

/** The series of each workload, so that they end with it without a look at all others. */
export class WorkloadSeries {
  readonly #removers = new Map<
    WorkloadKey,
    { gauges: Map<string, () => void>; counters: Map<string, () => void> }
  >();

  set(
    key: WorkloadKey,
    gauge: Gauge<string>,
    { value, ...more }: { value: number } & { readonly more?: More },
  ): void {
    const labels = this.#labels(key, more.more);
    gauge.set(labels, value);
    this.#of(key).gauges.set(identify(gauge, labels), () => gauge.remove(labels));
  }

  add(key: WorkloadKey, counter: Counter<string>, { value = 1, more }: { value?: number; more: More }): void {
    const labels = this.#labels(key, more);
    counter.inc(labels, value);
    this.#of(key).counters.set(identify(counter, labels), () => counter.remove(labels));
  }

  /** One gauge's series that carry these labels. */
  unset(key: WorkloadKey, gauge: Gauge<string>, more: More): void {
    const labels = this.#labels(key, more);
    const { gauges } = this.#of(key);
    gauges.get(identify(gauge, labels))?.();
    gauges.delete(identify(gauge, labels));
  }

  /** Another process shows the workload's state from now on; what this one has counted stays. */
  removeGauges(key: WorkloadKey): void {
    const { gauges } = this.#of(key);
    for (const remove of gauges.values()) remove();
    gauges.clear();
  }

  removeAll(key: WorkloadKey): void {
    this.removeGauges(key);
    for (const remove of this.#of(key).counters.values()) remove();
    this.#removers.delete(key);
  }

  #labels(key: WorkloadKey, more: More = {}): Record<string, string> {
    const { kind, namespace, name } = parseWorkloadKey(key);
    return { namespace, workload: name, workload_type: kind, ...more };
  }

  #of(key: WorkloadKey) {
    const known = this.#removers.get(key) ?? { gauges: new Map(), counters: new Map() };
    this.#removers.set(key, known);
    return known;
  }
}

function identify(family: Gauge<string> | Counter<string>, labels: More): string {
  return `${(family as unknown as { name: string }).name} ${Object.values(labels).join(" ")}`;
}
