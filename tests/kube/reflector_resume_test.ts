import assert from "node:assert/strict";
import { settle } from "../support/fake_clock.ts";
import { failure, FakeStream, refuse, statusBody } from "../support/fake_transport.ts";
import { added, bookmark, deleted, listEnd, modified, PODS, reflectPods } from "../support/watched.ts";

type Reflected = ReturnType<typeof reflectPods>;

/** What the last request went on from; undefined: it was a list. */
function lastVersion(t: Reflected): string | undefined {
  return t.transport.requests.at(-1)?.query["resourceVersion"];
}

Deno.test("Reflector resumes from the last event's version after a break, without a relist", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  first.events(modified("x", { rv: 11 }), added("y", { rv: 12 }));
  await settle();
  const second = t.nextWatch();
  first.break();
  await t.clock.advance(800);
  assert.equal(t.transport.requests.length, 2);
  assert.equal(lastVersion(t), "12");
  assert.equal(t.transport.requests[1]?.query["sendInitialEvents"], undefined);
  second.events(deleted("x", { rv: 13 }));
  await settle();
  assert.deepEqual(t.names(), ["y"]);
  assert.equal(t.reflector.lists, 1);
  assert.equal(await t.stop(), 0, "timers left behind");
});

Deno.test("Reflector moves its version with bookmarks, and only that", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  first.events(bookmark(500));
  await settle();
  assert.deepEqual(t.changes, []);
  first.break();
  await t.clock.advance(800);
  assert.equal(lastVersion(t), "500");
  await t.stop();
});

Deno.test("Reflector resumes at once after a clean end", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  await t.clock.advance(2_170);
  first.events(modified("x", { rv: 20 }));
  first.end();
  await settle();
  assert.equal(t.transport.requests.length, 2);
  assert.equal(lastVersion(t), "20");
  assert.deepEqual(t.states, []);
  await t.stop();
});

Deno.test("Reflector resumes at once after a clean end within a second, if there were events", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  first.events(modified("x", { rv: 20 }));
  first.end();
  await settle();
  assert.equal(lastVersion(t), "20");
  await t.stop();
});

Deno.test("Reflector backs off from watches that end at once and empty, and does not relist", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  t.transport.always("GET", PODS, () => {
    const stream = new FakeStream();
    stream.end();
    return stream.response();
  });
  await t.clock.advance(60_000);
  first.end();
  await settle();
  assert.equal(t.transport.requests.length, 2, "the clean end is resumed at once, the empty watch is not");
  const waits: number[] = [];
  for (let i = 0; i < 4; i++) {
    waits.push(t.clock.nextMs!);
    await t.clock.advance(t.clock.nextMs!);
  }
  assert.deepEqual(waits, [800, 1_600, 3_200, 5_000]);
  await t.clock.advance(600_000);
  assert.ok(t.transport.requests.length < 0.22 * 600, `${t.transport.requests.length} requests in ten minutes`);
  assert.ok(t.transport.requests.slice(1).every(({ query }) => query["resourceVersion"] === "10"));
  assert.deepEqual(t.names(), ["x"]);
  assert.equal(await t.stop(), 0);
});

Deno.test("Reflector relists once after a 410 inside the stream, with deletes for what is gone", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x", "gone"], 10);
  first.events({ type: "ERROR", object: statusBody(410, { reason: "Expired", message: "too old" }) });
  first.end();
  await settle();
  assert.deepEqual(t.names(), ["gone", "x"], "the store goes on showing what it showed");
  const second = t.nextWatch();
  await t.clock.advance(800);
  assert.equal(t.transport.requests[1]?.query["sendInitialEvents"], "true");
  assert.equal(lastVersion(t), undefined, "an old version must not be asked for again");
  second.events(added("x", { rv: 10 }), added("new", { rv: 30 }));
  await settle();
  assert.deepEqual(t.changes, [], "nothing before the list is whole");
  second.events(listEnd(31));
  await settle();
  assert.deepEqual(t.changes, ["deleted a/gone", "added a/new"], "what did not change is not told");
  assert.equal(t.reflector.lists, 2);
  await t.clock.advance(60_000);
  assert.equal(t.transport.requests.length, 2);
  await t.stop();
});

Deno.test("Reflector relists once after a 410 as the HTTP status of a watch", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x", "gone"], 10);
  t.transport.on("GET", PODS, failure(410, { reason: "Gone" }));
  await t.clock.advance(5_000);
  first.end();
  await settle();
  const second = t.nextWatch();
  await t.clock.advance(800);
  second.events(added("x", { rv: 10 }), listEnd(31));
  await settle();
  assert.deepEqual(t.changes, ["deleted a/gone"]);
  assert.deepEqual(t.transport.requests.map(({ query }) => query["resourceVersion"]), [
    undefined,
    "10",
    undefined,
  ]);
  assert.equal(t.reflector.lists, 2);
  await t.stop();
});

Deno.test("Reflector sees a pod that was made anew in the gap as gone and new", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  first.events({ type: "ERROR", object: statusBody(410, { reason: "Expired" }) });
  await settle();
  const second = t.nextWatch();
  await t.clock.advance(800);
  second.events(added("x", { rv: 40, uid: "another" }), listEnd(41));
  await settle();
  assert.deepEqual(t.changes, ["deleted a/x", "added a/x"]);
  await t.stop();
});

