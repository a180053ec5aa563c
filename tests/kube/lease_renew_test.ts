import assert from "node:assert/strict";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { type Answer, failure, hang } from "../support/fake_transport.ts";
import { candidate, cutOff, LEASE, LeaseServer } from "../support/leases.ts";

const never = new AbortController().signal;

async function leader(options: Parameters<typeof candidate>[0] = {}) {
  const t = candidate(options);
  await t.start();
  assert.equal(t.elector.isLeader, true);
  t.states.length = 0;
  t.transport.requests.length = 0;
  return t;
}

Deno.test("LeaderElector renews each 2 s by one PUT with the last version", async () => {
  const t = await leader();
  await t.clock.advance(6_000);
  assert.deepEqual(t.verbs(), ["PUT", "PUT", "PUT"]);
  assert.deepEqual(t.transport.requests.map(({ body }) => body.metadata.resourceVersion), [
    "101",
    "102",
    "103",
  ]);
  assert.deepEqual(t.transport.requests.map(({ body }) => body.spec.renewTime), [
    "2026-01-01T00:00:02.000000Z",
    "2026-01-01T00:00:04.000000Z",
    "2026-01-01T00:00:06.000000Z",
  ]);
  assert.equal(t.last().body.spec.acquireTime, "2026-01-01T00:00:00.000000Z");
  assert.equal(t.last().body.spec.leaseTransitions, 0);
  assert.deepEqual(t.states, []);
  await t.stop();
});

Deno.test("fault 22: LeaderElector stays the leader for an hour, whatever the wall clock does", async () => {
  const t = await leader();
  for (let i = 0; i < 360; i++) {
    t.clock.jumpWall(i % 2 === 0 ? 3_600_000 : -3_600_000);
    await t.clock.advance(10_000);
    assert.equal(t.isValid(), true);
  }
  assert.deepEqual(t.states, []);
  await t.stop();
});

Deno.test("fault 20: LeaderElector stands down at its next renewal when another holds the Lease", async () => {
  const t = await leader();
  t.server.put({ holderIdentity: "thief", leaseDurationSeconds: 15, leaseTransitions: 1 });
  await t.clock.advance(2_000);
  assert.deepEqual(t.verbs(), ["PUT", "GET"]);
  assert.deepEqual(t.states, ["stands by: thief holds the Lease"]);
  assert.equal(t.holders.at(-1), "thief");
  assert.equal(t.isValid(), false);
  assert.equal(t.server.lease?.spec.holderIdentity, "thief", "it is not taken back");
  await t.stop();
});

Deno.test("LeaderElector stands for election again after a loss", async () => {
  const t = await leader();
  t.server.put({ holderIdentity: "thief", leaseDurationSeconds: 15, leaseTransitions: 1 });
  await t.clock.advance(2_000 + 14_000);
  assert.equal(t.elector.isLeader, false);
  await t.clock.advance(2_000);
  assert.deepEqual(t.states, ["stands by: thief holds the Lease", "leads: acquired"]);
  assert.equal(t.server.lease?.spec.leaseTransitions, 2);
  assert.equal(t.elector.acquiredMs, t.clock.now());
  await t.stop();
});

Deno.test("fault 20: LeaderElector stands down when the Lease is deleted, and makes it anew", async () => {
  const t = await leader();
  t.server.lease = undefined;
  await t.clock.advance(2_000);
  assert.equal(t.elector.isLeader, false);
  await t.clock.advance(2_000);
  assert.equal(t.elector.isLeader, true);
  assert.equal(t.last().method, "POST");
  await t.stop();
});

Deno.test("LeaderElector stays the leader when its own renewal was carried twice", async () => {
  const t = await leader();
  t.transport.on("PUT", LEASE, async (request) => {
    await t.server.replace(request);
    return t.server.replace(request);
  });
  await t.clock.advance(2_000);
  assert.equal(t.elector.isLeader, true);
  await t.clock.advance(60_000);
  assert.equal(t.isValid(), true);
  assert.deepEqual(t.states, []);
  await t.stop();
});

Deno.test("LeaderElector outlives errors for less than its renewal deadline", async () => {
  const t = await leader();
  t.transport.on("PUT", LEASE, failure(500), failure(429), failure(503), failure(500));
  await t.clock.advance(9_999);
  assert.equal(t.isValid(), true);
  assert.equal(t.verbs().length, 4);
  await t.clock.advance(1);
  assert.equal(t.isValid(), true);
  assert.deepEqual(t.states, []);
  await t.stop();
});

Deno.test("LeaderElector stands down when errors outlast its renewal deadline, and says which", async () => {
  const t = await leader();
  t.transport.always("PUT", LEASE, failure(500, { message: "etcdserver: request timed out" }));
  await t.clock.advance(9_999);
  assert.deepEqual(t.states, []);
  await t.clock.advance(1);
  assert.equal(t.states.length, 1);
  assert.match(t.states[0]!, /^stands by: ApiError: PUT .*leader: 500 .*etcdserver: request timed out$/);
  assert.equal(t.elector.isLeader, false);
  await t.stop();
});

