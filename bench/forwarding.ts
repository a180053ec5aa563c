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
const figures = { with: [] as Quantiles[], without: [] as Quantiles[] };

interface Quantiles {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

try {
  // Nothing is evicted: replacements would be reviews, too.
  const operator = { disruptionWindow: { schedule: "0 0 29 2 *", duration: "1m" } };
  await using on = await Replicas.start(cluster, { name: "with", config: { operator } });
  const config = { operator, webhook: { forwarding: { enabled: false } } };
  await using _off = await Replicas.start(cluster, { name: "without", config });
  // Until the API server has taken the webhooks up, pods pass without a review.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  for (const way of ["with", "without"] as const) {
    await burst(cluster, { namespace: `${way}-first`, operator: way });
  }
  for (let i = 0; i < rounds; i++) {
    // Each way is as often the first of a round as the second.
    const ways = ["with", "without"] as const;
    for (const way of i % 2 === 0 ? ways : ways.toReversed()) {
      const namespace = `${way}-${i}`;
      figures[way].push(await burst(cluster, { namespace, operator: way }));
      await cluster.delete("namespace", namespace);
    }
    tell(
      `round ${i + 1}: p99 ${figures.with[i]!.p99Ms.toFixed(0)} / ${figures.without[i]!.p99Ms.toFixed(0)} ms`,
    );
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

const medianOf = (way: "with" | "without", key: keyof Quantiles) =>
  median(figures[way].map((each) => each[key]));
const rows = (["p50Ms", "p99Ms"] as const).map((key) => {
  const [on, off] = [medianOf("with", key), medianOf("without", key)];
  const ratios = figures.with.map((each, i) => each[key] / figures.without[i]![key]);
  return `| ${key.slice(0, 3)} | ${on.toFixed(1)} ms | ${off.toFixed(1)} ms | ${(on / off).toFixed(2)} | ${
    median(ratios).toFixed(2)
  } |`;
});
print(
  [
    `| ${rounds} rounds | with | without | ratio of medians | median of ratios |`,
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n"),
);
