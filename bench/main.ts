import { parseArgs } from "node:util";
import { benchAll } from "./all.ts";
import { print, tell } from "./print.ts";
import { benchScale, scaleRows } from "./scale.ts";
import { benchSoak, soakRows } from "./soak.ts";

/**
 * Measures and prints tables, with SPOTALIS_E2E_BINARY set of that binary, otherwise of `deno run`:
 *
 *   deno task bench                                            the README's figures
 *   deno task bench scale [--pods N] [--workloads N] [--limit MINUTES]
 *   deno task soak [--minutes N]
 */
const { positionals: [what], values } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    pods: { type: "string", default: "10000" },
    workloads: { type: "string", default: "500" },
    limit: { type: "string", default: "10" },
    minutes: { type: "string", default: "15" },
  },
});

const MINUTE_MS = 60_000;

function printTable(head: string[], rows: string[][]): void {
  print([head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n"));
}

if (what === "scale") {
  const figures = await benchScale({
    pods: Number(values.pods),
    workloads: Number(values.workloads),
    stepLimitMs: Number(values.limit) * MINUTE_MS,
  }, tell);
  printTable(["figure", "measured"], scaleRows(figures));
} else if (what === "soak") {
  const figures = await benchSoak({
    lengthMs: Number(values.minutes) * MINUTE_MS,
    cutEveryMs: MINUTE_MS,
    faultEveryMs: 3 * MINUTE_MS,
  }, tell);
  printTable(["figure", "measured"], soakRows(figures));
} else {
  printTable(["figure", "reach", "measured"], await benchAll());
}
