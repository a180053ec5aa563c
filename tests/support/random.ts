/** A seeded generator (mulberry32): the same seed gives the same values, on any machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, and without, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** An integer from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError("Cannot pick: there is no choice");
    return choices[this.integer(0, choices.length - 1)]!;
  }

  /** `value()` with the given probability, else undefined. */
  maybe<T>(probability: number, value: () => T): T | undefined {
    return this.chance(probability) ? value() : undefined;
  }

  list<T>(length: number, item: (index: number) => T): T[] {
    return Array.from({ length }, (_, index) => item(index));
  }

  /** Each of `choices` with the given probability, in their order. */
  some<T>(choices: readonly T[], probability = 0.5): T[] {
    return choices.filter(() => this.chance(probability));
  }

  shuffled<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  }
}

export interface ForAllOptions {
  readonly runs: number;
  /** The seed of the first run; each further run counts it up by one. */
  readonly seed?: number;
}

const SEED_VARIABLE = "SPOTALIS_SEED";
const DEFAULT_SEED = 20_250_101;

/**
 * Registers a test that holds `property` against `runs` generated inputs. A failure names the seed of
 * its run: SPOTALIS_SEED=<that seed> repeats this one run. SPOTALIS_SEED=fresh starts somewhere new.
 */
export function forAll(name: string, options: ForAllOptions, property: (random: Random) => void): void {
  Deno.test(name, () => {
    const { first, runs } = seedsOf(options);
    for (let run = 0; run < runs; run++) {
      const seed = (first + run) >>> 0;
      try {
        property(new Random(seed));
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        const where = `run ${run + 1} of ${runs}, replay with ${SEED_VARIABLE}=${seed}`;
        throw new Error(`Property "${name}" fails (${where}): ${why}`, { cause });
      }
    }
  });
}

function seedsOf({ runs, seed = DEFAULT_SEED }: ForAllOptions): { first: number; runs: number } {
  const wanted = Deno.env.get(SEED_VARIABLE);
  if (wanted === undefined || wanted === "") return { first: seed, runs };
  if (wanted === "fresh") return { first: crypto.getRandomValues(new Uint32Array(1))[0]!, runs };
  if (!/^\d+$/.test(wanted)) throw new TypeError(`${SEED_VARIABLE} has to be a number or "fresh": ${wanted}`);
  return { first: Number(wanted), runs: 1 };
}
