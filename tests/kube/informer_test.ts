import assert from "node:assert/strict";
import { Informer } from "../../src/kube/informer.ts";
import type { Cached } from "../../src/kube/objects.ts";
import { Store } from "../../src/kube/store.ts";
import { fakeClient } from "../support/fake_client.ts";
import { settle } from "../support/fake_clock.ts";
import { FakeStream } from "../support/fake_transport.ts";
import { added, cached, listEnd } from "../support/watched.ts";

function informed(namespaces: readonly string[]) {
  const { clock, client, transport } = fakeClient();
  const store = new Store<Cached, Record<never, never>>({});
  const informer = new Informer(
    { client, clock, random: () => 0, store, project: cached },
    { resource: { prefix: "/api/v1", plural: "pods" }, namespaces },
  );
  const streams = new Map<string, FakeStream>();
  for (const path of ["/api/v1/pods", ...namespaces.map((name) => `/api/v1/namespaces/${name}/pods`)]) {
    const stream = new FakeStream();
    streams.set(path, stream);
    transport.on("GET", path, stream.answer);
  }
  const controller = new AbortController();
  return { clock, transport, informer, streams, controller, run: () => informer.run(controller.signal) };
}

Deno.test("Informer watches all namespaces by one request", async () => {
  const t = informed([]);
  const ended = t.run();
  await settle();
  assert.deepEqual(t.transport.requests.map(({ path }) => path), ["/api/v1/pods"]);
  assert.equal(t.informer.resource, "pods");
  t.streams.get("/api/v1/pods")!.events(added("x", { rv: 1 }), listEnd(2));
  await settle();
  assert.equal(t.informer.hasSynced, true);
  assert.equal(t.informer.lists, 1);
  assert.deepEqual([...t.informer.store.values()].map(({ name }) => name), ["x"]);
  t.controller.abort();
  await ended;
  assert.equal(t.clock.timers, 0);
});

Deno.test("Informer of several namespaces has synced when the last has, and is as old as the oldest", async () => {
  const t = informed(["a", "b"]);
  const ended = t.run();
  await settle();
  assert.deepEqual(t.transport.requests.map(({ path }) => path), [
    "/api/v1/namespaces/a/pods",
    "/api/v1/namespaces/b/pods",
  ]);
  const [a, b] = [t.streams.get("/api/v1/namespaces/a/pods")!, t.streams.get("/api/v1/namespaces/b/pods")!];
  a.events(added("x", { rv: 1, namespace: "a" }), listEnd(2));
  await settle();
  assert.equal(t.informer.hasSynced, false);
  b.events(added("x", { rv: 1, namespace: "b" }), listEnd(2));
  await settle();
  assert.equal(t.informer.hasSynced, true);
  assert.equal(t.informer.store.size, 2);
  assert.equal(t.informer.ageMs(t.clock.now()), 0);

  await t.clock.advance(30_000);
  a.break();
  await t.clock.advance(800);
  b.push("\n");
  await t.clock.advance(64_000);
  assert.equal(t.informer.ageMs(t.clock.now()), 94_800);
  t.controller.abort();
  await ended;
});
