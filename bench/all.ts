import { benchCluster } from "./cluster.ts";
import { benchDecide } from "./decide.ts";
import { tell } from "./print.ts";
import { benchSimulate, simulateRows } from "./simulate.ts";

const ms = (value: number) => value.toFixed(2);
const latency = ({ p50Ms, p99Ms }: { p50Ms: number; p99Ms: number }) => `${ms(p50Ms)} / ${ms(p99Ms)} ms`;

/** The README's figures: what, how much was asked, how much it is. */
export async function benchAll(): Promise<string[][]> {
  const decideSeconds = benchDecide();
  const simulateFigures = await benchSimulate(tell);
  const figures = await benchCluster(tell);
  const { empty, full, eightConnections, burst200, burst200Floor } = figures;

  const ratio = (full.p50Ms / empty.p50Ms).toFixed(2);
  const steady = Object.entries(figures.steadyRequests).map(([what, count]) => `${count} ${what}`).join(", ");
  return [
    ["admission, one connection, empty namespace: p50 / p99", "0.8 / 5 ms", latency(empty)],
    [
      "the same beside 5,000 pods of 100 workloads",
      "at most 1.5 times",
      `${latency(full)}: ${ratio} times the p50`,
    ],
    ["eight connections", "2,500 reviews/s", `${eightConnections.perSecond.toFixed(0)} reviews/s`],
    [
      "the API server's own histogram, burst of 200: p50 / p99",
      "5 / 50 ms",
      `${latency(burst200)}; a webhook that does nothing: ${latency(burst200Floor)}`,
    ],
    [
      "RSS idle / with 5,000 pods / after a burst of 1,000",
      "80 / 120 MB",
      `${figures.idleMB.toFixed(0)} / ${figures.fullMB.toFixed(0)} / ${figures.afterBurstMB.toFixed(0)} MB`,
    ],
    [
      "start to readyz 200, empty cluster / 5,000 pods",
      "1.0 / 4 s",
      `${(figures.readyEmptyMs / 1_000).toFixed(2)} / ${(figures.readyFullMs / 1_000).toFixed(2)} s`,
    ],
    ["requests in a steady minute, 100 balanced workloads", "the Lease's, and watch renewals", steady],
    ["`decide` over 10,000 workloads of 10 pods", "0.5 s", `${decideSeconds.toFixed(3)} s`],
    ...simulateRows(simulateFigures),
  ];
}
