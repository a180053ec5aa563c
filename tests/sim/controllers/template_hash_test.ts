import assert from "node:assert/strict";
import { templateHash } from "../../../src/sim/controllers/template_hash.ts";

Deno.test("templateHash() is the same for what says the same, and another for anything else", () => {
  const hash = templateHash({
    metadata: { labels: { a: "1", b: "2" } },
    spec: { containers: [{ name: "x" }] },
  });
  const same = {
    spec: { containers: [{ name: "x", env: undefined }] },
    metadata: { labels: { b: "2", a: "1" } },
  };
  assert.equal(templateHash(same), hash);
  assert.notEqual(templateHash({ ...same, spec: { containers: [{ name: "y" }] } }), hash);
  assert.notEqual(templateHash(same, 1), hash);
  assert.notEqual(templateHash(same, 1), templateHash(same, 2));
  assert.equal(templateHash(same, 0), hash);
});

Deno.test("templateHash() has letters and digits that make no word, as the API's own hashes", () => {
  for (let i = 0; i < 200; i++) assert.match(templateHash({ i }), /^[456789bcdf]{1,10}$/);
  assert.equal(new Set(Array.from({ length: 1_000 }, (_, i) => templateHash({ i }))).size, 1_000);
});
