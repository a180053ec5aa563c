import assert from "node:assert/strict";
import { microTime } from "../../src/kube/lease.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { failure, refuse } from "../support/fake_transport.ts";
import { candidate, cutOff, LEASE, LEASES, LeaseServer, type LeaseSpec } from "../support/leases.ts";

const LONG_AGO = "2020-01-01T00:00:00.000000Z";

function heldByOther(over: Partial<LeaseSpec> = {}): LeaseSpec {
  return {
    holderIdentity: "other",
    leaseDurationSeconds: 15,
    acquireTime: LONG_AGO,
    renewTime: LONG_AGO,
    leaseTransitions: 3,
    ...over,
  };
}

Deno.test("microTime() has six digits of a second's fraction", () => {
  assert.equal(microTime(Date.UTC(2026, 0, 1, 0, 0, 0, 7)), "2026-01-01T00:00:00.007000Z");
});

Deno.test("LeaderElector makes the Lease where there is none", async () => {
  const t = candidate();
  assert.equal(t.elector.holder, undefined);
  await t.start();
  assert.deepEqual(t.transport.requests.map(({ method, path }) => [method, path]), [["GET", LEASE], [
    "POST",
    LEASES,
  ]]);
  assert.deepEqual(t.last().body, {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: "ns", name: "leader" },
    spec: {
      holderIdentity: "me",
      leaseDurationSeconds: 15,
      acquireTime: "2026-01-01T00:00:00.000000Z",
      renewTime: "2026-01-01T00:00:00.000000Z",
      leaseTransitions: 0,
    },
  });
  assert.deepEqual(t.states, ["leads: acquired"]);
  assert.deepEqual(t.holders, ["me"]);
  assert.equal(t.elector.isLeader, true);
  assert.equal(t.elector.holder, "me");
  assert.equal(t.elector.acquiredMs, t.clock.now());
  assert.equal(t.isValid(), true);
  await t.stop();
  assert.equal(t.clock.timers, 0, "timers left behind");
});

Deno.test("LeaderElector stands by when another makes the Lease at the same moment", async () => {
  const t = candidate();
  t.transport.on("POST", LEASES, (request) => {
    t.server.put(heldByOther());
    return failure(409, { reason: "AlreadyExists" })(request);
  });
  await t.start();
  assert.deepEqual(t.verbs(), ["GET", "POST", "GET"]);
  assert.equal(t.elector.isLeader, false);
  assert.equal(t.elector.holder, "other");
  assert.deepEqual(t.states, []);
  await t.stop();
});

Deno.test("fault 21: LeaderElector lets exactly one of two win that start at once", async () => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const a = candidate({ identity: "a", server, clock });
  const b = candidate({ identity: "b", server, clock });
  await Promise.all([a.start(), b.start()]);
  for (let i = 0; i < 60; i++) {
    assert.equal(Number(a.elector.isLeader) + Number(b.elector.isLeader), 1);
    await clock.advance(1_000);
  }
  assert.equal(server.lease?.spec.leaseTransitions, 0);
  await a.stop();
  await b.stop();
});

Deno.test("LeaderElector waits until a held Lease was unchanged for its own duration, by its own clock", async () => {
  const t = candidate();
  t.server.put(heldByOther({ leaseDurationSeconds: 60 }));
  await t.start();
  assert.equal(t.elector.isLeader, false, "a renewTime long past says nothing");
  await t.clock.advance(59_999);
  assert.equal(t.elector.isLeader, false, "the record's duration counts, not ours of 15 s");
  assert.ok(!t.verbs().includes("PUT"));
  await t.clock.advance(1);
  assert.equal(t.elector.isLeader, true);
  assert.equal(t.last().method, "PUT");
  assert.equal(t.last().body.metadata.resourceVersion, "101");
  assert.equal(t.last().body.metadata.uid, "u1");
  assert.deepEqual(t.last().body.spec, {
    holderIdentity: "me",
    leaseDurationSeconds: 15,
    acquireTime: "2026-01-01T00:01:00.000000Z",
    renewTime: "2026-01-01T00:01:00.000000Z",
    leaseTransitions: 4,
  });
  await t.stop();
});

Deno.test("LeaderElector begins its wait anew with each renewal that it sees", async () => {
  const t = candidate();
  t.server.put(heldByOther());
  await t.start();
  for (let i = 1; i <= 10; i++) {
    await t.clock.advance(13_000);
    t.server.put(heldByOther({ renewTime: `2020-01-01T00:00:${i + 10}.000000Z` }));
    await t.clock.advance(1_000);
    assert.equal(t.elector.isLeader, false);
  }
  await t.clock.advance(14_000);
  assert.equal(t.elector.isLeader, false);
  await t.clock.advance(4_000);
  assert.equal(t.elector.isLeader, true);
  await t.stop();
});

