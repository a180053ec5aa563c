import assert from "node:assert/strict";
import { parseLabelQuery } from "../../../src/sim/http/label_query.ts";

const AT_START = "expected: !, identifier, or 'end of string'";
const OPERATORS = "expected: in, notin, =, ==, !=, gt, lt";

/** What a real API server (1.36) answers to each. */
const REFUSED: readonly (readonly [query: string, message: string])[] = [
  ["a,", "found '', expected: identifier after ','"],
  ["a,,b", "found ',', expected: identifier after ','"],
  [",a", `found ',', ${AT_START}`],
  ["(a)", `found '(', ${AT_START}`],
  ["a in (b) c", "found 'c', expected: ',' or 'end of string'"],
  ["!", "unable to parse requirement: found '', expected: identifier"],
  ["!!a", "unable to parse requirement: found '!', expected: identifier"],
  ["a===b", "unable to parse requirement: found '=', expected: identifier"],
  ["a=(b)", "unable to parse requirement: found '(', expected: identifier"],
  ["a!b", `unable to parse requirement: found '!', ${OPERATORS}`],
  ["a b in (c)", `unable to parse requirement: found 'b', ${OPERATORS}`],
  [
    "a>x",
    "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
];

for (const [query, message] of REFUSED) {
  Deno.test(`the label selector "${query}" is refused as a real API server does`, () => {
    assert.throws(() => parseLabelQuery(query), { message });
  });
}

/** Queries that are read in ways that one has to know, with labels that meet them, and that do not. */
const READ: readonly (readonly [query: string, fits: Record<string, string>, fails: Record<string, string>])[] =
  [
    ["a in ()", { a: "" }, { a: "b" }],
    ["a in (,b)", { a: "" }, { a: "c" }],
    ["a==", { a: "" }, { a: "b" }],
    ["a!=", { a: "b" }, { a: "" }],
    ["a notin(b)", {}, { a: "b" }],
    ["in in (in)", { in: "in" }, { in: "out" }],
    ["a > 1, b", { a: "2", b: "" }, { a: "1", b: "" }],
    ["a<3", { a: "-4" }, { a: "two" }],
    ["!constructor", {}, { constructor: "x" }],
  ];

for (const [query, fits, fails] of READ) {
  Deno.test(`the label selector "${query}" is met by ${JSON.stringify(fits)}, not by ${JSON.stringify(fails)}`, () => {
    const isMetBy = (labels: Record<string, string>) => parseLabelQuery(query).every((test) => test(labels));
    assert.deepEqual([isMetBy(fits), isMetBy(fails)], [true, false]);
  });
}
