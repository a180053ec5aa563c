import { parseArgs } from "node:util";
import { benchAll } from "./all.ts";
import { print, tell } from "./print.ts";
import { benchScale, scaleRows } from "./scale.ts";

/**
 * Measures and prints tables, with SPOTALIS_E2E_BINARY set of that binary, otherwise of `deno run`:
 *
 *   deno task bench                                            the README's figures
 *   deno task bench scale [--pods N] [--workloads N] [--limit MINUTES]
 */
const { positionals: [what], values } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    pods: { type: "string", default: "10000" },
    workloads: { type: "string", default: "500" },
    limit: { type: "string", default: "10" },
  },
});

function printTable(head: string[], rows: string[][]): void {
  print([head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n"));
}

if (what === "scale") {
  const figures = await benchScale({
    pods: Number(values.pods),
    workloads: Number(values.workloads),
    stepLimitMs: Number(values.limit) * 60_000,
  }, tell);
  printTable(["figure", "measured"], scaleRows(figures));
} else {
  printTable(["figure", "reach", "measured"], await benchAll());
}
