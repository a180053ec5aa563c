/** A number from 0 up to, but not, 1. */
export type Random = () => number;

export const systemRandom: Random = Math.random;

/** Randomness that a seed determines; `part` keeps the numbers of different users apart (mulberry32). */
export function seededRandom(seed: number, part = ""): Random {
  let state = seed >>> 0;
  for (let i = 0; i < part.length; i++) state = Math.imul(state ^ part.charCodeAt(i), 0x01000193) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
