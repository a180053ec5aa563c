import assert from "node:assert/strict";
import { parse } from "yaml";
import * as z from "zod";
import { scenarioJsonSchema } from "../../src/config/scenario.ts";
import { parseQuantity } from "../../src/config/scenario_quantity.ts";
import { WHOLE } from "./scenarios.ts";

const QUANTITIES: readonly [text: string | number, scale: number, value: number | undefined][] = [
  ["1", 1, 1],
  [2, 1_000, 2_000],
  ["0.1", 1_000, 100],
  ["2.3", 1_000, 2_300],
  ["250m", 1_000, 250],
  ["1n", 1_000, 1],
  ["1500u", 1_000, 2],
  [".5", 1_000, 500],
  ["1.", 1, 1],
  ["128Mi", 1, 134_217_728],
  ["1.5Gi", 1, 1_610_612_736],
  ["16G", 1, 16_000_000_000],
  ["1k", 1, 1_000],
  ["1e3", 1, 1_000],
  ["1E3", 1, 1_000],
  ["5E-1", 1_000, 500],
  ["1E", 1, undefined],
  ["0", 1, 0],
  ["-1", 1, undefined],
  ["", 1, undefined],
  ["1 Gi", 1, undefined],
  ["1GiB", 1, undefined],
  ["1K", 1, undefined],
  ["9007199254740992", 1, undefined],
  ["1e99", 1, undefined],
  ["9".repeat(99), 1, undefined],
  [NaN, 1, undefined],
];

for (const [text, scale, value] of QUANTITIES) {
  Deno.test(`parseQuantity() has ${value} for ${JSON.stringify(text).slice(0, 40)} by ${scale}`, () => {
    assert.equal(parseQuantity(text, scale), value);
  });
}

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: unknown;
}

function* undescribed(schema: JsonSchema, path = ""): Generator<string> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (child.description === undefined) yield `${path}.${key}`;
    yield* undescribed(child, `${path}.${key}`);
  }
  if (schema.items !== undefined) yield* undescribed(schema.items, `${path}[]`);
  for (const each of schema.oneOf ?? []) yield* undescribed(each, `${path}|`);
}

Deno.test("scenarioJsonSchema() describes every field, and closes every mapping of known keys", () => {
  const schema = scenarioJsonSchema() as JsonSchema;
  assert.deepEqual([...undescribed(schema)], []);
  assert.equal(
    JSON.stringify(schema).match(/"properties":/g)!.length,
    JSON.stringify(schema).match(/"additionalProperties":false/g)!.length,
  );
});

Deno.test("scenarioJsonSchema() takes what loadScenario() takes, and refuses wrong values and keys", () => {
  const schema = z.fromJSONSchema(scenarioJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  assert.deepEqual(schema.safeParse(parse(WHOLE)).error?.issues, undefined);
  assert.ok(schema.safeParse({}).success);
  for (
    const text of [
      "lenght: 1h",
      "length: 1d",
      "seed: x",
      "nodeGroups: [{ name: a, nodes: 2, cpu: 8x, memory: 1Gi, pricePerHour: 1 }]",
      "curves: [{ workload: web, points: [{ at: 0h, replicas: 1 }] }]",
      "events: [{ at: 1h, do: explode }]",
    ]
  ) assert.ok(!schema.safeParse(parse(text)).success, text);
});