Deno.test("LeaderElector does not take another write of the same record for a renewal", async () => {
  const t = candidate();
  t.server.put(heldByOther());
  await t.start();
  for (let i = 0; i < 8; i++) {
    await t.clock.advance(2_000);
    t.server.put(heldByOther(), { annotations: { i: String(i) } });
  }
  assert.equal(t.elector.isLeader, true);
  await t.stop();
});

for (const [name, jumpMs] of [["an hour on", 3_600_000], ["an hour back", -3_600_000]] as const) {
  Deno.test(`fault 22: LeaderElector does not take a Lease sooner or later when the wall clock jumps ${name}`, async () => {
    const t = candidate();
    t.server.put(heldByOther());
    await t.start();
    await t.clock.advance(5_000);
    t.clock.jumpWall(jumpMs);
    await t.clock.advance(10_000 - 1);
    assert.equal(t.elector.isLeader, false);
    await t.clock.advance(1_001);
    assert.equal(t.elector.isLeader, true);
    await t.stop();
  });
}

for (const holderIdentity of ["", null, undefined]) {
  Deno.test(`LeaderElector takes a Lease with holder ${JSON.stringify(holderIdentity)} at once`, async () => {
    const t = candidate();
    t.server.put(heldByOther({ holderIdentity: holderIdentity!, leaseDurationSeconds: 1 }));
    await t.start();
    assert.deepEqual(t.verbs(), ["GET", "PUT"]);
    assert.equal(t.elector.isLeader, true);
    assert.equal(t.server.lease?.spec.leaseTransitions, 4);
    await t.stop();
  });
}

Deno.test("LeaderElector stands by when another takes the free Lease first", async () => {
  const t = candidate();
  t.server.put(heldByOther({ holderIdentity: "" }));
  t.transport.on("PUT", LEASE, (request) => {
    t.server.put(heldByOther());
    return failure(409, { reason: "Conflict" })(request);
  });
  await t.start();
  assert.deepEqual(t.verbs(), ["GET", "PUT", "GET"]);
  assert.equal(t.elector.isLeader, false);
  assert.equal(t.elector.holder, "other");
  await t.clock.advance(14_000);
  assert.equal(t.elector.isLeader, false, "the wait counts from when the new holder was seen");
  await t.clock.advance(2_000);
  assert.equal(t.elector.isLeader, true);
  await t.stop();
});

Deno.test("LeaderElector goes on with a Lease that it holds already, without a transition", async () => {
  const t = candidate();
  t.server.put(heldByOther({ holderIdentity: "me" }));
  await t.start();
  assert.equal(t.elector.isLeader, true);
  assert.equal(t.server.lease?.spec.leaseTransitions, 3);
  assert.equal(t.server.lease?.spec.acquireTime, LONG_AGO);
  await t.stop();
});

Deno.test("LeaderElector is no leader while nothing answers, and goes on trying", async () => {
  const t = candidate();
  cutOff(t.transport);
  await t.start();
  await t.clock.advance(60_000);
  assert.equal(t.elector.isLeader, false);
  assert.equal(t.isValid(), false);
  assert.equal(t.elector.isHealthy(t.clock.now()), true, "a standby is healthy");
  assert.ok(t.verbs().length >= 8 && t.verbs().length <= 10, `${t.verbs().length} tries of 5 s, 2 s apart`);
  t.server.serve(t.transport);
  await t.clock.advance(7_000);
  assert.equal(t.elector.isLeader, true);
  await t.stop();
});

Deno.test("LeaderElector asks again after an error, each 2 to 2.4 s", async () => {
  const t = candidate({ random: () => 0.5 });
  t.transport.always("GET", LEASE, refuse());
  await t.start();
  await t.clock.advance(2_199);
  assert.equal(t.verbs().length, 1);
  await t.clock.advance(1);
  assert.equal(t.verbs().length, 2);
  await t.stop();
});

Deno.test("LeaderElector ends in the middle of a request when it is told to", async () => {
  const t = candidate();
  cutOff(t.transport);
  await t.start();
  await t.stop();
  await settle();
  assert.deepEqual(t.states, []);
  assert.equal(t.clock.timers, 0);
});

Deno.test("LeaderElector tells why the Lease cannot be read or written, each time, and goes on trying", async () => {
  const t = candidate();
  const forbidden = (verb: string) => failure(403, { reason: "Forbidden", message: `cannot ${verb} leases` });
  t.transport.on("GET", LEASE, forbidden("get"));
  t.transport.on("POST", LEASES, forbidden("create"));
  await t.start();
  await t.clock.advance(2_000);
  await t.clock.advance(2_000);
  assert.deepEqual(t.failures.map((each) => /cannot \w+ leases/.exec(each)?.[0]), [
    "cannot get leases",
    "cannot create leases",
  ]);
  assert.equal(t.elector.isLeader, true);
  await t.stop();
});
