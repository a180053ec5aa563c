import assert from "node:assert/strict";
import * as keys from "../../src/domain/keys.ts";
import {
  describeProblem,
  parsePolicy,
  type PolicyProblem,
  type PolicyResult,
  type PolicySource,
} from "../../src/domain/policy.ts";

type Entries = Readonly<Record<string, string>>;
const NOTHING: PolicySource = { labels: {}, annotations: {} };

function source(enabled: string | undefined, annotations: Entries = {}): PolicySource {
  return { labels: enabled === undefined ? {} : { [keys.ENABLED]: enabled }, annotations };
}

/** The policy of a workload that is enabled by its own label. */
function parsed(annotations: Entries, namespace: PolicySource = NOTHING): PolicyResult {
  return parsePolicy(source("true", annotations), namespace);
}

function problemsOf(result: PolicyResult): readonly PolicyProblem[] {
  assert.equal(result.kind, "invalid");
  return result.kind === "invalid" ? result.problems : [];
}

const VALID: readonly [
  key: string,
  value: string,
  field: "spotPercentage" | "minOnDemand" | "spotFallback",
  unknown,
][] = [
  [keys.SPOT_PERCENTAGE, "0", "spotPercentage", 0],
  [keys.SPOT_PERCENTAGE, "7", "spotPercentage", 7],
  [keys.SPOT_PERCENTAGE, "70", "spotPercentage", 70],
  [keys.SPOT_PERCENTAGE, "70%", "spotPercentage", 70],
  [keys.SPOT_PERCENTAGE, "0%", "spotPercentage", 0],
  [keys.SPOT_PERCENTAGE, "100", "spotPercentage", 100],
  [keys.SPOT_PERCENTAGE, "100%", "spotPercentage", 100],
  [keys.MIN_ON_DEMAND, "0", "minOnDemand", 0],
  [keys.MIN_ON_DEMAND, "12", "minOnDemand", 12],
  [keys.MIN_ON_DEMAND, "2147483647", "minOnDemand", 2_147_483_647],
  [keys.SPOT_FALLBACK, "off", "spotFallback", "off"],
  [keys.SPOT_FALLBACK, "2m", "spotFallback", 120_000],
  [keys.SPOT_FALLBACK, "1h30m", "spotFallback", 5_400_000],
  [keys.SPOT_FALLBACK, "0", "spotFallback", 0],
];

for (const [key, value, field, expected] of VALID) {
  Deno.test(`parsePolicy() takes ${key}: ${JSON.stringify(value)}`, () => {
    const result = parsed({ [key]: value });
    assert.equal(result.kind === "managed" && result.policy[field], expected);
  });
}

/** What no numeric key takes. */
const NO_NUMBERS = [
  "",
  " ",
  "NaN",
  "Infinity",
  "1e9",
  "1e1",
  "-1",
  "-0",
  "+7",
  "07",
  "00",
  " 70",
  "70 ",
  "7 0",
  "70\n",
  "\n70",
  "7.5",
  "7,5",
  "0x10",
  "１２",
  "many",
  "null",
  "70%%",
  "%",
  "9".repeat(10_240),
];

const INVALID: Readonly<Record<string, readonly string[]>> = {
  [keys.SPOT_PERCENTAGE]: [...NO_NUMBERS, "101", "101%", "1000", "70 %", "07%", "-1%"],
  [keys.MIN_ON_DEMAND]: [...NO_NUMBERS, "50%", "2147483648", "9999999999", "10000000000"],
  [keys.SPOT_FALLBACK]: ["", "on", "OFF", "false", "2", "-2m", "2m\n", " 2m", "2 m", "2d", "x".repeat(10_240)],
  [keys.DISRUPTION_SCHEDULE]: [
    "",
    "@daily",
    "0 2 * *",
    "0 2 * * * *",
    "0 0 30 2 *",
    "0 2 * * *\n",
    "* ".repeat(5_120),
  ],
  [keys.DISRUPTION_DURATION]: ["", "0", "0s", "-1h", "4", "4 h", "1d", "4h\n", "h", "1".repeat(10_240)],
};
const PARTNERS: Entries = { [keys.DISRUPTION_SCHEDULE]: "0 2 * * *", [keys.DISRUPTION_DURATION]: "4h" };

