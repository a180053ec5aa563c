import assert from "node:assert/strict";
import {
  type LabelRequirement,
  type LabelSelector,
  matchesSelector,
  meetsRequirement,
  requirementsOf,
} from "../../src/domain/label_selector.ts";

const inAB: LabelRequirement = { key: "zone", operator: "In", values: ["a", "b"] };
const notInAB: LabelRequirement = { key: "zone", operator: "NotIn", values: ["a", "b"] };
const exists: LabelRequirement = { key: "zone", operator: "Exists" };
const absent: LabelRequirement = { key: "zone", operator: "DoesNotExist" };

const REQUIREMENTS: readonly [LabelRequirement, { value: string | undefined; met: boolean }][] = [
  [inAB, { value: "a", met: true }],
  [inAB, { value: "c", met: false }],
  [inAB, { value: "A", met: false }],
  [inAB, { value: "", met: false }],
  [inAB, { value: undefined, met: false }],
  [{ ...inAB, values: undefined }, { value: "a", met: false }],
  [{ ...inAB, values: [""] }, { value: "", met: true }],
  [notInAB, { value: "a", met: false }],
  [notInAB, { value: "c", met: true }],
  [notInAB, { value: undefined, met: true }],
  [exists, { value: "", met: true }],
  [exists, { value: "a", met: true }],
  [exists, { value: undefined, met: false }],
  [absent, { value: "a", met: false }],
  [absent, { value: "", met: false }],
  [absent, { value: undefined, met: true }],
];

for (const [requirement, { value, met }] of REQUIREMENTS) {
  const { operator, values = [] } = requirement;
  const what = `${operator} ${JSON.stringify(values)} ${met ? "takes" : "refuses"} ${
    JSON.stringify(value) ?? "no label"
  }`;
  Deno.test(`meetsRequirement() ${what}`, () => {
    assert.equal(meetsRequirement(value === undefined ? {} : { zone: value }, requirement), met);
  });
}

for (const key of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
  Deno.test(`meetsRequirement() does not take an object's own ${key} for a label`, () => {
    assert.equal(meetsRequirement({}, { key, operator: "Exists" }), false);
    assert.equal(meetsRequirement({}, { key, operator: "DoesNotExist" }), true);
  });
}

const SELECTORS: readonly [
  string,
  { selector: LabelSelector; labels: Record<string, string>; matches: boolean },
][] = [
  ["an empty selector matches all", { selector: {}, labels: {}, matches: true }],
  ["labels have to match", {
    selector: { matchLabels: { app: "web" } },
    labels: { app: "web", x: "y" },
    matches: true,
  }],
  ["all labels have to match", {
    selector: { matchLabels: { app: "web", tier: "front" } },
    labels: { app: "web" },
    matches: false,
  }],
  ["all expressions have to match", {
    selector: { matchExpressions: [exists, notInAB] },
    labels: { zone: "a" },
    matches: false,
  }],
  ["labels and expressions have to match", {
    selector: { matchLabels: { app: "web" }, matchExpressions: [inAB] },
    labels: { app: "web", zone: "b" },
    matches: true,
  }],
  ["labels do not make up for an expression", {
    selector: { matchLabels: { app: "web" }, matchExpressions: [inAB] },
    labels: { app: "web", zone: "c" },
    matches: false,
  }],
];

for (const [what, { selector, labels, matches }] of SELECTORS) {
  Deno.test(`matchesSelector(): ${what}`, () => assert.equal(matchesSelector(labels, selector), matches));
}

Deno.test("requirementsOf() gives labels as In, and then the expressions", () => {
  assert.deepEqual(requirementsOf({ matchLabels: { app: "web" }, matchExpressions: [absent] }), [
    { key: "app", operator: "In", values: ["web"] },
    absent,
  ]);
  assert.deepEqual(requirementsOf({}), []);
});
