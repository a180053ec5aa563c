import assert from "node:assert/strict";
import { named, quote } from "../../src/domain/quote.ts";

const QUOTED: readonly [string, string, string][] = [
  ["plain text", "70%", '"70%"'],
  ["nothing", "", '""'],
  ["quotes and backslashes", 'a"b\\c', '"a\\"b\\\\c"'],
  ["line breaks", "a\r\nb", '"a\\r\\nb"'],
  ["control characters", "\u0000\u001b[31m", '"\\u0000\\u001b[31m"'],
  ["delete and the upper control characters", "\u007f\u0085\u009f", '"\\u007f\\u0085\\u009f"'],
  ["Unicode's own line breaks", "\u2028\u2029", '"\\u2028\\u2029"'],
  ["marks of direction", "\u202egnp.exe\u2066\u200f", '"\\u202egnp.exe\\u2066\\u200f"'],
  ["what has no width", "a\u200bb\ufeff\u00ad", '"a\\u200bb\\ufeff\\u00ad"'],
  ["letters of any script", "größe 名前", '"größe 名前"'],
  ["half a surrogate pair", "a\ud83d", '"a\ufffd"'],
  ["64 characters", "x".repeat(64), `"${"x".repeat(64)}"`],
  ["65 characters", "x".repeat(65), `"${"x".repeat(64)}…"`],
  ["a surrogate pair across the cut", `${"x".repeat(63)}😀😀`, `"${"x".repeat(63)}\ufffd…"`],
];

for (const [what, text, quoted] of QUOTED) {
  Deno.test(`fault 60: quote() makes one safe line of ${what}`, () => assert.equal(quote(text), quoted));
}

Deno.test("quote() keeps 10 KiB of anything short", () => {
  assert.ok(quote("\u0000".repeat(10_240)).length < 400);
});

Deno.test("named() leaves a name as it is, and quotes all else", () => {
  for (const name of ["shop", "ReplicaSet/web-1", "a.b/c:8080", "x".repeat(64)]) {
    assert.equal(named(name), name);
  }
  for (const text of ["", "a b", "a\nb", "x".repeat(65), "\u202e", '"', "größe"]) {
    assert.equal(named(text), quote(text));
  }
});
