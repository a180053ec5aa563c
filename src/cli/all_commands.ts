import type { CommandName } from "./arguments.ts";
import { type Command, OPERATOR_COMMANDS } from "./commands.ts";
import { demo } from "./demo/demo.ts";
import { simulate } from "./simulate/simulate.ts";

export const ALL_COMMANDS: Readonly<Record<CommandName, Command>> = { ...OPERATOR_COMMANDS, simulate, demo };
