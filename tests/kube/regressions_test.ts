import assert from "node:assert/strict";
import { settle } from "../support/fake_clock.ts";
import { failure, refuse } from "../support/fake_transport.ts";
import { added, listEnd, PODS, reflectPods } from "../support/watched.ts";

Deno.test("Reflector.ageMs counts while a 429 with Retry-After is waited out", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  t.transport.on("GET", PODS, failure(429, { headers: { "retry-after": "60" } }));
  stream.events({ type: "ERROR", object: { code: 429, message: "slow", details: { retryAfterSeconds: 60 } } });
  await t.clock.advance(50_000);
  assert.equal(t.ageMs(), 50_000);
  await t.stop();
});

Deno.test("Reflector.ageMs is not 0 while a relist after a 410 is under way", async () => {
  const t = reflectPods();
  const stream = await t.startWith(["x"], 10);
  t.transport.always("GET", PODS, refuse());
  stream.break();
  await t.clock.advance(300_000);
  t.transport.always("GET", PODS, failure(410, { reason: "Expired" }));
  await t.clock.advance(30_000);
  t.transport.never("GET", PODS);
  const again = t.nextWatch();
  await t.clock.advance(60_000);
  again.events(added("y", { rv: 20 }));
  await settle();
  assert.deepEqual(t.names(), ["x"]);
  assert.ok(t.ageMs() >= 300_000, `${t.ageMs()} ms, but the store shows what was true 390 s ago`);
  again.events(listEnd(30));
  await settle();
  assert.equal(t.ageMs(), 0);
  await t.stop();
});

import { candidate, LEASE, LeaseServer } from "../support/leases.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("LeaderElector does not count a conflict as a renewal", async () => {
  const t = candidate();
  await t.start();
  t.transport.always("PUT", LEASE, (request) => {
    // Somebody edits an annotation right before each renewal.
    t.server.put(t.server.lease!.spec);
    return failure(409, { reason: "Conflict" })(request);
  });
  await t.clock.advance(14_000);
  assert.equal(t.isValid(), false, "nothing was renewed for 14 s");
  await t.stop();
});

Deno.test("LeaderElector never has two valid leaders when answers get lost", async () => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const a = candidate({ identity: "a", server, clock });
  await a.start();
  const b = candidate({ identity: "b", server, clock });
  await clock.advance(500);
  await b.start();
  // The renewal lands, its answer does not; 7 s later the conflict is answered, then nothing any more.
  a.transport.on("PUT", LEASE, async (request) => {
    await server.replace(request);
    return await new Promise<Response>(() => {});
  }, server.replace);
  a.transport.on("GET", LEASE, server.get);
  await clock.advance(8_600);
  a.transport.never("GET", LEASE);
  a.transport.never("PUT", LEASE);
  let bothMs = 0;
  for (let i = 0; i < 300; i++) {
    await clock.advance(100);
    if (a.isValid() && b.isValid()) bothMs += 100;
  }
  assert.equal(bothMs, 0, `two valid leaders for ${bothMs} ms`);
  await a.stop();
  await b.stop();
});

Deno.test("LeaderElector.release tries again after a conflict", async () => {
  const t = candidate();
  await t.start();
  t.transport.on("PUT", LEASE, async (request) => {
    await t.server.replace(request);
    return await new Promise<Response>(() => {}); // landed, and SIGTERM comes before its answer
  });
  await t.clock.advance(2_000);
  await t.stop();
  await t.elector.release(new AbortController().signal);
  assert.equal(t.server.lease?.spec.holderIdentity, "");
});

Deno.test("LeaderElector says why it stands down when the Lease is deleted", async () => {
  const t = candidate();
  await t.start();
  t.server.lease = undefined;
  await t.clock.advance(2_000);
  assert.doesNotMatch(t.states.at(-1)!, /undefined/);
  await t.stop();
});

import { EventRecorder } from "../../src/kube/event_recorder.ts";
import { RateLimiter } from "../../src/kube/rate_limiter.ts";
import { fakeClient } from "../support/fake_client.ts";
import { json } from "../support/fake_transport.ts";