for (const [key, values] of Object.entries(INVALID)) {
  for (const value of values) {
    const shown = value.length > 40 ? `${value.length} characters` : JSON.stringify(value);
    Deno.test(`fault 60: parsePolicy() refuses ${key}: ${shown}`, () => {
      const partners = Object.hasOwn(PARTNERS, key) ? PARTNERS : {};
      const problems = problemsOf(parsed({ ...partners, [key]: value }));
      assert.deepEqual(problems.map((problem) => [problem.key, problem.on, problem.value]), [[
        key,
        "workload",
        value,
      ]]);
      assert.ok(problems[0]!.allowed.length > 0);
    });
  }
}

const PERCENTAGE: Entries = { [keys.SPOT_PERCENTAGE]: "70" };
const FLOOR: Entries = { [keys.MIN_ON_DEMAND]: "2" };
const ENABLED: readonly [
  string,
  { workload: PolicySource; namespace?: PolicySource; kind: PolicyResult["kind"] },
][] = [
  ["nothing", { workload: NOTHING, kind: "unmanaged" }],
  ["a percentage without a label", { workload: source(undefined, PERCENTAGE), kind: "unmanaged" }],
  ["its own label", { workload: source("true"), kind: "managed" }],
  ["its own label in a namespace that says false", {
    workload: source("true"),
    namespace: source("false"),
    kind: "managed",
  }],
  ["its own label in a namespace whose label is wrong", {
    workload: source("true"),
    namespace: source("yes"),
    kind: "managed",
  }],
  ["an opt-out", { workload: source("false", PERCENTAGE), namespace: source("true"), kind: "unmanaged" }],
  ["an opt-out with a value that is wrong", {
    workload: source("false", { [keys.SPOT_PERCENTAGE]: "NaN" }),
    namespace: source("true"),
    kind: "unmanaged",
  }],
  ["the namespace's label alone", { workload: NOTHING, namespace: source("true"), kind: "unmanaged" }],
  ["the namespace's label and a window", {
    workload: source(undefined, PARTNERS),
    namespace: source("true"),
    kind: "unmanaged",
  }],
  ["the namespace's label and its own percentage", {
    workload: source(undefined, PERCENTAGE),
    namespace: source("true"),
    kind: "managed",
  }],
  ["the namespace's label and its own floor", {
    workload: source(undefined, FLOOR),
    namespace: source("true"),
    kind: "managed",
  }],
  ["the namespace's label and the namespace's percentage", {
    workload: NOTHING,
    namespace: source("true", PERCENTAGE),
    kind: "managed",
  }],
  ["a namespace that says false, and a percentage", {
    workload: source(undefined, PERCENTAGE),
    namespace: source("false"),
    kind: "unmanaged",
  }],
  ["a namespace's label that is neither, and a percentage", {
    workload: source(undefined, PERCENTAGE),
    namespace: source("on"),
    kind: "invalid",
  }],
  ["a namespace's label that is neither, and nothing asked", {
    workload: NOTHING,
    namespace: source("on"),
    kind: "unmanaged",
  }],
];

for (const [what, { workload, namespace = NOTHING, kind }] of ENABLED) {
  Deno.test(`parsePolicy() answers ${kind} to ${what}`, () => {
    assert.equal(parsePolicy(workload, namespace).kind, kind);
  });
}

for (const value of ["True", "TRUE", "yes", "1", "", "true ", "disabled"]) {
  Deno.test(`parsePolicy() refuses the label value ${JSON.stringify(value)}`, () => {
    assert.deepEqual(problemsOf(parsePolicy(source(value), source("true"))), [
      { key: keys.ENABLED, on: "workload", value, allowed: '"true" or "false"' },
    ]);
  });
}

Deno.test("parsePolicy() asks for on-demand only where the label stands alone", () => {
  assert.deepEqual(parsed({}), {
    kind: "managed",
    policy: { spotPercentage: 0, minOnDemand: 0, window: undefined, spotFallback: undefined },
  });
});

Deno.test("parsePolicy() takes every annotation of the namespace as a default", () => {
  const defaults = { ...PERCENTAGE, ...FLOOR, ...PARTNERS, [keys.SPOT_FALLBACK]: "off" };
  const result = parsed({}, source(undefined, defaults));
  assert.ok(result.kind === "managed");
  const { window, ...numbers } = result.policy;
  assert.deepEqual(numbers, { spotPercentage: 70, minOnDemand: 2, spotFallback: "off" });
  assert.deepEqual([window?.schedule, window?.durationMs], ["0 2 * * *", 4 * 3_600_000]);
});

