export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | undefined;
  readonly env?: Record<string, string>;
  /** The exit code that is expected; any other throws. */
  readonly code?: number;
}

/** Runs a program to its end; another exit code than the expected one is an error with its output. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { input, env, code = 0 }: RunOptions = {},
): Promise<RunResult> {
  const child = new Deno.Command(program, {
    args: [...args],
    env: env ?? {},
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  }
  const output = await child.output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (output.code !== code) {
    throw new Error(`${program} ${args.join(" ")}: exit code ${output.code}, not ${code}\n${stderr}${stdout}`);
  }
  return { code: output.code, stdout: stdout!, stderr: stderr! };
}
