import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Declares metric families of this operator in a registry. Names are without its prefix. */
export function declarer(registry: Registry) {
  const registers = [registry];
  return {
    gauge: (name: string, help: string, labelNames: readonly string[]): Gauge<string> =>
      new Gauge({ name: `spotalis_${name}`, help, labelNames, registers }),
    counter: (name: string, help: string, labelNames: readonly string[]): Counter<string> =>
      new Counter({ name: `spotalis_${name}`, help, labelNames, registers }),
    histogram: (name: string, help: string, buckets: number[]): Histogram =>
      new Histogram({ name: `spotalis_${name}`, help, buckets, registers }),
  };
}