Deno.test("parsePolicy() lets the workload's annotation win, also over one that is wrong", () => {
  const result = parsed(PERCENTAGE, source("true", { [keys.SPOT_PERCENTAGE]: "lots", ...FLOOR }));
  assert.ok(result.kind === "managed");
  assert.deepEqual([result.policy.spotPercentage, result.policy.minOnDemand], [70, 2]);
});

Deno.test("parsePolicy() says that a wrong default stands on the namespace", () => {
  const [problem, ...others] = problemsOf(parsed({}, source("true", { [keys.MIN_ON_DEMAND]: "few" })));
  assert.deepEqual([problem?.key, problem?.on, others.length], [keys.MIN_ON_DEMAND, "namespace", 0]);
});

Deno.test("parsePolicy() makes a window of a schedule and a duration from either object", () => {
  const { [keys.DISRUPTION_SCHEDULE]: schedule, [keys.DISRUPTION_DURATION]: duration } = PARTNERS;
  const result = parsed(
    { [keys.DISRUPTION_SCHEDULE]: schedule! },
    source(undefined, { [keys.DISRUPTION_DURATION]: duration! }),
  );
  assert.equal(result.kind === "managed" && result.policy.window?.durationMs, 4 * 3_600_000);
});

for (
  const [alone, missing] of [
    [keys.DISRUPTION_SCHEDULE, keys.DISRUPTION_DURATION],
    [keys.DISRUPTION_DURATION, keys.DISRUPTION_SCHEDULE],
  ] as const
) {
  Deno.test(`parsePolicy() refuses a window of ${alone} alone`, () => {
    const [problem, ...others] = problemsOf(parsed({ [alone]: PARTNERS[alone]! }));
    assert.deepEqual([problem?.key, others.length], [alone, 0]);
    assert.match(problem!.allowed, new RegExp(`${missing.replaceAll(".", "\\.")} is missing`));
  });
}

Deno.test("parsePolicy() reports all problems at once, each with its object", () => {
  const workload = source("maybe", { [keys.SPOT_PERCENTAGE]: "101", [keys.DISRUPTION_SCHEDULE]: "@daily" });
  const namespace = source("true", {
    [keys.SPOT_PERCENTAGE]: "50",
    [keys.MIN_ON_DEMAND]: "-1",
    [keys.DISRUPTION_DURATION]: "0",
    [keys.SPOT_FALLBACK]: "never",
  });
  assert.deepEqual(problemsOf(parsePolicy(workload, namespace)).map(({ key, on }) => [key, on]), [
    [keys.ENABLED, "workload"],
    [keys.SPOT_PERCENTAGE, "workload"],
    [keys.MIN_ON_DEMAND, "namespace"],
    [keys.DISRUPTION_SCHEDULE, "workload"],
    [keys.DISRUPTION_DURATION, "namespace"],
    [keys.SPOT_FALLBACK, "namespace"],
  ]);
});

Deno.test("parsePolicy() looks at own properties only", () => {
  const inherited = Object.create(PERCENTAGE) as Entries;
  const labels = Object.create({ [keys.ENABLED]: "true" }) as Entries;
  assert.equal(parsePolicy({ labels, annotations: inherited }, NOTHING).kind, "unmanaged");
  const result = parsed(inherited);
  assert.equal(result.kind === "managed" && result.policy.spotPercentage, 0);
});

Deno.test("describeProblem() names key, object, value and what is allowed, in one line", () => {
  const [problem] = problemsOf(parsed({ [keys.SPOT_PERCENTAGE]: "seven\nty" }));
  assert.equal(
    describeProblem(problem!),
    'spotalis.io/spot-percentage on the workload is "seven\\nty", ' +
      'allowed is an integer from 0 to 100, such as "70" or "70%"',
  );
});

Deno.test("fault 60: describeProblem() cuts a long value", () => {
  const [problem] = problemsOf(parsed({ [keys.SPOT_PERCENTAGE]: "9".repeat(10_240) }));
  assert.ok(describeProblem(problem!).length < 250);
});
