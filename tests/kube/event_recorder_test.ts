import assert from "node:assert/strict";
import { EventRecorder, type EventToRecord } from "../../src/kube/event_recorder.ts";
import { fakeClient } from "../support/fake_client.ts";
import { settle } from "../support/fake_clock.ts";
import { failure, hang, json, refuse } from "../support/fake_transport.ts";

const EVENTS = "/apis/events.k8s.io/v1/namespaces/a/events";

function blocked(over: Partial<EventToRecord> = {}): EventToRecord {
  return {
    regarding: { apiVersion: "apps/v1", kind: "Deployment", namespace: "a", name: "web", uid: "u1" },
    type: "Warning",
    reason: "Blocked",
    action: "Evict",
    note: "The budget allows nothing.",
    ...over,
  };
}

function recording({ isServed = true } = {}) {
  const t = fakeClient();
  const failures: unknown[] = [];
  const recorder = new EventRecorder({
    client: t.client,
    clock: t.clock,
    onFailure: (error, event) => failures.push([error, event]),
  }, { controller: "example.io/controller", instance: "pod-1" });
  if (isServed) t.transport.always("POST", EVENTS, json({}, { status: 201 }));
  const controller = new AbortController();
  let ended: Promise<void> | undefined;
  return {
    ...t,
    recorder,
    failures,
    controller,
    sent: () => t.transport.requests.map(({ method }) => method),
    async record(event: EventToRecord = blocked()): Promise<void> {
      ended ??= recorder.run(controller.signal);
      recorder.record(event);
      await settle();
    },
    /** The path at which the last Event that was made is patched. */
    pathOfLast: () =>
      `${EVENTS}/${t.transport.requests.findLast(({ method }) => method === "POST")?.body.metadata.name}`,
    async stop(): Promise<void> {
      controller.abort();
      await ended;
    },
  };
}

Deno.test("EventRecorder writes an Event of events.k8s.io/v1", async () => {
  const t = recording();
  await t.record();
  const [{ method, path, body }] = t.transport.requests as [typeof t.transport.requests[number]];
  assert.deepEqual([method, path], ["POST", EVENTS]);
  const { metadata, ...rest } = body;
  assert.equal(metadata.namespace, "a");
  assert.match(metadata.name, /^web\.[0-9a-f]{8,}$/);
  assert.deepEqual(rest, {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    eventTime: "2026-01-01T00:00:00.000000Z",
    reportingController: "example.io/controller",
    reportingInstance: "pod-1",
    ...blocked(),
  });
  await t.stop();
  assert.equal(t.clock.timers, 0);
});

Deno.test("EventRecorder gives the same Event at the same moment the same name, and others another", async () => {
  const names = new Set<string>();
  const events = [
    blocked(),
    blocked(),
    blocked({ reason: "Other" }),
    blocked({ note: "Another." }),
    blocked({ regarding: { ...blocked().regarding, uid: "u2" } }),
  ];
  for (const event of events) {
    const t = recording();
    await t.record(event);
    names.add(t.transport.requests[0]?.body.metadata.name);
    await t.stop();
  }
  assert.equal(names.size, 4);
});

Deno.test("EventRecorder takes an Event that is there already for its own, carried twice", async () => {
  const t = recording();
  t.transport.on("POST", EVENTS, failure(409, { reason: "AlreadyExists" }));
  await t.record();
  assert.deepEqual(t.failures, []);
  await t.stop();
});

Deno.test("EventRecorder counts equal Events, and writes the count at most once a minute", async () => {
  const t = recording();
  await t.record();
  const path = t.pathOfLast();
  t.transport.always("PATCH", path, json({}));
  for (let i = 0; i < 59; i++) {
    await t.clock.advance(1_000);
    await t.record();
  }
  assert.deepEqual(t.sent(), ["POST"]);
  await t.clock.advance(1_000);
  await t.record();
  assert.deepEqual(t.sent(), ["POST", "PATCH"]);
  const patch = t.transport.requests[1]!;
  assert.equal(patch.path, path);
  assert.equal(patch.headers["content-type"], "application/merge-patch+json");
  assert.deepEqual(patch.body, { series: { count: 61, lastObservedTime: "2026-01-01T00:01:00.000000Z" } });

  await t.clock.advance(59_999);
  await t.record();
  assert.equal(t.sent().length, 2);
  await t.clock.advance(1);
  await t.record();
  assert.equal(t.transport.requests[2]?.body.series.count, 63);
  await t.stop();
});

