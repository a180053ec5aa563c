import assert from "node:assert/strict";
import { type LabelRequirement, type Labels, meetsRequirement } from "../../src/domain/label_selector.ts";
import { canMeet } from "../../src/domain/satisfiable.ts";
import { forAll, type Random } from "../support/random.ts";

const KEYS = ["a", "b", "c"];
/** Each key absent, with each value that requirements name, and with another. */
const VALUES = [undefined, "x", "y", "other"];
const SORTS = KEYS.reduce<Labels[]>(
  (sorts, key) =>
    sorts.flatMap((labels) =>
      VALUES.map((value) => value === undefined ? labels : { ...labels, [key]: value })
    ),
  [{}],
);

function anyRequirement(random: Random): LabelRequirement {
  const key = random.pick(KEYS);
  const operator = random.pick(["In", "NotIn", "Exists", "DoesNotExist"] as const);
  if (operator === "Exists" || operator === "DoesNotExist") return { key, operator };
  return { key, operator, values: random.some(["x", "y"], 0.6) };
}

const anyRequirements = (random: Random) => random.list(random.integer(0, 4), () => anyRequirement(random));

forAll("canMeet() agrees with trying every sort of labels", { runs: 5_000 }, (random) => {
  const required = anyRequirements(random);
  const avoided = random.list(random.integer(0, 3), () => anyRequirements(random));
  const meets = (labels: Labels, all: readonly LabelRequirement[]) =>
    all.every((each) => meetsRequirement(labels, each));
  const found = SORTS.some((labels) => meets(labels, required) && !avoided.some((set) => meets(labels, set)));
  assert.equal(canMeet(required, avoided), found, JSON.stringify({ required, avoided }));
});
