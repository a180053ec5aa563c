import assert from "node:assert/strict";
import { settle } from "../support/fake_clock.ts";
import { failure, json, refuse } from "../support/fake_transport.ts";
import { added, bookmark, listEnd, PODS, reflectPods, thing } from "../support/watched.ts";

Deno.test("Reflector.ageMs is 0 while a quiet watch is open and no bookmark is overdue", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  await t.clock.advance(64_999);
  assert.equal(t.ageMs(), 0);
  await t.clock.advance(1);
  assert.equal(t.ageMs(), 65_000, "a bookmark is overdue: the age counts from the last contact");
  stream.events(bookmark(11));
  await settle();
  assert.equal(t.ageMs(), 0);
  await t.stop();
});

Deno.test("Reflector.ageMs counts part of a line as contact", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  await t.clock.advance(64_000);
  stream.push('{"type":');
  await t.clock.advance(64_000);
  assert.equal(t.ageMs(), 0);
  await t.stop();
});

Deno.test("Reflector.ageMs counts from the last contact once the stream is broken", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  t.transport.always("GET", PODS, refuse());
  await t.clock.advance(10_000);
  stream.events(added("y", { rv: 11 }));
  await t.clock.advance(5_000);
  assert.equal(t.ageMs(), 0);
  stream.break();
  await t.clock.advance(100_000);
  assert.equal(t.ageMs(), 105_000, "refused connections are no contact");
  await t.stop();
});

Deno.test("Reflector.ageMs goes on counting while the server answers with errors only", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  t.transport.always("GET", PODS, failure(500));
  stream.break();
  await t.clock.advance(100_000);
  assert.equal(t.ageMs(), 100_000);
  await t.stop();
});

Deno.test("Reflector.ageMs is 0 again as soon as a resumed watch is answered", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  await t.clock.advance(3_000);
  t.transport.on("GET", PODS, refuse());
  stream.break();
  t.nextWatch();
  await t.clock.advance(800 + 1_599);
  assert.equal(t.ageMs(), 5_399);
  await t.clock.advance(1);
  assert.equal(t.ageMs(), 0);
  await t.stop();
});

Deno.test("Reflector.ageMs counts from the start until there is a first answer", async () => {
  const t = reflectPods();
  t.transport.always("GET", PODS, refuse());
  await t.start();
  await t.clock.advance(42_000);
  assert.equal(t.ageMs(), 42_000);
  assert.equal(t.reflector.hasSynced, false);
  await t.stop();
});

Deno.test("Reflector.ageMs does not trust a watch that a dead path keeps open", async () => {
  const t = reflectPods();
  await t.startWith(["x"], 10);
  await t.clock.advance(75_000 + 800 + 40_000);
  assert.equal(t.ageMs(), 115_800);
  await t.stop();
});

Deno.test("Reflector is not connected from the ordered end of a watch until the next one is answered", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  await t.clock.advance(5_000);
  const silent = new Promise<Response>(() => {});
  t.transport.on("GET", PODS, () => silent);
  stream.end();
  await settle();
  assert.equal(t.reflector.isConnected, false, "nobody answers yet: the store may be behind");
  assert.deepEqual(t.states, [], "an ordered end is no outage");
  t.nextWatch();
  await t.clock.advance(75_000 + 800);
  assert.equal(t.reflector.isConnected, true);
  await t.stop();
});

Deno.test("Reflector tells of an outage once, and once of its end", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  t.transport.on("GET", PODS, refuse("one"), refuse("two"), failure(500));
  stream.break(new TypeError("error reading a body from connection"));
  await t.clock.advance(800 + 1_600 + 3_200);
  assert.deepEqual(t.states, ["broken: error reading a body from connection"]);

  const whole = t.nextWatch();
  await t.clock.advance(6_400);
  whole.events(bookmark(11));
  await settle();
  whole.events(bookmark(12));
  await settle();
  assert.deepEqual(t.states, ["broken: error reading a body from connection", "whole"]);

  whole.break(new TypeError("again"));
  await settle();
  assert.deepEqual(t.states.slice(2), ["broken: again"]);
  await t.stop();
});

Deno.test("Reflector is whole again after a relist only when the list has ended", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  stream.events({ type: "ERROR", object: { code: 410, reason: "Expired", message: "too old" } });
  await settle();
  const again = t.nextWatch();
  await t.clock.advance(800);
  again.events(added("x", { rv: 10 }));
  await settle();
  assert.equal(t.states.length, 1);
  again.events(listEnd(20));
  await settle();
  assert.equal(t.states.at(-1), "whole");
  await t.stop();
});

Deno.test("Reflector says nothing of a start without trouble", async () => {
  const t = reflectPods();
  await t.startWith(["x"], 10);
  await t.stop();
  assert.deepEqual(t.states, []);
});

Deno.test("Reflector reports a listener that throws as a break, and does not end", async () => {
  const t = reflectPods();
  const stream = await t.startWith([], 10);
  let isFirst = true;
  t.store.onChange(() => {
    if (isFirst) {
      isFirst = false;
      throw new Error("listener");
    }
  });
  stream.events(added("x", { rv: 11 }));
  await settle();
  assert.deepEqual(t.states, ["broken: listener"]);
  assert.equal(stream.isCancelled, true);
  await t.clock.advance(800);
  assert.equal(t.transport.requests.length, 2);
  await t.stop();
});

Deno.test("Reflector resumes a paged list's watch from the version of the list", async () => {
  const t = reflectPods();
  t.transport.on(
    "GET",
    PODS,
    failure(400),
    json({ metadata: { resourceVersion: "77" }, items: [thing("x", { rv: 5 })] }),
    refuse(),
  );
  await t.start();
  await t.clock.advance(800);
  assert.deepEqual(t.transport.requests.slice(2).map(({ query }) => query["resourceVersion"]), ["77", "77"]);
  assert.equal(t.reflector.lists, 1);
  await t.stop();
});
