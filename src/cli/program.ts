import process from "node:process";
import type { Commands } from "./commands.ts";
import { type Outside, READ_VARIABLES } from "./context.ts";
import { main } from "./main.ts";

/** Carries out the command line of this process with the commands that it has, and ends it. */
export async function runProgram(commands: Commands): Promise<never> {
  // First of all: as PID 1 there is no default action for a signal that comes before this.
  const stop = stopOnSignals();
  Deno.exit(await main(Deno.args, { outside: outsideOf(), stop, commands }));
}

/** A second signal ends it at once. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => {
      if (stop.signal.aborted) Deno.exit(1);
      stop.abort();
    });
  }
  return stop.signal;
}

const encoder = new TextEncoder();

function writer(file: typeof Deno.stdout): (text: string) => void {
  return (text) => {
    const bytes = encoder.encode(text);
    try {
      for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    } catch (error) {
      // Nobody reads any more, as after `| head`: the rest is not wanted.
      if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
      throw error;
    }
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}

const LONGEST_RUN_MS = 60_000;

async function runOther(
  command: string,
  { args, env }: { args: readonly string[]; env: Record<string, string> },
) {
  // One that waits for a person would hold up whoever waits for its answer.
  const signal = AbortSignal.timeout(LONGEST_RUN_MS);
  const program = new Deno.Command(command, {
    args: [...args],
    env,
    signal,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
  const { success, code, stdout } = await program.output();
  if (!success) throw new Error(`${command} ended with exit code ${code}`);
  return new TextDecoder().decode(stdout);
}

function terminalSize(): { columns: number; rows: number } {
  return Deno.stdout.isTerminal() ? Deno.consoleSize() : { columns: 80, rows: 24 };
}

/** Key by key: the terminal is put back as it was, however it ends. */
async function* typedKeys(signal: AbortSignal): AsyncGenerator<string> {
  Deno.stdin.setRaw(true, { cbreak: true });
  const decoder = new TextDecoder();
  const reader = Deno.stdin.readable.getReader();
  const cancel = () => void reader.cancel();
  signal.addEventListener("abort", cancel);
  try {
    if (signal.aborted) return;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      yield decoder.decode(read.value, { stream: true });
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    Deno.stdin.setRaw(false);
  }
}

function outsideOf(): Outside {
  const env = Object.fromEntries(READ_VARIABLES.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
  const isInCluster = env["KUBERNETES_SERVICE_HOST"] !== undefined;
  const mayRun = !isInCluster && Deno.permissions.querySync({ name: "run" }).state === "granted";
  return {
    env,
    readText: (path) => Deno.readTextFile(path),
    exists,
    run: mayRun ? runOther : undefined,
    write: writer(Deno.stdout),
    writeError: writer(Deno.stderr),
    readStdin: () => new Response(Deno.stdin.readable).text(),
    isErrorTerminal: Deno.stderr.isTerminal() && env["NO_COLOR"] === undefined,
    size: terminalSize,
    keys: Deno.stdin.isTerminal() ? typedKeys : undefined,
    isTty: Deno.stdout.isTerminal(),
    isTerminal: Deno.stdout.isTerminal() && env["NO_COLOR"] === undefined,
    process: () => {
      const { rss, heapUsed, heapTotal } = Deno.memoryUsage();
      const { user, system } = process.cpuUsage();
      return {
        residentBytes: rss,
        heapUsedBytes: heapUsed,
        heapTotalBytes: heapTotal,
        cpuSeconds: (user + system) / 1e6,
        startSeconds: performance.timeOrigin / 1_000,
      };
    },
    instance: `${env["POD_NAME"] ?? "spotalis"}_${crypto.randomUUID()}`,
  };
}
