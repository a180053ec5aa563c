import assert from "node:assert/strict";
import { isApiError } from "../../src/kube/api_error.ts";
import { watch, type WatchEvent } from "../../src/kube/watch.ts";
import { fakeClient } from "../support/fake_client.ts";
import { settle } from "../support/fake_clock.ts";
import { failure, FakeStream, statusBody } from "../support/fake_transport.ts";
import { added, bookmark, deleted, modified, PODS } from "../support/watched.ts";

function watching() {
  const t = fakeClient();
  const stream = new FakeStream();
  const controller = new AbortController();
  const batches: string[][] = [];
  const seen = { activity: 0, ended: false, error: undefined as unknown };
  const events = watch(t, PODS, {
    query: { resourceVersion: "5" },
    signal: controller.signal,
    timeoutMs: 300_000,
    silenceMs: 75_000,
    onActivity: () => void seen.activity++,
  });
  const describe = ({ type, object }: WatchEvent) => `${type} ${object.metadata?.name ?? ""}`.trim();
  const read = async () => {
    try {
      for await (const batch of events) batches.push(batch.map(describe));
      seen.ended = true;
    } catch (error) {
      seen.error = error;
    }
  };
  const start = async () => {
    t.transport.on("GET", PODS, stream.answer);
    void read();
    await settle();
  };
  return { ...t, stream, controller, batches, seen, events, read, start };
}

Deno.test("watch() asks for bookmarks and an end, and answers events in the batches in which they come", async () => {
  const t = watching();
  await t.start();
  assert.deepEqual(t.transport.requests[0]?.query, {
    resourceVersion: "5",
    watch: "true",
    allowWatchBookmarks: "true",
    timeoutSeconds: "300",
  });
  t.stream.events(added("x", { rv: 1 }), modified("x", { rv: 2 }));
  t.stream.events(deleted("x", { rv: 3 }), bookmark(4));
  await settle();
  assert.deepEqual(t.batches, [["ADDED x", "MODIFIED x"], ["DELETED x", "BOOKMARK"]]);
  t.stream.end();
  await settle();
  assert.equal(t.seen.ended, true);
  assert.equal(t.clock.timers, 0, "timers left behind");
});

Deno.test("watch() throws an ERROR event as the ApiError that it is", async () => {
  const t = watching();
  await t.start();
  const status = statusBody(410, { reason: "Expired", message: "too old resource version: 1 (2)" });
  t.stream.events({ type: "ERROR", object: status });
  await settle();
  assert.ok(isApiError(t.seen.error, 410));
  assert.equal(t.seen.error.reason, "Expired");
  assert.match(t.seen.error.message, /^watch of \/api\/v1\/pods: 410 Expired: too old/);
  assert.equal(t.stream.isCancelled, true);
  assert.equal(t.clock.timers, 0);
});

Deno.test("watch() throws the ApiError of a refusal", async () => {
  const t = watching();
  t.transport.on("GET", PODS, failure(429, { headers: { "retry-after": "4" } }));
  await t.start();
  assert.ok(isApiError(t.seen.error, 429));
  assert.equal(t.seen.error.retryAfterMs, 4_000);
  assert.equal(t.seen.activity, 0, "an error is no contact with the watch cache");
  assert.equal(t.clock.timers, 0);
});

Deno.test("watch() passes over types that it does not know", async () => {
  const t = watching();
  await t.start();
  t.stream.events({ type: "SYNCED" }, added("x", { rv: 1 }), { type: "", object: {} });
  await settle();
  assert.deepEqual(t.batches, [["ADDED x"]]);
});

Deno.test("watch() throws on a line that is no JSON", async () => {
  const t = watching();
  await t.start();
  t.stream.push("<html>\n");
  await settle();
  assert.ok(t.seen.error instanceof SyntaxError);
  assert.equal(t.stream.isCancelled, true);
});

Deno.test("watch() throws why the connection broke", async () => {
  const t = watching();
  await t.start();
  const broken = new TypeError("error reading a body from connection");
  t.stream.break(broken);
  await settle();
  assert.equal(t.seen.error, broken);
  assert.equal(t.clock.timers, 0);
});

Deno.test("watch() gives up a stream that is silent for too long, counted from the last byte, and doubts its connections", async () => {
  const t = watching();
  await t.start();
  await t.clock.advance(70_000);
  t.stream.push("{");
  await t.clock.advance(74_999);
  assert.equal(t.seen.error, undefined);
  await t.clock.advance(1);
  assert.match(String(t.seen.error), /watch of \/api\/v1\/pods: silent for 75000 ms/);
  assert.equal(t.stream.isCancelled, true);
  assert.equal(t.transport.resets, 1);
  assert.equal(t.clock.timers, 0);
});

Deno.test("watch() gives up when there are no headers, and doubts the connections", async () => {
  const t = watching();
  void t.read();
  await t.clock.advance(75_000);
  assert.match(String(t.seen.error), /watch of \/api\/v1\/pods: silent for 75000 ms/);
  assert.equal(t.transport.resets, 1);
  assert.equal(t.clock.timers, 0);
});

Deno.test("watch() ends a stream that goes on past its time", async () => {
  const t = watching();
  await t.start();
  for (let i = 0; i < 37; i++) {
    await t.clock.advance(10_000);
    t.stream.events(bookmark(i));
  }
  assert.equal(t.seen.error, undefined);
  await t.clock.advance(5_000);
  assert.match(String(t.seen.error), /watch of \/api\/v1\/pods: it does not end/);
  assert.equal(t.clock.timers, 0);
});

Deno.test("watch() tells of activity at the headers and at each chunk", async () => {
  const t = watching();
  await t.start();
  assert.equal(t.seen.activity, 1);
  t.stream.push('{"type":"BOOK');
  await settle();
  t.stream.push('MARK","object":{}}\n');
  await settle();
  assert.equal(t.seen.activity, 3);
  assert.deepEqual(t.batches, [["BOOKMARK"]]);
});

Deno.test("watch() needs two timers, however many events come", async () => {
  const t = watching();
  await t.start();
  const before = t.clock.created;
  for (let i = 0; i < 500; i++) t.stream.events(modified("x", { rv: i }));
  await settle();
  assert.equal(t.clock.timers, 2);
  assert.equal(t.clock.created, before);
});

Deno.test("watch() ends with the caller's reason while it reads", async () => {
  const t = watching();
  await t.start();
  const reason = new DOMException("stopped", "AbortError");
  t.controller.abort(reason);
  await settle();
  assert.equal(t.seen.error, reason);
  assert.equal(t.stream.isCancelled, true);
  assert.equal(t.clock.timers, 0);
});

Deno.test("watch() ends with the caller's reason also where the connection breaks at the same moment", async () => {
  const t = watching();
  await t.start();
  const reason = new DOMException("stopped", "AbortError");
  t.stream.break();
  t.controller.abort(reason);
  await settle();
  assert.equal(t.seen.error, reason);
});

Deno.test("watch() asks nothing for a caller that has gone already", async () => {
  const t = watching();
  t.controller.abort(new DOMException("stopped", "AbortError"));
  await t.start();
  assert.match(String(t.seen.error), /stopped/);
  assert.equal(t.transport.requests.length, 0);
  assert.equal(t.clock.timers, 0);
});

Deno.test("watch() lets go of the connection when its reader stops early", async () => {
  const t = watching();
  t.transport.on("GET", PODS, t.stream.answer);
  t.stream.events(added("x", { rv: 1 }));
  for await (const _batch of t.events) break;
  assert.equal(t.stream.isCancelled, true);
  assert.equal(t.clock.timers, 0);
});
