import assert from "node:assert/strict";
import { clipped, justified, type Line, padded, painted, span, wrapped } from "../../../src/cli/demo/span.ts";

const text = (line: Line) => line.map((each) => each.text).join("");
const line: Line = [span("spot", "spot"), span(" and "), span("on-demand", "on-demand")];

for (
  const { width, expected } of [
    { width: 18, expected: "spot and on-demand" },
    { width: 17, expected: "spot and on-dema…" },
    { width: 5, expected: "spot…" },
    { width: 4, expected: "spo…" },
    { width: 1, expected: "…" },
    { width: 0, expected: "" },
  ]
) {
  Deno.test(`clipped() keeps a line to ${width} columns, and says where it is cut`, () => {
    assert.equal(text(clipped(line, width)), expected);
  });
}

Deno.test("padded() makes a line exactly as wide as is asked", () => {
  assert.equal(text(padded(line, 20)), "spot and on-demand  ");
  assert.equal(text(padded(line, 8)), "spot an…");
});

Deno.test("justified() puts two texts at the two ends of a line, and cuts the left one where both do not fit", () => {
  const both = { left: [span("left")], right: [span("right")] };
  assert.equal(text(justified(both, 12)), "left   right");
  assert.equal(text(justified(both, 8)), "le…right");
  assert.equal(text(justified(both, 5)), "left");
});

Deno.test("painted() colours each span on its own, so that no line leaves a colour behind", () => {
  assert.equal(
    painted(line, { columns: 80, colour: true }),
    "\x1b[32mspot\x1b[0m and \x1b[94mon-demand\x1b[0m",
  );
  assert.equal(painted(line, { columns: 80, colour: false }), "spot and on-demand");
});

for (
  const { given, expected } of [
    { given: "", expected: [""] },
    { given: "one two", expected: ["one two"] },
    { given: "one two three", expected: ["one two", "three"] },
    { given: "incomprehensible two", expected: ["incomprehensible", "two"] },
  ]
) {
  Deno.test(`wrapped() breaks ${JSON.stringify(given)} at spaces`, () => {
    assert.deepEqual(wrapped(given, 8), expected);
  });
}