for (const note of ["x".repeat(2_000), "ü".repeat(600), "ü".repeat(2_000), "🙂".repeat(2_000)]) {
  Deno.test(`EventRecorder cuts a note of ${new TextEncoder().encode(note).length} bytes (${note[0]}) to 1,024`, async () => {
    const t = fakeClient();
    const path = "/apis/events.k8s.io/v1/namespaces/a/events";
    t.transport.always("POST", path, json({}));
    const recorder = new EventRecorder(
      { client: t.client, clock: t.clock, onFailure: () => {} },
      { controller: "c", instance: "i" },
    );
    const regarding = { apiVersion: "v1", kind: "Pod", namespace: "a", name: "x", uid: "u" };
    recorder.record({ regarding, type: "Normal", reason: "R", action: "A", note });
    const controller = new AbortController();
    const ended = recorder.run(controller.signal);
    await settle();
    controller.abort();
    await ended;
    const sent: string = t.transport.requests[0]?.body.note;
    assert.ok(new TextEncoder().encode(sent).length <= 1_024, `${new TextEncoder().encode(sent).length} bytes`);
    assert.ok(sent.isWellFormed(), "cut inside a surrogate pair");
  });
}

Deno.test("KubeClient does not count the wait for its own rate limiter as time without an answer", async () => {
  const clock = new FakeClock();
  const t = fakeClient({ clock, limiter: new RateLimiter(clock, { qps: 1, burst: 1 }) });
  t.transport.always("GET", "/api/v1/nodes", json({}));
  const signal = new AbortController().signal;
  const calls = Array.from({ length: 20 }, () => t.client.request("GET", "/api/v1/nodes", { signal }));
  const settled = Promise.allSettled(calls);
  await clock.advance(20_000);
  const failed = (await settled).filter((each) => each.status === "rejected");
  assert.equal(failed.length, 0, `${failed.length} failed: ${failed[0]?.reason}`);
  assert.equal(t.transport.resets, 0, "healthy connections were thrown away");
});

import { createLog, describeError } from "../../src/runtime/log.ts";
import { findAccess } from "../../src/kube/credentials.ts";

for (const format of ["json", "console"] as const) {
  Deno.test(`createLog() (${format}) does not throw on a BigInt or a circular field`, () => {
    const log = createLog({ write: () => {}, wall: () => 0 }, { level: "info", format });
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    log.info("m", { n: 1n });
    log.info("m", { circular });
  });
}
Deno.test("createLog() (json) keeps its level and message where a field has the same name", () => {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), wall: () => 0 }, {
    level: "info",
    format: "json",
  });
  log.error("real", { level: "info", message: "forged" });
  assert.equal(JSON.parse(lines[0]!).level, "error");
  assert.equal(JSON.parse(lines[0]!).message, "real");
});
Deno.test("describeError() ends for an error that is its own cause", () => {
  const error = new Error("x");
  error.cause = error;
  assert.match(describeError(error), /^x/);
});
Deno.test("createLog() (console) writes no control characters of a message", () => {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), wall: () => 0 }, {
    level: "info",
    format: "console",
  });
  log.info("a \u001b[2J b");
  assert.equal(lines[0]!.includes("\u001b"), false);
});
Deno.test("findAccess() names the files of KUBECONFIG where none of them exists", async () => {
  const deps = {
    clock: new FakeClock(),
    readText: () => Promise.reject(new Error("no")),
    exists: () => Promise.resolve(false),
    run: undefined,
  };
  await assert.rejects(findAccess(deps, { env: { KUBECONFIG: "/one:/two" } }), /\/one/);
});
Deno.test("findAccess() refuses a kubeconfig that impersonates", async () => {
  const text = "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n" +
    "clusters: [{name: k, cluster: {server: https://x}}]\nusers: [{name: u, user: {token: t, as: viewer}}]\n";
  const deps = {
    clock: new FakeClock(),
    readText: () => Promise.resolve(text),
    exists: () => Promise.resolve(true),
    run: undefined,
  };
  await assert.rejects(findAccess(deps, { kubeconfig: "/c", env: {} }), /\bas\b|impersonat/);
});
Deno.test("RateLimiter spends no token on a caller that has gone already", async () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter(clock, { qps: 1, burst: 1 });
  await limiter.wait(AbortSignal.abort());
  let passed = false;
  void limiter.wait(new AbortController().signal).then(() => passed = true);
  await settle();
  assert.equal(passed, true);
});
Deno.test("EventRecorder makes a valid name of a long one", async () => {
  const t = fakeClient();
  const path = "/apis/events.k8s.io/v1/namespaces/a/events";
  t.transport.always("POST", path, json({}));
  const recorder = new EventRecorder(
    { client: t.client, clock: t.clock, onFailure: () => {} },
    { controller: "c", instance: "i" },
  );
  const regarding = { apiVersion: "v1", kind: "Pod", namespace: "a", name: "x".repeat(199) + "-abc", uid: "u" };
  recorder.record({ regarding, type: "Normal", reason: "R", action: "A", note: "n" });
  const controller = new AbortController();
  const ended = recorder.run(controller.signal);
  await settle();
  controller.abort();
  await ended;
  assert.match(
    t.transport.requests[0]?.body.metadata.name,
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  );
});
