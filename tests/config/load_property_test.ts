import assert from "node:assert/strict";
import { stringify } from "yaml";
import { VARIABLES } from "../../src/config/environment.ts";
import { createLog } from "../../src/runtime/log.ts";
import { mutated, mutatedJson } from "../operator/mutations.ts";
import { forAll, type Random } from "../support/random.ts";
import { assertPristine } from "../support/seeds.ts";
import { load, loaded } from "./support.ts";

const WHOLE = {
  ...JSON.parse(JSON.stringify(loaded({}).config)),
  extra: { list: [1, { a: "b" }], text: "x" },
};
WHOLE.controllers.nodeClassifier.spotLabels = [{ matchLabels: { kind: "spot" } }];
WHOLE.controllers.nodeClassifier.onDemandLabels = [
  { matchExpressions: [{ key: "kind", operator: "In", values: ["steady"] }] },
];
WHOLE.controllers.nodeClassifier.spotTolerations = [{ key: "spot", operator: "Exists", effect: "NoSchedule" }];

/** What a variable may hold; NUL it cannot. */
const TEXTS = [
  "true",
  "false",
  "0",
  "-1",
  "5s",
  "x",
  "",
  "\n",
  "1e9",
  ":8080",
  "[::1]:1",
  "x".repeat(10_240),
  "__proto__",
  "\u202e\u2028\u009b",
  "\ud800",
  "999999999999999999999",
  "5s5s5s5s",
  '{"a":1}',
];

function anyEnv(random: Random): Record<string, string> {
  return Object.fromEntries(random.some(VARIABLES, 0.15).map(({ name }) => [name, random.pick(TEXTS)]));
}

/** One that the schema takes, but for what mutations do to it: some of all sections. */
function anyFile(random: Random): string {
  const sections = random.some(Object.keys(WHOLE), 0.3).map((name) => {
    const inner = Object.keys(WHOLE[name]).filter(() => random.chance(0.5));
    return [name, Object.fromEntries(inner.map((each) => [each, WHOLE[name][each]]))];
  });
  const tree = mutated(Object.fromEntries(sections), random);
  if (random.chance(0.5)) return stringify(tree, { aliasDuplicateObjects: false });
  const json = JSON.stringify(tree);
  return random.chance(0.2) ? mutatedJson(json, random) : json;
}

/** Problems of one line, few and short enough for a line of a log, whoever wrote the file. */
function assertShown(problems: readonly string[]): void {
  assert.ok(problems.length > 0 && problems.length <= 101);
  for (const problem of problems) {
    assert.ok(problem.length > 0 && problem.length < 1_000, problem);
    assert.doesNotMatch(problem, /\n/);
  }
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), wall: () => 0 }, {
    level: "info",
    format: "json",
  });
  log.error("fatal", { problems });
  // deno-lint-ignore no-control-regex
  assert.match(lines[0]!, /^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+\n$/);
}

forAll(
  "loadConfig() never throws: a configuration, or problems of one line each",
  { runs: 4_000 },
  (random) => {
    const text = anyFile(random);
    const env = random.chance(0.5) ? anyEnv(random) : {};
    const result = load({ text, env });
    assertPristine();
    if (!result.ok) return assertShown(result.problems);
    const written = JSON.parse(JSON.stringify(result.config));
    assert.deepEqual(Object.keys(written).sort(), ["controllers", "observability", "operator", "webhook"]);
    if (!random.chance(0.2)) return;
    const again = loaded({ text: JSON.stringify(written) });
    assert.deepEqual(
      JSON.parse(JSON.stringify(again.config)),
      written,
      "what it writes, it reads as the same",
    );
  },
);

const SIGNS = [
  "\t",
  ":",
  "- ",
  '"',
  "'",
  "#",
  "\n",
  "|",
  ">",
  "!!str ",
  "!!binary ",
  "!!set ",
  "!<tag:x> ",
  "%",
  "@",
  "\0",
  "&a ",
  "*a ",
  "<<: *a\n",
  "---\n",
  "...\n",
  "? ",
  "{",
  "[",
  "__proto__: { polluted: 1 }\n",
  "\u202e",
  "\u2028",
  "\ufeff",
];

