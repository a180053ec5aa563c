import assert from "node:assert/strict";
import { Store } from "../../src/kube/store.ts";
import type { Cached } from "../../src/kube/objects.ts";
import { settle } from "../support/fake_clock.ts";
import { type Answer, failure, json, refuse } from "../support/fake_transport.ts";
import { added, bookmark, deleted, listEnd, modified, PODS, reflectPods, thing } from "../support/watched.ts";

const BASE_QUERY = { watch: "true", allowWatchBookmarks: "true", timeoutSeconds: "300" };
const STREAMING = { ...BASE_QUERY, sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" };

Deno.test("Reflector asks for a streaming list and fills the store only when its end is announced", async () => {
  const t = reflectPods();
  const stream = t.nextWatch();
  await t.start();
  assert.deepEqual(t.transport.requests.map(({ path, query }) => [path, query]), [[PODS, STREAMING]]);

  stream.events(added("x", { rv: 7 }), added("y", { rv: 8 }));
  stream.events(bookmark(9));
  await settle();
  assert.deepEqual(t.names(), [], "half a list is never shown");
  assert.equal(t.reflector.hasSynced, false);
  assert.equal(t.reflector.lists, 0);

  stream.events(listEnd(10));
  await settle();
  assert.deepEqual(t.names(), ["x", "y"]);
  assert.equal(t.reflector.hasSynced, true);
  assert.equal(t.reflector.lists, 1);
  assert.equal(await t.stop(), 0, "timers left behind");
});

Deno.test("Reflector takes objects that change or vanish during the streaming list as they end up", async () => {
  const t = reflectPods();
  const stream = t.nextWatch();
  await t.start();
  stream.events(
    added("x", { rv: 7 }),
    added("y", { rv: 8 }),
    modified("x", { rv: 9 }),
    deleted("y", { rv: 10 }),
  );
  stream.events(listEnd(11));
  await settle();
  assert.deepEqual(t.names(), ["x"]);
  assert.equal(t.store.get("a/x")?.resourceVersion, "9");
  await t.stop();
});

Deno.test("Reflector follows the same stream after the list, in one chunk or several", async () => {
  const t = reflectPods();
  const stream = t.nextWatch();
  await t.start();
  stream.events(added("x", { rv: 7 }), listEnd(10), added("y", { rv: 11 }), deleted("x", { rv: 12 }));
  await settle();
  assert.deepEqual(t.names(), ["y"]);
  assert.deepEqual(t.changes, ["added a/x", "added a/y", "deleted a/x"]);
  stream.events(modified("y", { rv: 13 }));
  await settle();
  assert.equal(t.store.get("a/y")?.resourceVersion, "13");
  assert.equal(t.transport.requests.length, 1);
  await t.stop();
});

Deno.test("Reflector starts a streaming list afresh when it breaks before its end", async () => {
  const t = reflectPods();
  const first = t.nextWatch();
  await t.start();
  first.events(added("gone", { rv: 7 }));
  await settle();
  first.break();
  await settle();
  const second = t.nextWatch();
  await t.clock.advance(800);
  second.events(added("x", { rv: 9 }), listEnd(10));
  await settle();
  assert.deepEqual(t.names(), ["x"], "what the first try brought is not kept");
  assert.deepEqual(t.transport.requests.map(({ query }) => query), [STREAMING, STREAMING]);
  await t.stop();
});

Deno.test("Reflector waits before it asks again when a streaming list ends cleanly before its end", async () => {
  const t = reflectPods();
  const stream = t.nextWatch();
  await t.start();
  stream.events(added("x", { rv: 7 }));
  stream.end();
  await settle();
  assert.equal(t.transport.requests.length, 1);
  assert.deepEqual(t.states, [`broken: watch of ${PODS}: ended before the list did`]);
  await t.clock.advance(800);
  assert.deepEqual(t.transport.requests[1]?.query, STREAMING);
  assert.deepEqual(t.names(), []);
  await t.stop();
});

function page(names: readonly string[], metadata: { resourceVersion: string; continue?: string }): Answer {
  return json({ kind: "PodList", metadata, items: names.map((name) => thing(name, { rv: 1 })) });
}

for (const code of [400, 422, 404, 405]) {
  Deno.test(`Reflector reads pages at once where a streaming list is refused with ${code}`, async () => {
    const t = reflectPods();
    t.transport.on(
      "GET",
      PODS,
      failure(code, { message: "sendInitialEvents is forbidden" }),
      page(["x"], { resourceVersion: "20", continue: "to/ken=" }),
      page(["y"], { resourceVersion: "20" }),
    );
    await t.start();
    assert.deepEqual(t.transport.requests.map(({ query }) => query), [
      STREAMING,
      { limit: "500" },
      { limit: "500", continue: "to/ken=" },
      { ...BASE_QUERY, resourceVersion: "20" },
    ]);
    assert.deepEqual(t.names(), ["x", "y"]);
    assert.equal(t.reflector.lists, 1);
    assert.equal(t.reflector.hasSynced, true);
    assert.deepEqual(t.states, [], "it is no outage");
    assert.equal(await t.stop(), 0);
  });
}

for (const code of [401, 403, 408, 429, 500, 503]) {
  Deno.test(`Reflector goes on asking for a streaming list after a ${code}`, async () => {
    const t = reflectPods();
    t.transport.on("GET", PODS, failure(code));
    await t.start();
    assert.equal(t.transport.requests.length, 1, "it waits first");
    await t.clock.advance(799);
    assert.equal(t.transport.requests.length, 1);
    await t.clock.advance(1);
    assert.deepEqual(t.transport.requests.map(({ query }) => query), [STREAMING, STREAMING]);
    await t.stop();
  });
}

Deno.test("Reflector shows no page before the last", async () => {
  const t = reflectPods();
  t.transport.on("GET", PODS, failure(422), page(["x"], { resourceVersion: "20", continue: "c" }));
  await t.start();
  assert.deepEqual(t.names(), []);
  assert.equal(t.reflector.hasSynced, false);
  await t.stop();
});

Deno.test("Reflector begins the list anew when its continue token has expired", async () => {
  const t = reflectPods();
  t.transport.on(
    "GET",
    PODS,
    failure(422),
    page(["old"], { resourceVersion: "20", continue: "c" }),
    failure(410, { reason: "Expired" }),
    page(["x"], { resourceVersion: "30" }),
  );
  await t.start();
  await t.clock.advance(800);
  assert.deepEqual(t.names(), ["x"]);
  assert.deepEqual(t.transport.requests.slice(2).map(({ query }) => query), [
    { limit: "500", continue: "c" },
    { limit: "500" },
    { ...BASE_QUERY, resourceVersion: "30" },
  ]);
  assert.equal(t.reflector.lists, 1);
  await t.stop();
});

Deno.test("Reflector takes a list without items as empty", async () => {
  const t = reflectPods();
  t.transport.on("GET", PODS, failure(400), json({ metadata: { resourceVersion: "5" }, items: null }));
  await t.start();
  assert.equal(t.reflector.hasSynced, true);
  assert.equal(t.transport.requests.length, 3);
  await t.stop();
});

Deno.test("Reflector asks an API server that is down in 0.8, 1.6, 3.2 s, then each 5 s", async () => {
  const t = reflectPods();
  t.transport.always("GET", PODS, refuse());
  await t.start();
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    waits.push(t.clock.nextMs!);
    await t.clock.advance(t.clock.nextMs!);
  }
  assert.deepEqual(waits, [800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000, 5_000]);
  const before = t.transport.requests.length;
  await t.clock.advance(300_000);
  const perSecond = (t.transport.requests.length - before) / 300;
  assert.ok(perSecond <= 0.22, `${perSecond} requests a second in five minutes of outage`);
  assert.equal(await t.stop(), 0);
});

