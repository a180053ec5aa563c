/** Where a series of samples goes. */
export interface Trend {
  readonly median: number;
  /** By least squares; the time's unit is that of the samples. */
  readonly slope: number;
  /** Of the slope, one standard error, as if samples were independent of each other. */
  readonly error: number;
}

export function trendOf(samples: readonly { readonly at: number; readonly value: number }[]): Trend {
  const n = samples.length;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  const [at, value] = [mean(samples.map((sample) => sample.at)), mean(samples.map((sample) => sample.value))];
  const spread = samples.reduce((sum, sample) => sum + (sample.at - at) ** 2, 0);
  const slope = samples.reduce((sum, sample) => sum + (sample.at - at) * (sample.value - value), 0) / spread;
  const left = samples.reduce(
    (sum, sample) => sum + (sample.value - value - slope * (sample.at - at)) ** 2,
    0,
  );
  return {
    median: medianOf(samples.map((sample) => sample.value)),
    slope,
    error: Math.sqrt(left / (n - 2) / spread),
  };
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
