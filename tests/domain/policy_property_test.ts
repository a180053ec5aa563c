import assert from "node:assert/strict";
import * as keys from "../../src/domain/keys.ts";
import { describeProblem, parsePolicy, type PolicySource } from "../../src/domain/policy.ts";
import { forAll, type Random } from "../support/random.ts";
import { assertPristine } from "../support/seeds.ts";

const KEYS = [
  keys.SPOT_PERCENTAGE,
  keys.MIN_ON_DEMAND,
  keys.DISRUPTION_SCHEDULE,
  keys.DISRUPTION_DURATION,
  keys.SPOT_FALLBACK,
];
/** Valid for one key or another. */
const VALID = [
  "70",
  "70%",
  "0",
  "100%",
  "3",
  "0 2 * * *",
  "*/5 0-4,8 1 JAN-MAR MON",
  "4h",
  "1h30m",
  "off",
  "2147483647",
];
const HOSTILE = [
  "",
  " ",
  "70 ",
  "7\u0000",
  "\uff17\uff10",
  "070",
  "1e2",
  "0x46",
  "-1",
  "101",
  "NaN",
  "Infinity",
  "9".repeat(10_240),
  "x".repeat(10_240),
  "\ud800",
  "\u202e07",
  "a\nb\u2028c\u009b",
  "__proto__",
  "constructor",
  "${jndi:ldap://x}",
  "$(reboot)",
  "{{7*7}}",
  "0 0 31 2 *",
  "0 0 29 2 *",
  "0 0 * * 1#5",
  "0 0 L * *",
  "0 0 LW * ?",
  "* * * * * *",
  "@daily",
  "*/1,*/2,*/3,*/4,*/5 */1,*/2 * * *",
  `${"0,".repeat(100)}0 * * * *`,
  "0-59/1 0-23/1 1-31/1 1-12/1 0-7/1",
  "99999h",
  "1h".repeat(32),
  "1h".repeat(5_000),
  "0.0000001ns",
  ".h",
  "1\u00b5s",
];
const STRANGE_KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "spotalis.io/",
  "spotalis.io/enabled ",
  "a".repeat(10_240),
];

function anyValue(random: Random): string {
  if (random.chance(0.5)) return random.pick(VALID);
  const value = random.pick(random.chance(0.7) ? HOSTILE : VALID);
  const at = random.integer(0, Math.min(value.length, 40));
  return random.chance(0.3)
    ? value.slice(0, at) + random.pick(["0", " ", "-", "/", "%", "\n", "\u0000", "é"]) + value.slice(at)
    : value;
}

function anySource(random: Random): PolicySource {
  const entries = random.some(KEYS, 0.4).map((key) => [key, anyValue(random)]);
  if (random.chance(0.1)) entries.push([random.pick(STRANGE_KEYS), anyValue(random)]);
  const enabled = random.pick(["true", "true", "true", "false", "TRUE", "yes", "\u202etrue", undefined]);
  // As JSON gives them: keys of any name are the object's own.
  const annotations = JSON.parse(JSON.stringify(Object.fromEntries(entries)));
  return { labels: enabled === undefined ? {} : { [keys.ENABLED]: enabled }, annotations };
}

const LONGEST_MS = 20_000;

forAll(
  "parsePolicy() makes a valid policy, or visible problems, of any annotations",
  { runs: 10_000 },
  (random) => {
    const [workload, namespace] = [anySource(random), anySource(random)];
    const startedMs = performance.now();
    const result = parsePolicy(workload, namespace);
    if (result.kind === "managed") {
      const { spotPercentage, minOnDemand, window, spotFallback } = result.policy;
      assert.ok(Number.isInteger(spotPercentage) && spotPercentage >= 0 && spotPercentage <= 100);
      assert.ok(Number.isInteger(minOnDemand) && minOnDemand >= 0 && minOnDemand <= 2_147_483_647);
      assert.ok(spotFallback === undefined || spotFallback === "off" || spotFallback >= 0);
      const opensMs = window?.opensAt(Date.UTC(2026, 1, 28, 23, 59));
      assert.ok(opensMs === undefined || opensMs > Date.UTC(2026, 1, 28));
    }
    if (result.kind === "invalid") {
      assert.ok(result.problems.length > 0 && result.problems.length <= 8);
      for (const problem of result.problems) {
        const line = describeProblem(problem);
        assert.ok(line.length < 700, `${line.length} characters`);
        // deno-lint-ignore no-control-regex
        assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
      }
    }
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < LONGEST_MS, `${tookMs} ms`);
    assertPristine();
  },
);
