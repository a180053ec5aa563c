import type { AppDeps, Connection } from "../observer.ts";
import { type ConfigResult, loadConfig } from "../config/load.ts";
import { VARIABLES } from "../config/environment.ts";
import type { Config } from "../config/schema.ts";
import { findAccess } from "../kube/credentials.ts";
import type { RunProgram } from "../kube/exec_token.ts";
import { httpTransport } from "../kube/transport.ts";
import { systemClock } from "../runtime/clock.ts";
import { createLog, type Log } from "../runtime/log.ts";
import { systemRandom } from "../runtime/random.ts";
import type { Arguments } from "./arguments.ts";
import { VERSION } from "./version.ts";

/** The outside world of a command, so that tests can put another in its place. */
export interface Outside {
  readonly env: Readonly<Record<string, string>>;
  readonly readText: (path: string) => Promise<string>;
  readonly exists: (path: string) => Promise<boolean>;
  /** Undefined where programs must not be run. */
  readonly run: RunProgram | undefined;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly readStdin: () => Promise<string>;
  /** Whether stdout is a terminal whose owner wants colours. */
  readonly isTerminal: boolean;
  /** Whether stdout is a terminal at all. */
  readonly isTty: boolean;
  readonly isErrorTerminal: boolean;
  /** Of the terminal, now; 80 by 24 where there is none. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** What is typed, key by key, without echo, until `signal` is aborted; undefined where nobody types. */
  readonly keys: ((signal: AbortSignal) => AsyncIterable<string>) | undefined;
  readonly process: AppDeps["process"];
  /** Of this process, among all that run at once. */
  readonly instance: string;
}

/** Every variable that is read. */
export const READ_VARIABLES: readonly string[] = [
  ...VARIABLES.map((variable) => variable.name),
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "HOME",
  "POD_NAME",
  "POD_IP",
  "NO_COLOR",
];

/** A configuration that cannot be used: exit code 2. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration is invalid: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

export async function readConfig(
  args: Arguments,
  { env, readText }: Outside,
): Promise<ConfigResult & { ok: true }> {
  const { config: path } = args;
  let file: { path: string; text: string } | undefined;
  if (path !== undefined) {
    try {
      file = { path, text: await readText(path) };
    } catch (error) {
      throw new ConfigError([`${path}: cannot be read: ${error instanceof Error ? error.message : error}`]);
    }
  }
  const result = loadConfig({ file, env });
  if (!result.ok) throw new ConfigError(result.problems);
  return result;
}

export async function connect(args: Arguments, outside: Outside): Promise<Connection & { source: string }> {
  const access = await findAccess({ clock: systemClock, ...outside }, { ...args, env: outside.env });
  return {
    server: access.server,
    token: access.token,
    namespace: access.namespace,
    connect: () => httpTransport(access),
    source: access.source,
  };
}

export async function appDeps(
  args: Arguments,
  { config, outside, log }: { config: Config; outside: Outside; log: Log },
): Promise<AppDeps> {
  const connection = await connect(args, outside);
  log.debug("cluster found", { server: connection.server, source: connection.source });
  return {
    config,
    connection,
    clock: systemClock,
    random: systemRandom,
    log,
    identity: outside.instance,
    podIp: outside.env["POD_IP"],
    version: VERSION,
    runtime: `deno ${Deno.version.deno}`,
    process: outside.process,
  };
}

export function logOf({ observability: { logging } }: Config, { write }: Pick<Outside, "write">): Log {
  return createLog({ write, wall: systemClock.wall }, logging);
}
