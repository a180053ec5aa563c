import { parseArgs } from "node:util";
import { parseDuration } from "../domain/duration.ts";

export const COMMANDS = ["run", "plan", "explain", "simulate", "demo", "config", "version"] as const;
export type CommandName = (typeof COMMANDS)[number];

const OUTPUTS = ["text", "json", "html"] as const;

export interface Arguments {
  readonly command: CommandName;
  readonly positionals: readonly string[];
  readonly help: boolean;
  readonly config: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  /** `html` only of `simulate`. */
  readonly output: (typeof OUTPUTS)[number];
  /** Manifests; `-` is stdin. */
  readonly files: readonly string[];
  /** A file for `simulate`, a name for `demo`. */
  readonly scenario: string | undefined;
  readonly compare: readonly string[];
  readonly runs: number;
  readonly seed: number | undefined;
  readonly lengthMs: number | undefined;
  /** How many times faster than real time. */
  readonly speed: number;
  readonly step: boolean;
  readonly schema: boolean;
  readonly serve: boolean;
  /** 0: any that is free. */
  readonly port: number;
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
  file: { type: "string", short: "f", multiple: true },
  scenario: { type: "string" },
  compare: { type: "string", multiple: true },
  runs: { type: "string" },
  seed: { type: "string" },
  length: { type: "string" },
  speed: { type: "string" },
  step: { type: "boolean" },
  schema: { type: "boolean" },
  serve: { type: "boolean" },
  port: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;
type Option = keyof typeof OPTIONS;

const CLUSTER = ["config", "kubeconfig", "context"] as const;
const SIMULATE = [
  "config",
  "output",
  "file",
  "scenario",
  "compare",
  "runs",
  "seed",
  "length",
  "schema",
  "serve",
  "port",
  "speed",
] as const;

/** Which options a command takes, beside `--help`. */
const TAKES: Readonly<Record<CommandName, readonly Option[]>> = {
  run: CLUSTER,
  plan: [...CLUSTER, "namespace", "output"],
  explain: [...CLUSTER, "namespace", "output"],
  simulate: SIMULATE,
  demo: ["scenario", "speed", "step"],
  config: ["config", "output"],
  version: [],
};

/** Options of `simulate` of which one makes no sense with the other. */
const EXCLUDE: readonly (readonly [Option, readonly Option[]])[] = [
  ["schema", SIMULATE.filter((option) => option !== "schema")],
  ["serve", ["output", "compare", "runs", "length"]],
];
/** Options of `simulate` that go with `--serve` only. */
const OF_SERVE = ["port", "speed"] as const;

/** How many arguments a command takes beside its options. */
const MOST_ARGUMENTS: Readonly<Partial<Record<CommandName, number>>> = { explain: 1, simulate: Infinity };

/** `names`: the commands that a complaint lists. Another one of `COMMANDS` is read all the same. */
export function parseArguments(args: readonly string[], names: readonly CommandName[] = COMMANDS): Arguments {
  const { values, positionals } = parsed(args);
  const [first = "run", ...rest] = positionals;
  const command = COMMANDS.find((name) => name === first);
  if (command === undefined) {
    throw new UsageError(`there is no command "${first}": the commands are ${names.join(", ")}`);
  }
  checkOptions(command, values);
  const most = MOST_ARGUMENTS[command] ?? 0;
  if (rest.length > most && !values.help) {
    throw new UsageError(
      `"${command}" takes ${most === 0 ? "no argument" : "one argument"}: "${rest[most]}" is too many`,
    );
  }
  return {
    command,
    positionals: command === "simulate" ? [] : rest,
    help: values.help ?? false,
    config: values.config,
    kubeconfig: values.kubeconfig,
    context: values.context,
    namespace: values.namespace,
    output: outputOf(command, values.output),
    // `-f *.yaml`: what a shell made of the star follows the first file.
    files: command === "simulate" ? [...values.file ?? [], ...rest] : [],
    scenario: values.scenario,
    compare: values.compare ?? [],
    runs: numberOf("runs", values.runs, { least: 1, most: 1_000 }) ?? 1,
    seed: numberOf("seed", values.seed, { least: 0, most: 4_294_967_295 }),
    lengthMs: durationOf("length", values.length),
    speed: speedOf(values.speed),
    step: values.step ?? false,
    schema: values.schema ?? false,
    serve: values.serve ?? false,
    port: numberOf("port", values.port, { least: 0, most: 65_535 }) ?? 0,
  };
}

function checkOptions(command: CommandName, values: ReturnType<typeof parsed>["values"]): void {
  for (const option of Object.keys(values)) {
    if (option !== "help" && !TAKES[command].includes(option as Option)) {
      throw new UsageError(`"${command}" does not take --${option}`);
    }
  }
  if (command !== "simulate" || values.help) return;
  const isGiven = (option: Option) => values[option] !== undefined;
  for (const [one, others] of EXCLUDE) {
    const other = isGiven(one) ? others.find(isGiven) : undefined;
    if (other !== undefined) throw new UsageError(`--${one} does not go with --${other}`);
  }
  const alone = isGiven("serve") ? undefined : OF_SERVE.find(isGiven);
  if (alone !== undefined) throw new UsageError(`--${alone} goes with --serve only`);
}

function outputOf(command: CommandName, text = "text"): Arguments["output"] {
  const allowed = OUTPUTS.filter((name) => name !== "html" || command === "simulate");
  const output = allowed.find((name) => name === text);
  if (output !== undefined) return output;
  const names = `${allowed.slice(0, -1).join(", ")} or ${allowed.at(-1)}`;
  throw new UsageError(`--output has to be ${names}, not "${text}"`);
}

function numberOf(
  option: string,
  text: string | undefined,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d{1,10}$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`--${option} has to be an integer from ${least} to ${most}, not "${text}"`);
}

const MINUTE_MS = 60_000;
const LONGEST_MS = 90 * 24 * 60 * MINUTE_MS;

function durationOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= MINUTE_MS && ms <= LONGEST_MS) return ms;
  throw new UsageError(`--${option} has to be a Go duration from 1m to 2160h, such as 24h, not "${text}"`);
}

function speedOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const speed = Number(text);
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && speed > 0 && speed <= 100_000) return speed;
  throw new UsageError(`--speed has to be a number above 0, up to 100000, not "${text}"`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message);
  }
}
