const encoder = new TextEncoder();

/** A line on the standard output. */
export function print(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** What is being done, on the standard error. */
export function tell(line: string): void {
  Deno.stderr.writeSync(encoder.encode(`… ${line}\n`));
}