forAll(
  "loadConfig() never throws on a text that is cut, doubled or sprinkled with signs",
  { runs: 1_000 },
  (random) => {
    const { controllers, operator } = WHOLE;
    let text: string = stringify(random.chance(0.5) ? { controllers } : { operator, extra: WHOLE.extra });
    for (let changes = random.integer(1, 5); changes > 0; changes--) {
      const at = random.integer(0, text.length);
      text = random.chance(0.2)
        ? text.slice(0, at)
        : random.chance(0.1)
        ? text.slice(0, at) + text
        : text.slice(0, at) + random.pick(SIGNS) + text.slice(at);
    }
    const result = load({ text });
    assertPristine();
    if (!result.ok) assertShown(result.problems);
  },
);

const many = (count: number, text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i));
/** Ten aliases of ten of ten … */
const LAUGHS = "a: &a [x]\n" +
  many(9, (i) => `${"bcdefghij"[i]}: &${"bcdefghij"[i]} [${many(10, () => `*${"abcdefghi"[i]}`).join()}]`).join(
    "\n",
  );

/** Of a size: the time of a whole one is held against that of an eighth. */
const BOMBS: readonly (readonly [string, (size: number) => string])[] = [
  ["a billion laughs", () => LAUGHS],
  ["an alias that holds itself", () => "a: &a { b: *a }"],
  [
    "one long text, again and again",
    (size) => `a: &a ${"x".repeat(size * 45)}\nb: [${many(99, () => "*a").join()}]`,
  ],
  ["20,000 keys", (size) => many(size, (i) => `k${i}: 1`).join("\n")],
  ["20,000 keys of a flow", (size) => `{${many(size, (i) => `k${i}: 1`).join()}}`],
  ["lists 10,000 deep", (size) => "[".repeat(size / 2) + "]".repeat(size / 2)],
  ["sections 10,000 deep", (size) => "{a: ".repeat(size / 2) + "1" + "}".repeat(size / 2)],
  ["dashes", (size) => "- ".repeat(size)],
  ["quotes", (size) => '"'.repeat(size)],
  ["commas", (size) => `[${",".repeat(size)}]`],
  ["brackets", (size) => "[]".repeat(size)],
  ["anchors", (size) => many(size, (i) => `- &a${i} x`).join("\n")],
  ["tags", (size) => "!!str ".repeat(size)],
  ["a key of 1 MiB", (size) => "x".repeat(size * 52) + ": "],
  ["more than 1 MiB", (size) => `a: ${"x".repeat(size * 53)}`],
  [
    "20,000 namespaces that are no texts",
    (size) => `controllers: { watchNamespaces: [${many(size, () => "1").join()}] }`,
  ],
];
const SIZE = 20_000;
/** In proportion it is 8; where each is compared with each other, 64. */
const MOST_TIMES = 30;

/** The shortest of three, since others want the machine as well; one that is quick will do. */
function quickestMs(text: string): number {
  let quickest = Infinity;
  for (let i = 0; i < 3 && quickest > 200; i++) {
    const startedMs = performance.now();
    load({ text });
    quickest = Math.min(quickest, performance.now() - startedMs);
  }
  return quickest;
}

for (const [name, textOf] of BOMBS) {
  Deno.test(`loadConfig() refuses ${name} in a few lines, and in time`, () => {
    const result = load({ text: textOf(SIZE) });
    assert.ok(!result.ok);
    assertShown(result.problems);
    const [wholeMs, partMs] = [quickestMs(textOf(SIZE)), quickestMs(textOf(SIZE / 8))];
    assert.ok(wholeMs < 200 || wholeMs < partMs * MOST_TIMES, `${wholeMs} ms, and an eighth ${partMs} ms`);
  });
}
