/** The `share`-quantile of samples, by nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** A quantile out of the buckets of a Prometheus histogram (`le` -> count so far), interpolated. */
export function histogramQuantile(buckets: ReadonlyMap<number, number>, share: number): number {
  const sorted = [...buckets].toSorted(([a], [b]) => a - b);
  const rank = share * (sorted.at(-1)?.[1] ?? 0);
  let [lowerBound, below] = [0, 0];
  for (const [bound, count] of sorted) {
    if (count >= rank) {
      return bound === Infinity
        ? lowerBound
        : lowerBound + (bound - lowerBound) * (rank - below) / (count - below || 1);
    }
    [lowerBound, below] = [bound, count];
  }
  return NaN;
}
