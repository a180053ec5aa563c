import assert from "node:assert/strict";
import { FakeClock } from "../support/fake_clock.ts";
import { candidate, LeaseServer } from "../support/leases.ts";

const never = new AbortController().signal;

Deno.test("LeaderElector writes its annotations with the Lease that it makes, in the same request", async () => {
  const t = candidate({ annotations: { "example.io/at": "a" } });
  await t.start();
  assert.deepEqual(t.verbs(), ["GET", "POST"]);
  assert.deepEqual(t.server.lease!.metadata["annotations"], { "example.io/at": "a" });
  assert.equal(t.elector.annotation("example.io/at"), "a");
  await t.clock.advance(4_000);
  assert.deepEqual(t.verbs(), ["GET", "POST", "PUT", "PUT"]);
  assert.deepEqual(t.server.lease!.metadata["annotations"], { "example.io/at": "a" });
  await t.stop();
});

Deno.test("LeaderElector writes its annotations over those of the holder before, and leaves others", async () => {
  const server = new LeaseServer();
  const annotations = { "example.io/at": "b", "example.io/more": "c" };
  server.put({ holderIdentity: "", leaseDurationSeconds: 1 }, { annotations });
  const t = candidate({ server, annotations: { "example.io/at": "a" } });
  await t.start();
  assert.equal(t.elector.isLeader, true);
  assert.deepEqual(server.lease!.metadata["annotations"], { "example.io/at": "a", "example.io/more": "c" });
  await t.stop();
});

Deno.test("LeaderElector takes its annotations back when it gives the Lease back", async () => {
  const server = new LeaseServer();
  server.put({ holderIdentity: "" }, { annotations: { "example.io/more": "c" } });
  const t = candidate({ server, annotations: { "example.io/at": "a" } });
  await t.start();
  await t.elector.release(never);
  assert.equal(server.lease!.spec.holderIdentity, "");
  assert.deepEqual(server.lease!.metadata["annotations"], { "example.io/more": "c" });
  await t.stop();
});

Deno.test("LeaderElector that stands by reads the holder's annotations with the Lease", async () => {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const leader = candidate({ server, clock, annotations: { "example.io/at": "a" } });
  await leader.start();
  const other = candidate({ server, clock, identity: "other", annotations: { "example.io/at": "b" } });
  assert.equal(other.elector.annotation("example.io/at"), undefined, "not read yet");
  await other.start();
  assert.equal(other.elector.annotation("example.io/at"), "a");
  assert.deepEqual(other.verbs(), ["GET"]);
  await Promise.all([leader.stop(), other.stop()]);
});

Deno.test("LeaderElector without annotations leaves the metadata as it is", async () => {
  const t = candidate();
  await t.start();
  await t.clock.advance(2_000);
  assert.equal("annotations" in t.last().body.metadata, false);
  await t.stop();
});
