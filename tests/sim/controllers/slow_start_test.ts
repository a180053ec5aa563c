import assert from "node:assert/strict";
import { badRequest } from "../../../src/sim/api/failure.ts";
import { refusal, slowStart } from "../../../src/sim/controllers/slow_start.ts";

/** The indexes of each batch, and the failure; attempts of one batch are all under way at once. */
async function batches(count: number, failing: readonly number[] = []) {
  const started: number[][] = [];
  let batch: number[] = [];
  const failure = await slowStart(count, async (index) => {
    if (batch.length === 0) {
      started.push(batch);
      queueMicrotask(() => batch = []);
    }
    batch.push(index);
    await new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));
    return failing.includes(index) ? badRequest(`not ${index}`) : undefined;
  });
  return { started, failure };
}

Deno.test("slowStart() doubles its batches", async () => {
  const sizes = async (count: number) => (await batches(count)).started.map((batch) => batch.length);
  assert.deepEqual(await sizes(0), []);
  assert.deepEqual(await sizes(1), [1]);
  assert.deepEqual(await sizes(3), [1, 2]);
  assert.deepEqual(await sizes(10), [1, 2, 4, 3]);
});

Deno.test("slowStart() tries each index once, and starts no batch after one that has failed", async () => {
  const { started, failure } = await batches(20, [4, 5, 9]);
  assert.deepEqual(started, [[0], [1, 2], [3, 4, 5, 6]]);
  assert.equal(failure?.message, "not 4");
  assert.equal((await batches(7)).failure, undefined);
});

Deno.test("refusal() answers what the API server refuses, and lets every other error through", async () => {
  const refused = badRequest("no");
  assert.equal(await refusal(Promise.reject(refused)), refused);
  assert.equal(await refusal(Promise.resolve(1)), undefined);
  await assert.rejects(refusal(Promise.reject(new TypeError("a bug"))), /a bug/);
});
