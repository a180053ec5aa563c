import assert from "node:assert/strict";
import { KeptAnswers } from "../../src/operator/kept_answers.ts";

function keptOf({ most = 3, mostBytes = 100 } = {}) {
  const made: string[] = [];
  const kept = new KeptAnswers<string>({ most, mostBytes, bytesOf: (answer) => answer.length });
  const ask = (key: string, answer = "x") =>
    kept.once(key, () => {
      made.push(key);
      return Promise.resolve(answer);
    });
  return { made, ask };
}

Deno.test("KeptAnswers makes an answer once for a key, also while it is being made", async () => {
  const { made, ask } = keptOf();
  const answers = await Promise.all([ask("a", "first"), ask("a", "second"), ask("b", "third")]);
  assert.deepEqual(answers, ["first", "first", "third"]);
  assert.equal(await ask("a", "fourth"), "first");
  assert.deepEqual(made, ["a", "b"]);
});

Deno.test("KeptAnswers forgets the oldest when there are too many", async () => {
  const { made, ask } = keptOf({ most: 2 });
  for (const key of ["a", "b", "c", "b", "a"]) await ask(key);
  assert.deepEqual(made, ["a", "b", "c", "a"]);
});

Deno.test("KeptAnswers forgets the oldest when they are too large together", async () => {
  const { made, ask } = keptOf({ most: 1_000, mostBytes: 100 });
  for (let i = 0; i < 10; i++) await ask(`k${i}`, "x".repeat(30));
  made.length = 0;
  for (const key of ["k9", "k8", "k7"]) await ask(key);
  assert.deepEqual(made, [], "three of 30 bytes fit");
  await ask("k6", "x".repeat(30));
  assert.deepEqual(made, ["k6"]);
  await ask("huge", "x".repeat(1_000));
  await ask("huge", "x");
  assert.deepEqual(made, ["k6", "huge", "huge"], "what is larger than all room is not kept");
});

Deno.test("KeptAnswers keeps a failure no longer than any answer", async () => {
  const kept = new KeptAnswers<string>({ most: 1, mostBytes: 1, bytesOf: () => 1 });
  await assert.rejects(kept.once("a", () => Promise.reject(new Error("no"))), /no/);
});
