import { ALL_COMMANDS } from "../../src/cli/all_commands.ts";
import type { Commands } from "../../src/cli/commands.ts";
import type { Observer } from "../../src/observer.ts";
import type { Outside } from "../../src/cli/context.ts";
import { main } from "../../src/cli/main.ts";
import { fakeCluster } from "../operator/support.ts";

export interface OutsideOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Path -> text. */
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly isTerminal?: boolean;
  readonly stop?: AbortSignal;
  /** All that there are, unless it is another build. */
  readonly commands?: Commands;
}

/** A world of a few files, whose output is kept. */
export function fakeOutside({ env = {}, files = {}, stdin = "", isTerminal = false }: OutsideOptions = {}) {
  const output = { out: "", error: "" };
  const outside: Outside = {
    env,
    readText: (path) => {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      return text === undefined ? Promise.reject(new Error(`no such file: ${path}`)) : Promise.resolve(text);
    },
    exists: (path) => Promise.resolve(Object.hasOwn(files, path)),
    run: undefined,
    write: (text) => void (output.out += text),
    writeError: (text) => void (output.error += text),
    readStdin: () => Promise.resolve(stdin),
    isTerminal,
    isTty: isTerminal,
    isErrorTerminal: false,
    size: () => ({ columns: 80, rows: 24 }),
    keys: undefined,
    process: () => ({ residentBytes: 0, heapUsedBytes: 0, heapTotalBytes: 0, cpuSeconds: 0, startSeconds: 0 }),
    instance: "test",
  };
  return { outside, output };
}

/** Carries a command line out; answers its exit code and what it wrote. */
export async function runMain(args: readonly string[], options: OutsideOptions = {}) {
  const { outside, output } = fakeOutside(options);
  const { stop = new AbortController().signal, commands = ALL_COMMANDS } = options;
  const code = await main(args, { outside, stop, commands });
  return { code, ...output };
}

/** A cluster filled by hand, as `plan` and `explain` look at it. */
export function fakeObserver() {
  const cluster = fakeCluster();
  const observer = { cache: cluster.cache, view: cluster.view } as Observer;
  return { ...cluster, observer };
}
