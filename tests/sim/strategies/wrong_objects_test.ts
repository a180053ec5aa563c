import assert from "node:assert/strict";
import { type Random, seededRandom } from "../../../src/runtime/random.ts";
import { decode } from "../../../src/sim/decoding/decode.ts";
import { apiVersionOf, qualified, RESOURCES } from "../../../src/sim/resources.ts";
import { STRATEGIES } from "../../../src/sim/strategies/strategies.ts";
import { CASES } from "./cases/cases.ts";
import type { Loose } from "./cases/case.ts";

const JUNK = [null, 0, -1, 1.5, 1e12, true, "", "x", "a b", [], [null], ["x"], [{}], {}, { a: null }, {
  x: "y",
}];
const EACH = 40;

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)]!;
}

/** A copy with junk somewhere in it. */
function spoiled(value: Loose, random: Random): Loose {
  if (typeof value !== "object" || value === null || random() < 0.15) {
    return structuredClone(pick(JUNK, random));
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return structuredClone(pick(JUNK, random));
  const key = pick(keys, random);
  const copy = structuredClone(value);
  copy[key] = spoiled(value[key], random);
  return copy;
}

for (const type of RESOURCES) {
  const objects = CASES.filter(({ resource, then }) => resource === qualified(type) && then === undefined);
  const strategy = STRATEGIES.get(type)!;

  Deno.test(`what can be read as ${qualified(type)} is accepted or refused, however little sense it makes`, () => {
    const random = seededRandom(7, type.plural);
    let readable = 0;
    for (const { object } of objects) {
      for (let i = 0; i < EACH; i++) {
        const wrong = spoiled(object, random);
        if (typeof wrong !== "object" || Array.isArray(wrong) || wrong === null) continue;
        const metadata = { name: "p", uid: "u", creationTimestamp: "2026-01-01T00:00:00Z", ...wrong.metadata };
        const candidate = typeof wrong.metadata === "string" ? wrong : { ...wrong, metadata };
        const read = decode(candidate, { apiVersion: apiVersionOf(type), kind: type.kind });
        if (read.problem !== undefined) continue;
        readable++;
        const filled = strategy.defaults!(candidate);
        assert.deepEqual(
          strategy.defaults!(filled),
          filled,
          `defaults of defaults: ${JSON.stringify(candidate)}`,
        );
        const created = strategy.created?.(filled) ?? filled;
        const problems = strategy.validate?.(created, undefined) ?? [];
        for (const { message, field } of problems) assert.ok(message && field, JSON.stringify(problems));
        if (problems.length === 0) assert.deepEqual(strategy.validate?.(created, created) ?? [], []);
      }
    }
    assert.ok(readable > 10, `only ${readable} could be read`);
  });
}
