import assert from "node:assert/strict";
import { Lifecycle } from "../../src/runtime/lifecycle.ts";
import { settle } from "../support/fake_clock.ts";

/** A task that ends with its signal. */
function loop(name: string, ended: string[] = []) {
  return (signal: AbortSignal) =>
    new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => {
        ended.push(name);
        resolve();
      })
    );
}

Deno.test("Lifecycle ends all of its tasks when it is stopped", async () => {
  const lifecycle = new Lifecycle();
  const ended: string[] = [];
  lifecycle.start("a", loop("a", ended));
  lifecycle.start("b", loop("b", ended));
  await settle();
  assert.deepEqual(ended, []);
  lifecycle.stop();
  await lifecycle.join();
  assert.deepEqual(ended, ["a", "b"]);
  assert.equal(lifecycle.signal.aborted, true);
});

Deno.test("Lifecycle stops the others when one fails, and throws its failure", async () => {
  const lifecycle = new Lifecycle();
  const ended: string[] = [];
  const cause = new Error("no route");
  lifecycle.start("loop", loop("loop", ended));
  lifecycle.start("watch", async () => {
    await Promise.resolve();
    throw cause;
  });
  await assert.rejects(lifecycle.join(), (error: Error) => {
    assert.equal(error.message, "watch failed");
    assert.equal(error.cause, cause);
    return true;
  });
  assert.deepEqual(ended, ["loop"]);
});

Deno.test("Lifecycle throws the first failure, not what it brings about in others", async () => {
  const lifecycle = new Lifecycle();
  lifecycle.start("second", async (signal) => {
    await loop("")(signal);
    throw new Error("consequence");
  });
  lifecycle.start("first", () => Promise.reject(new Error("origin")));
  await assert.rejects(lifecycle.join(), { message: "first failed" });
});

Deno.test("Lifecycle takes a task that throws at once for one that fails", async () => {
  const lifecycle = new Lifecycle();
  lifecycle.start("broken", () => {
    throw new Error("at once");
  });
  await assert.rejects(lifecycle.join(), { message: "broken failed" });
});

Deno.test("Lifecycle takes what a task throws after the stop for its way to end", async () => {
  const lifecycle = new Lifecycle();
  lifecycle.start("loop", async (signal) => {
    await loop("")(signal);
    signal.throwIfAborted();
  });
  lifecycle.stop();
  await lifecycle.join();
});

Deno.test("Lifecycle.join waits for the slowest task, and the end of one does not stop the others", async () => {
  const lifecycle = new Lifecycle();
  let isJoined = false;
  lifecycle.start("short", () => Promise.resolve());
  lifecycle.start("long", loop("long"));
  const joined = lifecycle.join().then(() => isJoined = true);
  await settle();
  assert.equal(isJoined, false);
  assert.equal(lifecycle.signal.aborted, false);
  lifecycle.stop();
  await joined;
});

Deno.test("Lifecycle without tasks joins at once, and can be stopped twice", async () => {
  const lifecycle = new Lifecycle();
  lifecycle.stop();
  const { reason } = lifecycle.signal;
  lifecycle.stop();
  assert.equal(lifecycle.signal.reason, reason);
  await lifecycle.join();
});
