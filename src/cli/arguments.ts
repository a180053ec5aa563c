import { parseArgs } from "node:util";

export const COMMANDS = ["run", "plan", "explain", "config", "version"] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface Arguments {
  readonly command: CommandName;
  readonly positionals: readonly string[];
  readonly help: boolean;
  readonly config: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  readonly output: "text" | "json";
}

/** What was asked cannot be done as it was asked: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  config: { type: "string" },
  kubeconfig: { type: "string" },
  context: { type: "string" },
  namespace: { type: "string", short: "n" },
  output: { type: "string", short: "o" },
  help: { type: "boolean", short: "h" },
} as const;

/** Which options a command takes, beside `--help`. */
const TAKES: Readonly<Record<CommandName, readonly (keyof typeof OPTIONS)[]>> = {
  run: ["config", "kubeconfig", "context"],
  plan: ["config", "kubeconfig", "context", "namespace", "output"],
  explain: ["config", "kubeconfig", "context", "namespace", "output"],
  config: ["config", "output"],
  version: [],
};

export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parsed(args);
  const [first = "run", ...rest] = positionals;
  const command = COMMANDS.find((name) => name === first);
  if (command === undefined) {
    throw new UsageError(`there is no command "${first}": the commands are ${COMMANDS.join(", ")}`);
  }
  for (const option of Object.keys(values)) {
    if (option !== "help" && !TAKES[command].includes(option as keyof typeof OPTIONS)) {
      throw new UsageError(`"${command}" does not take --${option}`);
    }
  }
  const most = command === "explain" ? 1 : 0;
  if (rest.length > most && !values.help) {
    throw new UsageError(
      `"${command}" takes ${most === 0 ? "no argument" : "one argument"}: "${rest[most]}" is too many`,
    );
  }
  const { output = "text" } = values;
  if (output !== "text" && output !== "json") {
    throw new UsageError(`--output has to be text or json, not "${output}"`);
  }
  return {
    command,
    positionals: rest,
    help: values.help ?? false,
    config: values.config,
    kubeconfig: values.kubeconfig,
    context: values.context,
    namespace: values.namespace,
    output,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
}
