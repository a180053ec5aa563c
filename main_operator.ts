import { OPERATOR_COMMANDS } from "./src/cli/commands.ts";
import { runProgram } from "./src/cli/program.ts";

await runProgram(OPERATOR_COMMANDS);
