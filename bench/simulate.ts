import project from "../deno.json" with { type: "json" };
import { renderPage } from "../src/cli/simulate/render/page.ts";
import type { Report } from "../src/cli/simulate/report.ts";
import { print, tell } from "./print.ts";
import { manifestsOf, scenarioOf, WEEK, type WeekSize } from "./simulated_week.ts";

export interface SimulateFigures {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly mostMB: number;
  readonly jsonKB: number;
  readonly pageKB: number;
  /** Seconds of CPU for a simulated hour of 1,000 pods, by the number of pods. */
  readonly perHour: readonly { readonly pods: number; readonly cpuSeconds: number }[];
}

interface Run {
  readonly out: string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly mostMB: number;
}

const ROOT = new URL("..", import.meta.url);
const POLL_MS = 50;
/** Of `/proc/PID/stat`: USER_HZ is 100 on all that Deno runs on. */
const TICKS_PER_SECOND = 100;

/** Of growing sizes, so that what costs more than its share shows: workloads of five pods, on a node for each 16. */
const SIZES = [250, 500, 1_000].map((workloads) => ({ workloads, podsEach: 5, nodes: workloads * 3 / 10 }));
/** What lies between is taken, so that the start is left out, in which everything is made. */
const HOURS = { from: 1, to: 17 };

/** The week of issue 5 twice, and three sizes up to 5,000 pods: each run a process of its own. */
export async function benchSimulate(tell: (line: string) => void): Promise<SimulateFigures> {
  const directory = await Deno.makeTempDir({ prefix: "spotalis-bench-" });
  try {
    tell("simulate: a week of 200 workloads on 60 nodes, twice");
    const week = await simulated(WEEK, directory);
    if ((await simulated(WEEK, directory)).out !== week.out) throw new Error("the same seed gave two reports");
    const perHour = [];
    for (const size of SIZES) {
      const pods = size.workloads * size.podsEach;
      tell(`simulate: ${pods} pods on ${size.nodes} nodes`);
      const [from, to] = [
        await simulated({ ...size, hours: HOURS.from }, directory),
        await simulated({ ...size, hours: HOURS.to }, directory),
      ];
      const hours = HOURS.to - HOURS.from;
      perHour.push({ pods, cpuSeconds: (to.cpuSeconds - from.cpuSeconds) / hours / pods * 1_000 });
    }
    const { out, ...figures } = week;
    const page = renderPage(JSON.parse(out) as Report);
    return { ...figures, jsonKB: bytesOf(out) / 1_000, pageKB: bytesOf(page) / 1_000, perHour };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function simulated(size: WeekSize, directory: string): Promise<Run> {
  const [manifests, scenario] = [`${directory}/manifests.yaml`, `${directory}/scenario.yaml`];
  await Deno.writeTextFile(manifests, manifestsOf(size));
  await Deno.writeTextFile(scenario, scenarioOf(size));
  // As "deno task simulate" runs it.
  const [, ...deno] = project.tasks.simulate.command.split(" ");
  const args = [...deno, "-f", manifests, "--scenario", scenario, "-o", "json"];
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdout: "piped", stderr: "inherit" })
    .spawn();
  let used = { cpuSeconds: 0, mostMB: 0 };
  const polling = setInterval(() => used = usedBy(child.pid) ?? used, POLL_MS);
  const { success, stdout } = await child.output().finally(() => clearInterval(polling));
  if (!success) throw new Error(`simulate failed with ${size.workloads} workloads`);
  return { out: new TextDecoder().decode(stdout), wallSeconds: (performance.now() - started) / 1_000, ...used };
}

/** What a process has used so far; undefined: it has ended. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function usedBy(pid: number): { cpuSeconds: number; mostMB: number } | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // After the name, which may hold anything, the first is field 3; user and system time are 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const most = /^VmHWM:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
    if (most === null) return undefined;
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      mostMB: Number(most[1]) * 1_024 / 1e6,
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Rows of the table of figures. */
export function simulateRows(figures: SimulateFigures): string[][] {
  const { wallSeconds, cpuSeconds, mostMB, jsonKB, pageKB, perHour } = figures;
  const sizes = perHour.map(({ pods }) => pods.toLocaleString("en-US")).join(" / ");
  return [
    [
      "`simulate`, a week of 200 workloads on 60 nodes: time (CPU) / most RSS",
      "60 s / 400 MB",
      `${wallSeconds.toFixed(0)} s (${cpuSeconds.toFixed(0)} s) / ${mostMB.toFixed(0)} MB`,
    ],
    ["its JSON, the same twice / its page", "- / 1,000 kB", `${jsonKB.toFixed(0)} / ${pageKB.toFixed(0)} kB`],
    [
      `\`simulate\`, CPU of a simulated hour for each 1,000 of ${sizes} pods`,
      "does not rise",
      perHour.map(({ cpuSeconds }) => `${cpuSeconds.toFixed(2)} s`).join(" / "),
    ],
  ];
}

if (import.meta.main) {
  for (const row of simulateRows(await benchSimulate(tell))) print(`| ${row.join(" | ")} |`);
}
