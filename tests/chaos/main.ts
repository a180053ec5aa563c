import { planOf } from "./plan/plan.ts";
import { play } from "./world/run.ts";
import { timeText } from "./world/journal.ts";

const args = Object.fromEntries(
  Deno.args.flatMap((a, i) => a.startsWith("--") ? [[a.slice(2), Deno.args[i + 1]]] : []),
);
const seed = Number(args.seed ?? 1), days = Number(args.days ?? 1), seeds = Number(args.seeds ?? 1);
for (let s = seed; s < seed + seeds; s++) {
  const t = performance.now();
  const o = await play(planOf({ seed: s, days }));
  console.log(
    s,
    o.digest,
    ((performance.now() - t) / 1000).toFixed(1) + "s",
    JSON.stringify(o.counts),
    o.longestUnmendedMs / 1000,
  );
  if (o.violations.length) {
    console.log(o.lines.join("\n"));
    console.log(
      o.violations.slice(0, 3).map((v) => timeText(v.atMs) + " " + v.rule + " " + v.detail).join("\n"),
    );
    if (!args.go) Deno.exit(1);
  }
}
Deno.exit(0);