Deno.test("Reflector keeps only what the projection wants, and drops what it wants no more", async () => {
  const t = reflectPods({
    project: ({ metadata }) =>
      metadata?.annotations?.["skip"] === "true" ? undefined : {
        namespace: metadata?.namespace ?? "",
        name: metadata?.name ?? "",
        uid: metadata?.uid ?? "",
        resourceVersion: metadata?.resourceVersion ?? "",
      },
  });
  const skipped = (name: string, rv: number) => {
    const object = thing(name, { rv });
    return { ...object, metadata: { ...object.metadata, annotations: { skip: "true" } } };
  };
  const stream = t.nextWatch();
  await t.start();
  stream.events({ type: "ADDED", object: skipped("x", 1) }, added("y", { rv: 2 }), listEnd(3));
  await settle();
  assert.deepEqual(t.names(), ["y"]);
  stream.events({ type: "MODIFIED", object: skipped("y", 4) });
  await settle();
  assert.deepEqual(t.names(), []);
  await t.stop();
});

Deno.test("Reflectors of two namespaces share a store, and a relist of one leaves the other alone", async () => {
  const store = new Store<Cached>({});
  const a = reflectPods({ namespace: "a", store });
  const b = reflectPods({ namespace: "b", store });
  const streamA = await a.startWith(["x", "y"], 5);
  await b.startWith(["x"], 5);
  assert.equal(a.transport.requests[0]?.path, "/api/v1/namespaces/a/pods");
  assert.deepEqual([...store.values()].map(({ namespace, name }) => `${namespace}/${name}`).sort(), [
    "a/x",
    "a/y",
    "b/x",
  ]);

  streamA.events({
    type: "ERROR",
    object: { kind: "Status", code: 410, reason: "Expired", message: "too old" },
  });
  streamA.end();
  await settle();
  const again = a.nextWatch();
  await a.clock.advance(800);
  again.events(added("y", { rv: 5 }), listEnd(9));
  await settle();
  assert.deepEqual([...store.values()].map(({ namespace, name }) => `${namespace}/${name}`).sort(), [
    "a/y",
    "b/x",
  ]);
  await a.stop();
  await b.stop();
});
