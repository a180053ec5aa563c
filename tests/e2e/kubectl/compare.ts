import { mask } from "./mask.ts";
import type { Step } from "./script.ts";

/** What a command said, masked. */
export interface Transcript {
  readonly command: string;
  readonly code: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

export interface Difference {
  readonly command: string;
  /** Lines with `-` are the first one's alone, with `+` the second one's. */
  readonly lines: readonly string[];
}

/** After what it watches has ended, a watch is given this long to hear of it. */
const WATCH_TAIL_MS = 1_500;

/** No command of the script takes longer; one that hangs is a difference, not the end of the run. */
const LONGEST_MS = 90_000;

/** A runner of `kubectl` against one cluster. */
export class Kubectl {
  readonly #kubeconfig: string;

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  async play(script: readonly Step[]): Promise<Transcript[]> {
    const transcripts: Transcript[] = [];
    for (const step of script) transcripts.push(...await this.#playStep(step));
    return transcripts;
  }

  async #playStep(step: Step): Promise<Transcript[]> {
    const child = new Deno.Command("kubectl", {
      // What it knows of one cluster is not for another one at the same port.
      args: ["--kubeconfig", this.#kubeconfig, "--cache-dir", `${this.#kubeconfig}.cache`, ...step.args],
      stdin: step.input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(LONGEST_MS),
    }).spawn();
    if (step.input !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(step.input));
      await writer.close();
    }
    const output = child.output();
    const during = step.during === undefined ? undefined : await this.#playDuring(child, step.during);
    const { code, stdout, stderr } = await output;
    const lines = (bytes: Uint8Array) => comparable(new TextDecoder().decode(bytes), step);
    const ended = during?.isEndedByUs === true ? 0 : code;
    const command = `kubectl ${step.args.join(" ")}`;
    return [
      { command, code: ended, stdout: lines(stdout), stderr: lines(stderr) },
      ...during?.transcripts ?? [],
    ];
  }

  /** Plays steps while a watch runs, and then ends it; one that has ended by itself stays as it is. */
  async #playDuring(
    watch: Deno.ChildProcess,
    steps: readonly Step[],
  ): Promise<{ transcripts: Transcript[]; isEndedByUs: boolean }> {
    let isOver = false;
    const status = watch.status.then(() => isOver = true);
    await pause(WATCH_TAIL_MS);
    const transcripts = await this.play(steps);
    await pause(WATCH_TAIL_MS);
    const isEndedByUs = !isOver;
    if (isEndedByUs) watch.kill("SIGTERM");
    await status;
    return { transcripts, isEndedByUs };
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function comparable(text: string, { lines, keep, drop }: Step): string[] {
  const all = text.trimEnd().split("\n")
    .filter((line) => (keep === undefined || keep.test(line)) && !drop?.test(line))
    .map((line) => mask(line));
  if (lines === "last") return all.slice(-1);
  if (lines === "sorted") return all.toSorted();
  return lines === "set" ? [...new Set(all)].sort() : all;
}

/** Where two runs of the same script said something else. */
export function differences(first: readonly Transcript[], second: readonly Transcript[]): Difference[] {
  return first.map((transcript, index) => {
    const [left, right] = [transcript, second[index]!].map(linesOf) as [string[], string[]];
    return { command: transcript.command, lines: diff(left, right) };
  }).filter(({ lines }) => lines.length > 0);
}

function linesOf({ code, stdout, stderr }: Transcript): string[] {
  return [`exit code ${code}`, ...stdout, ...stderr.map((line) => `stderr: ${line}`)];
}

/** The lines that are not in the longest common subsequence, in order. */
export function diff(left: readonly string[], right: readonly string[]): string[] {
  const common = Array.from({ length: left.length + 1 }, () => new Array<number>(right.length + 1).fill(0));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i]![j] = left[i] === right[j]
        ? common[i + 1]![j + 1]! + 1
        : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const lines: string[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    if (i < left.length && j < right.length && left[i] === right[j]) [i, j] = [i + 1, j + 1];
    else if (j === right.length || (i < left.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push(`- ${left[i++]}`);
    } else lines.push(`+ ${right[j++]}`);
  }
  return lines;
}

/** For people. */
export function describeDifferences(found: readonly Difference[]): string {
  return found.map(({ command, lines }) => [command, ...lines.map((line) => `  ${line}`)].join("\n")).join(
    "\n\n",
  );
}
