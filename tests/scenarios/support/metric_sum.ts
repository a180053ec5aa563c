/** The sum of a metric's series that carry all of `labels`, in a text as Prometheus reads it. */
export function metricSum(
  text: string,
  { name, labels = {} }: { name: string; labels?: Record<string, string> | undefined },
): number {
  let sum = 0;
  for (const line of text.split("\n")) {
    const [series, value] = [line.slice(0, line.lastIndexOf(" ")), line.slice(line.lastIndexOf(" ") + 1)];
    if (series !== name && !series.startsWith(`${name}{`)) continue;
    if (Object.entries(labels).every(([key, want]) => series.includes(`${key}="${want}"`))) {
      sum += Number(value);
    }
  }
  return sum;
}
