import assert from "node:assert/strict";
import { Interner } from "../../src/kube/interner.ts";

Deno.test("Interner.record shares one frozen record between equal ones", () => {
  const interner = new Interner();
  const first = interner.record({ app: "a", tier: "web" });
  assert.equal(interner.record({ app: "a", tier: "web" }), first);
  assert.notEqual(interner.record({ app: "b", tier: "web" }), first);
  assert.deepEqual(first, { app: "a", tier: "web" });
  assert.ok(Object.isFrozen(first));
});

Deno.test("Interner.record does not freeze or keep what it was given", () => {
  const given: Record<string, string> = { app: "a" };
  const shared = new Interner().record(given);
  given["app"] = "b";
  assert.deepEqual(shared, { app: "a" });
});

Deno.test("Interner.record takes no labels as an empty record, always the same", () => {
  const interner = new Interner();
  assert.deepEqual(interner.record(undefined), {});
  assert.equal(interner.record({}), interner.record(undefined));
});

Deno.test("Interner.record keeps records apart that differ in how keys and values are cut", () => {
  const interner = new Interner();
  const records: Record<string, string>[] = [{ "a": "b,c" }, { "a,b": "c" }, { a: "b", c: "" }, {
    a: "",
    b: "c",
  }, { __proto__x: "1" }];
  assert.deepEqual(records.map((record) => interner.record(record)), records);
  assert.equal(new Set(records.map((record) => interner.record(record))).size, records.length);
});

Deno.test("Interner.text answers the same text", () => {
  const interner = new Interner();
  for (const text of ["", "a", "__proto__", "constructor", "a"]) assert.equal(interner.text(text), text);
});

Deno.test("Interner forgets when its table is full, and goes on", () => {
  const interner = new Interner({ capacity: 3 });
  const first = interner.record({ n: "0" });
  for (let i = 1; i <= 3; i++) {
    assert.equal(interner.text(`n${i}`), `n${i}`);
    interner.record({ n: String(i) });
  }
  assert.notEqual(interner.record({ n: "0" }), first, "the table was emptied");
  assert.equal(interner.record({ n: "3" }), interner.record({ n: "3" }));
});