Deno.test("Reflector lists anew when the server does not know its version yet", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  t.transport.on("GET", PODS, failure(504, { reason: "Timeout", causes: ["ResourceVersionTooLarge"] }));
  await t.clock.advance(5_000);
  first.end();
  await settle();
  await t.clock.advance(800);
  assert.deepEqual(t.transport.requests.map(({ query }) => query["resourceVersion"]), [
    undefined,
    "10",
    undefined,
  ]);
  assert.deepEqual(t.names(), ["x"]);
  await t.stop();
});

Deno.test("Reflector resumes after a 504 of a proxy, which says nothing of versions", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  t.transport.on("GET", PODS, failure(504));
  await t.clock.advance(5_000);
  first.end();
  await t.clock.advance(800);
  assert.equal(lastVersion(t), "10");
  await t.stop();
});

Deno.test("Reflector waits as long as a 429 asks, and then resumes without a relist", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  t.transport.on("GET", PODS, failure(429, { reason: "TooManyRequests", headers: { "retry-after": "7" } }));
  await t.clock.advance(5_000);
  first.end();
  await settle();
  await t.clock.advance(6_999);
  assert.equal(t.transport.requests.length, 2);
  await t.clock.advance(1);
  assert.equal(t.transport.requests.length, 3);
  assert.equal(lastVersion(t), "10");
  assert.equal(t.reflector.lists, 1);
  await t.stop();
});

Deno.test("Reflector waits its own backoff where that is longer than what a 429 asks", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  t.transport.always("GET", PODS, failure(429, { headers: { "retry-after": "1" } }));
  await t.clock.advance(5_000);
  first.end();
  await settle();
  const waits: number[] = [];
  for (let i = 0; i < 3; i++) {
    waits.push(t.clock.nextMs!);
    await t.clock.advance(t.clock.nextMs!);
  }
  assert.deepEqual(waits, [1_000, 1_600, 3_200]);
  await t.stop();
});

for (const code of [429, 500]) {
  Deno.test(`Reflector resumes from the last event after an ERROR event of ${code}, without a relist`, async () => {
    const t = reflectPods();
    const first = await t.startWith(["x"], 10);
    first.events(modified("x", { rv: 11 }));
    await settle();
    first.events({ type: "ERROR", object: statusBody(code, { retryAfterSeconds: 3 }) });
    first.end();
    await settle();
    await t.clock.advance(2_999);
    assert.equal(t.transport.requests.length, 1);
    await t.clock.advance(1);
    assert.equal(lastVersion(t), "11");
    assert.equal(t.reflector.lists, 1);
    await t.stop();
  });
}

Deno.test("Reflector drops a line that was cut off, and resumes from the last whole event", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  const whole = JSON.stringify(modified("x", { rv: 11 })) + "\n";
  const cut = JSON.stringify(added("y", { rv: 12 }));
  first.push(whole + cut.slice(0, -10));
  await settle();
  first.end();
  await settle();
  assert.equal(lastVersion(t), "11");
  assert.deepEqual(t.names(), ["x"]);
  await t.stop();
});

Deno.test("Reflector takes a whole event whose line end was cut off for one that did not come", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  first.push(JSON.stringify(added("y", { rv: 12 })));
  await t.clock.advance(1_500);
  first.end();
  await settle();
  assert.equal(lastVersion(t), "10");
  await t.stop();
});

Deno.test("Reflector puts a line together again that was cut inside a character", async () => {
  const t = reflectPods();
  const first = await t.startWith([], 10);
  const bytes = new TextEncoder().encode(JSON.stringify(added("ü", { rv: 12 })) + "\n");
  const middle = bytes.indexOf(0xc3) + 1;
  first.push(bytes.slice(0, middle));
  await settle();
  first.push(bytes.slice(middle));
  await settle();
  assert.deepEqual(t.names(), ["ü"]);
  await t.stop();
});

Deno.test("Reflector passes over an event type that it does not know", async () => {
  const t = reflectPods();
  const first = await t.startWith([], 10);
  first.events({ type: "SYNCED", object: {} }, added("x", { rv: 11 }));
  await settle();
  assert.deepEqual(t.names(), ["x"]);
  assert.equal(t.transport.requests.length, 1);
  await t.stop();
});

Deno.test("Reflector opens a new watch when one is silent for 75 s", async () => {
  const t = reflectPods();
  const first = await t.startWith(["x"], 10);
  await t.clock.advance(60_000);
  first.events(bookmark(20));
  await t.clock.advance(74_999);
  assert.equal(first.isCancelled, false);
  await t.clock.advance(1);
  assert.match(String(first.cancelReason), /silent for 75000 ms/);
  await t.clock.advance(800);
  assert.equal(lastVersion(t), "20");
  assert.equal(t.reflector.lists, 1);
  assert.equal(await t.stop(), 0);
});

Deno.test("Reflector spreads the ends of its watches over 5 to 10 minutes", async () => {
  for (const [random, seconds] of [[0, "300"], [0.5, "450"], [0.999_999, "600"]] as const) {
    const t = reflectPods({ random: () => random });
    await t.startWith([], 10);
    assert.equal(t.transport.requests[0]?.query["timeoutSeconds"], seconds);
    await t.stop();
  }
});

Deno.test("Reflector ends when it is told to, while it waits and while it reads", async () => {
  const reading = reflectPods();
  const stream = await reading.startWith(["x"], 10);
  assert.equal(await reading.stop(), 0);
  assert.equal(stream.isCancelled, true, "the connection is let go of");

  const waiting = reflectPods();
  waiting.transport.always("GET", PODS, refuse());
  await waiting.start();
  assert.equal(waiting.clock.timers, 1);
  assert.equal(await waiting.stop(), 0);

  const asking = reflectPods();
  await asking.start();
  assert.equal(await asking.stop(), 0);
});
