import { Cluster } from "../tests/e2e/support/cluster.ts";
import { Replicas } from "../tests/e2e/support/replicas.ts";
import { burst } from "./cluster.ts";
import { median } from "./percentile.ts";
import { print, tell } from "./print.ts";

/**
 * What forwarding costs in the API server's own histogram: bursts of 200 through three replicas, each review to
 * the next one, by turns with and without forwarding. `deno run -A bench/forwarding.ts [ROUNDS]`, and with
 * SPOTALIS_E2E_BINARY set the replicas are that binary.
 */
const rounds = Number(Deno.args[0] ?? 9);
const folder = await Deno.makeTempDir({ prefix: "spotalis-bench-" });
const cluster = await Cluster.up(`${folder}/cluster`);
const figures = { with: [] as Figures[], without: [] as Figures[] };

interface Figures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all three replicas, for each pod. */
  readonly cpuMs: number;
}

async function measure(
  replicas: Replicas,
  { namespace, way }: { namespace: string; way: Way },
): Promise<Figures> {
  const cpuBefore = await replicas.metric("process_cpu_seconds_total");
  const quantiles = await burst(cluster, { namespace, operator: way });
  const cpuSeconds = await replicas.metric("process_cpu_seconds_total") - cpuBefore;
  await cluster.kubectl(["delete", "namespace", namespace]);
  return { ...quantiles, cpuMs: cpuSeconds * 1_000 / PODS };
}

const PODS = 200;
const WAYS = ["with", "without"] as const;
type Way = (typeof WAYS)[number];

try {
  // Nothing is evicted: replacements would be reviews, too.
  const operator = { disruptionWindow: { schedule: "0 0 29 2 *", duration: "1m" } };
  await using on = await Replicas.start(cluster, { name: "with", config: { operator } });
  const config = { operator, webhook: { forwarding: { enabled: false } } };
  await using off = await Replicas.start(cluster, { name: "without", config });
  // Until the API server has taken the webhooks up, pods pass without a review.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const replicas = { with: on, without: off };
  for (const way of WAYS) await measure(replicas[way], { namespace: `${way}-first`, way });
  for (let i = 0; i < rounds; i++) {
    // Each way is as often the first of a round as the second.
    for (const way of i % 2 === 0 ? WAYS : WAYS.toReversed()) {
      figures[way].push(await measure(replicas[way], { namespace: `${way}-${i}`, way }));
    }
    const p99 = WAYS.map((way) => figures[way][i]!.p99Ms.toFixed(0)).join(" / ");
    tell(`round ${i + 1}: p99 ${p99} ms, load ${Deno.loadavg()[0]!.toFixed(1)}`);
  }
  const results = ["answered", "late", "unreachable", "circuit_open"];
  const counted = await Promise.all(
    results.map(async (result) =>
      `${result} ${await on.metric("spotalis_webhook_forwarded_total", { result })}`
    ),
  );
  tell(`forwarded: ${counted.join(", ")}`);
} finally {
  await cluster.down();
  await Deno.remove(folder, { recursive: true });
}

const medianOf = (way: Way, key: keyof Figures) => median(figures[way].map((each) => each[key]));
const rows = (["p50Ms", "p99Ms", "cpuMs"] as const).map((key) => {
  const [on, off] = [medianOf("with", key), medianOf("without", key)];
  const ratios = figures.with.map((each, i) => each[key] / figures.without[i]![key]);
  return `| ${key.replace("Ms", "")} | ${on.toFixed(1)} ms | ${off.toFixed(1)} ms | ${
    (on / off).toFixed(2)
  } | ${median(ratios).toFixed(2)} |`;
});
print(
  [
    `| ${rounds} rounds | with | without | ratio of medians | median of ratios |`,
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n"),
);