Deno.test("EventRecorder keeps what is about another object, reason or note apart", async () => {
  const t = recording();
  await t.record();
  await t.record(blocked({ reason: "Other" }));
  await t.record(blocked({ note: "Another." }));
  await t.record(blocked({ regarding: { ...blocked().regarding, uid: "u2" } }));
  await t.record(blocked({ regarding: { ...blocked().regarding, uid: "u2" } }));
  assert.deepEqual(t.sent(), ["POST", "POST", "POST", "POST"]);
  await t.stop();
});

Deno.test("EventRecorder makes a new Event where the server has forgotten the first", async () => {
  const t = recording();
  await t.record();
  const first = t.pathOfLast();
  t.transport.on("PATCH", first, failure(404, { reason: "NotFound" }));
  await t.clock.advance(60_000);
  await t.record();
  assert.deepEqual(t.sent(), ["POST", "PATCH", "POST"]);
  assert.notEqual(t.pathOfLast(), first);
  t.transport.on("PATCH", t.pathOfLast(), json({}));
  await t.clock.advance(60_000);
  await t.record();
  assert.equal(t.transport.requests[3]?.body.series.count, 2, "it is counted anew");
  assert.deepEqual(t.failures, []);
  await t.stop();
});

Deno.test("EventRecorder makes a new Event after an hour, for which the server keeps them", async () => {
  const t = recording();
  await t.record();
  await t.clock.advance(3_600_001);
  await t.record();
  assert.deepEqual(t.sent(), ["POST", "POST"]);
  assert.notEqual(t.transport.requests[0]?.body.metadata.name, t.transport.requests[1]?.body.metadata.name);
  await t.stop();
});

Deno.test("EventRecorder reports a failure and goes on with the next Event", async () => {
  const t = recording();
  t.transport.on("POST", EVENTS, failure(403, { reason: "Forbidden" }), refuse());
  const events = [blocked(), blocked({ note: "2" }), blocked({ note: "3" })];
  for (const event of events) await t.record(event);
  assert.deepEqual(t.sent(), ["POST", "POST", "POST"]);
  assert.deepEqual(t.failures.map((failed) => (failed as [unknown, EventToRecord])[1]), events.slice(0, 2));
  await t.stop();
});

Deno.test("EventRecorder reports a PATCH that fails, and does not try again within the minute", async () => {
  const t = recording();
  await t.record();
  t.transport.always("PATCH", t.pathOfLast(), failure(500));
  await t.clock.advance(60_000);
  await t.record();
  await t.record();
  assert.deepEqual(t.sent(), ["POST", "PATCH"]);
  assert.equal(t.failures.length, 1);
  await t.stop();
});

Deno.test("EventRecorder drops what comes while 500 wait, and says so", async () => {
  const t = recording();
  for (let i = 0; i < 503; i++) t.recorder.record(blocked({ note: String(i) }));
  assert.equal(t.failures.length, 3);
  void t.recorder.run(t.controller.signal);
  for (let i = 0; i < 100; i++) await settle();
  assert.deepEqual(t.transport.requests.map(({ body }) => body.note), [...Array(500).keys()].map(String));
  t.recorder.record(blocked({ note: "room again" }));
  await settle();
  assert.equal(t.sent().length, 501);
  assert.equal(t.failures.length, 3);
  await t.stop();
});

Deno.test("EventRecorder.record does not throw before the start, nor after the end", async () => {
  const t = recording();
  t.recorder.record(blocked());
  await t.record(blocked({ note: "2" }));
  assert.equal(t.sent().length, 2);
  await t.stop();
  t.recorder.record(blocked({ note: "3" }));
  await settle();
  assert.equal(t.sent().length, 2);
});

Deno.test("EventRecorder ends in the middle of a request, and reports nothing then", async () => {
  const t = recording({ isServed: false });
  t.transport.always("POST", EVENTS, hang);
  await t.record();
  t.recorder.record(blocked({ note: "2" }));
  await t.stop();
  assert.deepEqual(t.failures, []);
  assert.equal(t.clock.timers, 0);
});

Deno.test("EventRecorder keeps the name of an Event short of the limit of 253", async () => {
  const t = recording();
  await t.record(blocked({ regarding: { ...blocked().regarding, name: "x".repeat(253) } }));
  assert.ok(t.transport.requests[0]?.body.metadata.name.length <= 253);
  await t.stop();
});
