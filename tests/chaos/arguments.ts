/** Which seeds to play, for how many virtual days, and how many at once. */
export interface ChaosArguments {
  readonly seeds: readonly number[];
  readonly days: number;
  readonly jobs: number;
}

export const USAGE = `deno task chaos [--seed N | --seeds N | --seeds N-M] [--days N] [--jobs N]
  --seed N     one seed, which replays it
  --seeds N    so many, from 1
  --seeds N-M  these
  --days N     virtual days of each (30)
  --jobs N     how many at once (2)`;

/** Throws a `TypeError` that says what is wrong. */
export function parseChaosArguments(args: readonly string[]): ChaosArguments {
  let seeds = [1], days = 30, jobs = 2;
  for (let i = 0; i < args.length; i += 2) {
    const [name, value = ""] = [args[i]!, args[i + 1]];
    if (name === "--seed") seeds = [whole(name, value)];
    else if (name === "--seeds") seeds = range(name, value);
    else if (name === "--days") days = whole(name, value);
    else if (name === "--jobs") jobs = whole(name, value);
    else throw new TypeError(`there is no "${name}"`);
  }
  return { seeds, days, jobs };
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new TypeError(`${name} has to be a whole number from 1: "${text}"`);
  return Number(text);
}

function range(name: string, text: string): number[] {
  const [first, last] = text.includes("-") ? text.split("-") : ["1", text];
  const [from, to] = [whole(name, first!), whole(name, last!)];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
