import assert from "node:assert/strict";
import { stringify } from "yaml";
import { VARIABLES } from "../../src/config/environment.ts";
import { mutated } from "../operator/mutations.ts";
import { forAll, type Random } from "../support/random.ts";
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

function anyEnv(random: Random): Record<string, string> {
  const texts = ["true", "false", "0", "-1", "5s", "x", "", "\n", "1e9", ":8080", "x".repeat(500), "__proto__"];
  return Object.fromEntries(random.some(VARIABLES, 0.15).map(({ name }) => [name, random.pick(texts)]));
}

/** One that the schema takes, but for what mutations do to it. */
function anyFile(random: Random): string {
  const { extra: _extra, ...valid } = WHOLE;
  const tree = mutated(random.chance(0.5) ? valid : WHOLE, random);
  return random.chance(0.5) ? JSON.stringify(tree) : stringify(tree, { aliasDuplicateObjects: false });
}

forAll(
  "loadConfig() never throws: a configuration, or problems of one line each",
  { runs: 2_000 },
  (random) => {
    const text = anyFile(random);
    const env = random.chance(0.5) ? anyEnv(random) : {};
    const result = load({ text, env });
    if (result.ok) {
      const written = JSON.parse(JSON.stringify(result.config));
      assert.deepEqual(Object.keys(written).sort(), ["controllers", "observability", "operator", "webhook"]);
      const again = loaded({ text: JSON.stringify(written) });
      assert.deepEqual(
        JSON.parse(JSON.stringify(again.config)),
        written,
        "what it writes, it reads as the same",
      );
      return;
    }
    assert.ok(result.problems.length > 0);
    for (const problem of result.problems) assert.ok(problem.length > 0 && problem.length < 6_000, problem);
  },
);

forAll(
  "loadConfig() never throws on a text that is cut, doubled or sprinkled with signs",
  { runs: 1_000 },
  (random) => {
    let text: string = stringify(WHOLE);
    for (let changes = random.integer(1, 5); changes > 0; changes--) {
      const at = random.integer(0, text.length);
      const sign = random.pick(["\t", ":", "- ", '"', "'", "#", "\n", "|", ">", "!!str ", "%", "@", "\0"]);
      text = random.chance(0.2)
        ? text.slice(0, at)
        : random.chance(0.1)
        ? text.slice(0, at) + text
        : text.slice(0, at) + sign + text.slice(at);
    }
    const result = load({ text });
    if (!result.ok) assert.ok(result.problems.length > 0);
  },
);
