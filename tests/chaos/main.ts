import { type ChaosArguments, parseChaosArguments, USAGE } from "./arguments.ts";
import { closingText, outcomeText } from "./report.ts";
import type { Outcome } from "./world/run.ts";

/** Plays all seeds, so many at once, and tells of each as soon as it is over; answers how many failed. */
async function playAll({ seeds, days, jobs }: ChaosArguments, tell: (text: string) => void): Promise<number> {
  const left = [...seeds];
  let failed = 0;
  const work = async () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const outcome = await played(worker, { seed, days });
      if (outcome.violations.length > 0) failed++;
      tell(outcomeText(outcome));
    }
    worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds.length) }, work));
  return failed;
}

function played(worker: Worker, of: { seed: number; days: number }): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`seed ${of.seed} ends its worker: ${event.message}`));
    };
    worker.postMessage(of);
  });
}

function print(text: string): void {
  // deno-lint-ignore no-console
  console.log(text);
}

async function main(): Promise<number> {
  let args: ChaosArguments;
  try {
    args = parseChaosArguments(Deno.args);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    print(`${error.message}\n${USAGE}`);
    return 2;
  }
  const startedMs = performance.now();
  const failed = await playAll(args, print);
  print(closingText({ passed: args.seeds.length - failed, failed, ms: performance.now() - startedMs }));
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
