import { createLog, describeError } from "../runtime/log.ts";
import { systemClock } from "../runtime/clock.ts";
import { COMMANDS, parseArguments, UsageError } from "./arguments.ts";
import type { Commands, Surroundings } from "./commands.ts";
import { ConfigError, type Outside } from "./context.ts";
import { helpOf } from "./help.ts";
import { InputError } from "./input_error.ts";

export interface MainOptions extends Surroundings {
  /** Those that this build has. */
  readonly commands: Commands;
}

/** Carries a command line out; the answer is the exit code: 0 done, 1 failed, 2 bad usage or configuration. */
export async function main(
  args: readonly string[],
  { commands, ...surroundings }: MainOptions,
): Promise<number> {
  const { outside } = surroundings;
  try {
    const names = COMMANDS.filter((name) => commands[name] !== undefined);
    const parsed = parseArguments(args, names);
    const command = commands[parsed.command];
    if (command === undefined) {
      outside.writeError(`spotalis: this build has no "${parsed.command}", only ${names.join(", ")}\n`);
      return 2;
    }
    if (parsed.help) outside.write(helpOf(parsed.command, names));
    else await command(parsed, surroundings);
    return 0;
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
