import assert from "node:assert/strict";
import { renderTable } from "../../src/cli/table.ts";

Deno.test("renderTable() aligns columns, and leaves no space at the end of a line", () => {
  const rows = [["A", "LONG", "C"], ["aaaa", "b", ""], ["a", "", "c"]];
  assert.equal(renderTable(rows, { isTerminal: false }), "A     LONG  C\naaaa  b\na           c\n");
});

Deno.test("renderTable() sets only the header off, and only on a terminal", () => {
  const rows = [["A", "B"], ["a", "b"]];
  assert.equal(renderTable(rows, { isTerminal: true }), "\x1b[1mA  B\x1b[0m\na  b\n");
});

Deno.test("renderTable() takes rows of different lengths, and none at all", () => {
  assert.equal(renderTable([["A"], ["a", "b"]], { isTerminal: false }), "A\na  b\n");
  assert.equal(renderTable([], { isTerminal: true }), "");
});
