import type { Arguments, CommandName } from "./arguments.ts";
import { config } from "./config.ts";
import type { Outside } from "./context.ts";
import { explain } from "./explain.ts";
import { plan } from "./plan.ts";
import { run } from "./run.ts";
import { VERSION } from "./version.ts";

export interface Surroundings {
  readonly outside: Outside;
  readonly stop: AbortSignal;
}

export type Command = (args: Arguments, surroundings: Surroundings) => Promise<void>;

/** What a build can do: the code of a command that is not named here is not in it. */
export type Commands = Readonly<Partial<Record<CommandName, Command>>>;

/** What a pod needs. The embedded cluster of the others would take 15 MB of each pod's memory. */
export const OPERATOR_COMMANDS = {
  run,
  plan,
  explain,
  config: (args, { outside }) => config(args, outside),
  version: (_, { outside }) => Promise.resolve(outside.write(`spotalis ${VERSION}\n`)),
} satisfies Commands;
