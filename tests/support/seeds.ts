import assert from "node:assert/strict";

const WANTED = Deno.env.get("SPOTALIS_SEED") || "20250101";

/**
 * Runs one property after the other, each with a seed of its own. As with `forAll`, a failure names its seed:
 * SPOTALIS_SEED=<that seed> starts there, and SPOTALIS_SEED=fresh somewhere new.
 */
export async function seedsFrom(
  runs: number,
  property: (seed: number, run: number) => Promise<void> | void,
): Promise<void> {
  const first = WANTED === "fresh" ? crypto.getRandomValues(new Uint32Array(1))[0]! : Number(WANTED);
  for (let run = 0; run < runs; run++) {
    const seed = (first + run) >>> 0;
    try {
      await property(seed, run);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`run ${run + 1} of ${runs}, replay with SPOTALIS_SEED=${seed}: ${why}`, { cause });
    }
  }
}

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const OWN_NAMES = PROTOTYPES.map((prototype) => Object.getOwnPropertyNames(prototype).length);

/** Nothing has been added to what all objects have. */
export function assertPristine(): void {
  const now = PROTOTYPES.map((prototype) => Object.getOwnPropertyNames(prototype).length);
  assert.deepEqual(now, OWN_NAMES, "a prototype was changed");
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
}
