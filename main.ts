import { ALL_COMMANDS } from "./src/cli/all_commands.ts";
import { runProgram } from "./src/cli/program.ts";

await runProgram(ALL_COMMANDS);