Deno.test("LeaderElector is not valid from the renewal deadline on, even before it noticed", async () => {
  const t = await leader();
  cutOff(t.transport);
  await t.clock.advance(9_999);
  assert.equal(t.isValid(), true);
  await t.clock.advance(1);
  assert.equal(t.elector.isLeader, true, "a request is under way: it has not noticed");
  assert.equal(t.isValid(), false);
  await t.clock.advance(4_000);
  assert.equal(t.elector.isLeader, false);
  await t.stop();
});

Deno.test("fault 23: LeaderElector is not valid after the process stood still, before a timer has fired", async () => {
  const t = await leader();
  t.clock.freeze(20_000);
  assert.equal(t.isValid(), false);
  assert.equal(t.elector.isHealthy(t.clock.now()), false);
  await t.clock.advance(0);
  assert.equal(t.isValid(), true, "nobody took it meanwhile, so the renewal went through");
  await t.stop();
});

Deno.test("LeaderElector counts a renewal from its start, not from its answer", async () => {
  const t = await leader();
  const slow: Answer = async (request) => {
    const answer = await t.server.replace(request);
    await new Promise<void>((resolve) => t.clock.after(4_000, resolve));
    return answer;
  };
  t.transport.on("PUT", LEASE, slow);
  t.transport.always("PUT", LEASE, hang);
  await t.clock.advance(6_000);
  assert.equal(t.elector.isValid(t.clock.now() + 10_000 - 4_000 - 1), true);
  assert.equal(t.elector.isValid(t.clock.now() + 10_000 - 4_000), false);
  await t.stop();
});

Deno.test("LeaderElector gives a renewal half of its deadline, so that another fits in", async () => {
  const t = await leader();
  t.transport.on("PUT", LEASE, hang);
  await t.clock.advance(2_000 + 5_000 + 2_000);
  assert.deepEqual(t.verbs(), ["PUT", "PUT"]);
  assert.equal(t.transport.resets, 1, "the path may be dead");
  assert.equal(t.isValid(), true);
  await t.stop();
});

Deno.test("LeaderElector.isHealthy tells of a leader that does not renew and does not stand down", async () => {
  const t = await leader();
  const now = t.clock.now();
  assert.equal(t.elector.isHealthy(now + 14_999), true);
  assert.equal(t.elector.isHealthy(now + 15_000), false);
  await t.stop();
});

Deno.test("LeaderElector never has two valid leaders when the leader is cut off", async () => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const a = await leader({ identity: "a", server, clock });
  const b = candidate({ identity: "b", server, clock });
  await b.start();
  await clock.advance(7_300);
  cutOff(a.transport);
  let bothMs = 0;
  for (let i = 0; i < 400; i++) {
    await clock.advance(100);
    if (a.isValid() && b.isValid()) bothMs += 100;
  }
  assert.equal(bothMs, 0);
  assert.equal(b.isValid(), true);
  server.serve(a.transport);
  await clock.advance(60_000);
  assert.equal(a.elector.isLeader, false);
  assert.equal(server.lease?.spec.leaseTransitions, 1);
  await a.stop();
  await b.stop();
});

Deno.test("LeaderElector.release writes an empty holder for one second, and keeps the rest", async () => {
  const t = await leader();
  await t.stop();
  await t.clock.advance(1_000);
  await t.elector.release(never);
  assert.equal(t.last().method, "PUT");
  assert.equal(t.last().body.metadata.resourceVersion, "101");
  assert.deepEqual(t.last().body.spec, {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: "2026-01-01T00:00:00.000000Z",
    renewTime: "2026-01-01T00:00:01.000000Z",
    leaseTransitions: 0,
  });
  assert.deepEqual(t.states, ["stands by: released"]);
  assert.equal(t.isValid(), false);
  assert.equal(t.elector.holder, "");
  assert.equal(t.clock.timers, 0);
});

Deno.test("LeaderElector.release ends leadership before the Lease is free", async () => {
  const t = await leader();
  await t.stop();
  let wasLeader: boolean | undefined;
  t.transport.on("PUT", LEASE, (request) => {
    wasLeader = t.elector.isLeader;
    return t.server.replace(request);
  });
  await t.elector.release(never);
  assert.equal(wasLeader, false);
});

Deno.test("LeaderElector.release lets the next one lead at its next try", async () => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const a = await leader({ identity: "a", server, clock });
  const b = candidate({ identity: "b", server, clock });
  await b.start();
  await clock.advance(1_000);
  await a.stop();
  await a.elector.release(never);
  await clock.advance(1_000);
  assert.equal(b.elector.isLeader, true);
  assert.equal(server.lease?.spec.leaseTransitions, 1);
  await b.stop();
});

Deno.test("LeaderElector.release of a standby writes nothing", async () => {
  const t = candidate();
  t.server.put({ holderIdentity: "other", leaseDurationSeconds: 15 });
  await t.start();
  await t.stop();
  await t.elector.release(never);
  await settle();
  assert.deepEqual(t.verbs(), ["GET"]);
});
