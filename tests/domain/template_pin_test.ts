import assert from "node:assert/strict";
import type { JsonObject } from "../../src/domain/json.ts";
import { type TemplatePin, templatePin, TOO_LONG } from "../../src/domain/template_pin.ts";
import { classifierOf, KARPENTER, type RulesName } from "../support/classifiers.ts";

const EKS = "eks.amazonaws.com/capacityType";
const GKE = "cloud.google.com/gke-spot";

function required(...nodeSelectorTerms: unknown[]): JsonObject {
  return {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  };
}
const term = (...matchExpressions: unknown[]) => ({ matchExpressions });
const is = (key: string, ...values: string[]) => ({ key, operator: "In", values });
const isNot = (key: string, ...values: string[]) => ({ key, operator: "NotIn", values });
const exists = (key: string) => ({ key, operator: "Exists" });
const absent = (key: string) => ({ key, operator: "DoesNotExist" });

const zone = is("zone", "a");
const karpenter = (capacity: TemplatePin["capacity"]): TemplatePin => ({ keys: [KARPENTER], capacity });

interface Row {
  readonly what: string;
  readonly rules?: RulesName;
  readonly spec: JsonObject;
  readonly pin: TemplatePin | undefined;
}

const PINS: readonly Row[] = [
  { what: "nothing", spec: {}, pin: undefined },
  { what: "a nodeSelector, which gives way", spec: { nodeSelector: { [KARPENTER]: "spot" } }, pin: undefined },
  { what: "affinity for a zone", spec: required(term(zone)), pin: undefined },
  {
    what: "preferred affinity",
    spec: {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ preference: term(is(KARPENTER, "spot")) }],
        },
      },
    },
    pin: undefined,
  },
  { what: "spot", spec: required(term(is(KARPENTER, "spot"))), pin: karpenter("spot") },
  { what: "on-demand", spec: required(term(is(KARPENTER, "on-demand"))), pin: karpenter("on-demand") },
  {
    what: "what is bought ahead",
    spec: required(term(is(KARPENTER, "reserved"))),
    pin: karpenter("on-demand"),
  },
  { what: "no spot", spec: required(term(isNot(KARPENTER, "spot"))), pin: karpenter("on-demand") },
  {
    what: "neither on-demand nor reserved",
    spec: required(term(isNot(KARPENTER, "on-demand", "reserved"))),
    pin: karpenter("spot"),
  },
  { what: "spot in a zone", spec: required(term(zone, is(KARPENTER, "spot"))), pin: karpenter("spot") },
  {
    what: "spot in every term",
    spec: required(term(zone, is(KARPENTER, "spot")), term(is(KARPENTER, "spot"))),
    pin: karpenter("spot"),
  },
  {
    what: "both kinds in a term",
    spec: required(term(is(KARPENTER, "spot", "on-demand"))),
    pin: karpenter(undefined),
  },
  {
    what: "both kinds by two terms",
    spec: required(term(is(KARPENTER, "spot")), term(is(KARPENTER, "on-demand"))),
    pin: karpenter(undefined),
  },
  {
    what: "any kind in one of two terms",
    spec: required(term(is(KARPENTER, "spot")), term(zone)),
    pin: karpenter(undefined),
  },
  { what: "any capacity at all", spec: required(term(exists(KARPENTER))), pin: karpenter(undefined) },
  { what: "no capacity at all", spec: required(term(absent(KARPENTER))), pin: karpenter(undefined) },
  {
    what: "a capacity that nobody knows",
    spec: required(term(is(KARPENTER, "preemptible"))),
    pin: karpenter(undefined),
  },
  {
    what: "a contradiction",
    spec: required(term(is(KARPENTER, "spot"), isNot(KARPENTER, "spot"))),
    pin: karpenter(undefined),
  },
  {
    what: "spot by the presence of a label",
    rules: "absence",
    spec: required(term(is(GKE, "true"))),
    pin: { keys: [GKE], capacity: "spot" },
  },
  {
    what: "on-demand by the absence of a label",
    rules: "absence",
    spec: required(term(absent(GKE))),
    pin: { keys: [GKE], capacity: "on-demand" },
  },
  {
    what: "no spot where on-demand is an absence",
    rules: "absence",
    spec: required(term(isNot(GKE, "true"))),
    pin: { keys: [GKE], capacity: "on-demand" },
  },
  {
    what: "one of two labels of a kind",
    rules: "either",
    spec: required(term(is(EKS, "SPOT"))),
    pin: { keys: [EKS], capacity: "spot" },
  },
  {
    what: "spot by either of two labels",
    rules: "either",
    spec: required(term(is(EKS, "SPOT")), term(is(KARPENTER, "spot"))),
    pin: { keys: [EKS, KARPENTER], capacity: "spot" },
  },
];

for (const { what, rules = "karpenter", spec, pin } of PINS) {
  Deno.test(`templatePin() of a template that asks for ${what}, by ${rules} rules`, () => {
    assert.deepEqual(templatePin(spec, classifierOf(rules)), pin);
  });
}

const MALFORMED: readonly [string, JsonObject][] = [
  ["affinity is no object", { affinity: "spot" }],
  ["there are no terms", {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
  }],
  ["terms are no objects", required(null, "spot", 7)],
  ["expressions are no list", required({ matchExpressions: KARPENTER })],
  ["an expression has no operator", required(term({ key: KARPENTER }))],
  [
    "an expression has an unknown operator",
    required(term({ key: KARPENTER, operator: "Like", values: ["spot"] })),
  ],
];

for (const [what, spec] of MALFORMED) {
  Deno.test(`templatePin() finds nothing where ${what}`, () => {
    assert.equal(templatePin(spec, classifierOf("karpenter")), undefined);
  });
}

const many = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`);

for (const rules of ["karpenter", "mixed"] as const) {
  Deno.test(`templatePin() takes no longer for a hostile affinity than for a long one: ${rules}`, () => {
    const specs = [
      required(term({ key: KARPENTER, operator: "In", values: many(200_000) })),
      required(term(...many(400).map(() => isNot(KARPENTER, ...many(400))))),
      required(term(is(KARPENTER, ...many(1_900)))),
      required(...many(50_000).map(() => term(zone))),
    ];
    const startedMs = performance.now();
    const pins = specs.map((spec) => templatePin(spec, classifierOf(rules)));
    const tookMs = performance.now() - startedMs;
    const tooLong = { keys: [TOO_LONG], capacity: undefined };
    assert.deepEqual([pins[0], pins[1], pins[3]], [tooLong, tooLong, tooLong]);
    assert.deepEqual(pins[2]?.keys, [KARPENTER]);
    assert.ok(tookMs < 10_000, `${tookMs} ms`);
  });
}

Deno.test("templatePin() leaves a pod alone whose affinity has more terms than are read", () => {
  const of = (terms: number) =>
    templatePin(required(...many(terms).map(() => term(zone))), classifierOf("karpenter"));
  assert.equal(of(64), undefined);
  assert.deepEqual(of(65), { keys: [TOO_LONG], capacity: undefined });
});
