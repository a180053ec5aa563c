import assert from "node:assert/strict";
import { parseChaosArguments } from "./arguments.ts";

const TAKEN: readonly [args: string, seeds: readonly number[], days: number, jobs: number][] = [
  ["", [1], 30, 2],
  ["--seed 42", [42], 30, 2],
  ["--seeds 3 --days 5", [1, 2, 3], 5, 2],
  ["--seeds 7-9 --jobs 1", [7, 8, 9], 30, 1],
];

for (const [args, seeds, days, jobs] of TAKEN) {
  Deno.test(`parseChaosArguments() takes "${args}"`, () => {
    assert.deepEqual(parseChaosArguments(args.split(" ").filter((arg) => arg !== "")), { seeds, days, jobs });
  });
}

for (const args of ["--seed", "--seed x", "--days 0", "--seeds 1-", "--fast yes", "42"]) {
  Deno.test(`parseChaosArguments() refuses "${args}"`, () => {
    assert.throws(() => parseChaosArguments(args.split(" ")), TypeError);
  });
}
