import { createLog, describeError } from "../runtime/log.ts";
import { systemClock } from "../runtime/clock.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { config } from "./config.ts";
import { ConfigError, type Outside } from "./context.ts";
import { demo } from "./demo/demo.ts";
import { explain } from "./explain.ts";
import { helpOf } from "./help.ts";
import { plan } from "./plan.ts";
import { run } from "./run.ts";
import { InputError } from "./simulate/input_error.ts";
import { simulate } from "./simulate/simulate.ts";
import { VERSION } from "./version.ts";

export interface MainOptions {
  readonly outside: Outside;
  readonly stop: AbortSignal;
}

/** Carries a command line out; the answer is the exit code: 0 done, 1 failed, 2 bad usage or configuration. */
export async function main(args: readonly string[], { outside, stop }: MainOptions): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.help) {
      outside.write(helpOf(parsed.command));
      return 0;
    }
    switch (parsed.command) {
      case "run":
        await run(parsed, { outside, stop });
        return 0;
      case "plan":
        await plan(parsed, { outside, stop });
        return 0;
      case "explain":
        await explain(parsed, { outside, stop });
        return 0;
      case "simulate":
        await simulate(parsed, { outside, stop });
        return 0;
      case "demo":
        await demo(parsed, { outside, stop });
        return 0;
      case "config":
        await config(parsed, outside);
        return 0;
      case "version":
        outside.write(`spotalis ${VERSION}\n`);
        return 0;
    }
  } catch (error) {
    return report(error, outside);
  }
}

function report(error: unknown, { writeError }: Outside): number {
  if (error instanceof UsageError) {
    writeError(`spotalis: ${error.message}\nSee "spotalis --help".\n`);
    return 2;
  }
  if (error instanceof InputError) {
    writeError(error.problems.map((problem) => `spotalis: ${problem}\n`).join(""));
    return 2;
  }
  const log = createLog({ write: writeError, wall: systemClock.wall }, { level: "info", format: "json" });
  if (error instanceof ConfigError) {
    log.error("fatal: the configuration is invalid", { problems: error.problems });
    return 2;
  }
  log.error(`fatal: ${describeError(error)}`, {});
  return 1;
}
