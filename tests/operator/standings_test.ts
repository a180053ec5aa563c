import assert from "node:assert/strict";
import { CommonCause } from "../../src/domain/common_cause.ts";
import { EvictionCap } from "../../src/domain/eviction_cap.ts";
import type { Pause } from "../../src/domain/snapshot.ts";
import { RateLimiter } from "../../src/kube/rate_limiter.ts";
import type { LeaderElector } from "../../src/kube/lease.ts";
import { Evictor } from "../../src/operator/evictor.ts";
import { Standings } from "../../src/operator/standings.ts";
import { GOOD_STANDING } from "../support/builders.ts";
import { settle } from "../support/fake_clock.ts";
import { failure, FakeStream } from "../support/fake_transport.ts";
import { candidate, cutOff, LeaseServer } from "../support/leases.ts";
import { listEnd } from "../support/watched.ts";
import { type FakeCluster, fakeCluster } from "./support.ts";

const RESOURCES = [
  "/api/v1/nodes",
  "/api/v1/namespaces",
  "/api/v1/pods",
  "/apis/apps/v1/deployments",
  "/apis/apps/v1/statefulsets",
  "/apis/apps/v1/replicasets",
  "/apis/policy/v1/poddisruptionbudgets",
];
const HANDOVER_MS = 2_000;
const KEY = "Deployment/shop/web";

/** Caches that watch, of which each list is whole but those `without`. */
async function watching(cluster: FakeCluster, { without = [] }: { without?: readonly string[] } = {}) {
  const streams = new Map<string, FakeStream>();
  for (const path of RESOURCES) {
    const stream = new FakeStream();
    streams.set(path, stream);
    cluster.transport.on("GET", path, stream.answer);
    if (!without.includes(path)) stream.events(listEnd(1));
  }
  const controller = new AbortController();
  const ended = cluster.cache.run(controller.signal);
  await settle();
  return {
    streams,
    async stop() {
      controller.abort(new DOMException("stopped", "AbortError"));
      await ended;
    },
  };
}

function standingsOf(cluster: FakeCluster, elector?: LeaderElector) {
  const evictor = new Evictor({ ...cluster, limiter: new RateLimiter(cluster.clock, { qps: 50, burst: 100 }) });
  const cap = new EvictionCap(2);
  const state = { storm: undefined as Pause | undefined };
  const commonCause = new CommonCause();
  const deps = { ...cluster, elector, evictor, cap, commonCause, storms: { hold: () => state.storm } };
  return { evictor, cap, commonCause, state, standings: new Standings(deps, { handoverMs: HANDOVER_MS }) };
}

Deno.test("Standings lets nothing be done before all caches are synced", async () => {
  const cluster = fakeCluster();
  const { standings } = standingsOf(cluster);
  assert.equal(standings.mayReconcile(), false);
  const { streams, stop } = await watching(cluster, { without: ["/api/v1/pods"] });
  assert.equal(standings.mayReconcile(), false);
  assert.equal(standings.standing(KEY).stale, "the caches are not synced yet");
  streams.get("/api/v1/pods")!.events(listEnd(1));
  await settle();
  assert.equal(standings.mayReconcile(), true);
  assert.deepEqual(standings.standing(KEY), GOOD_STANDING);
  await stop();
});

Deno.test("Standings takes a cache to be stale when its watch is broken, and after 60 s of it not to be ready", async () => {
  const cluster = fakeCluster();
  const { standings } = standingsOf(cluster);
  const { streams, stop } = await watching(cluster);
  streams.get("/api/v1/pods")!.break();
  await settle();
  for (const path of RESOURCES) cluster.transport.always("GET", path, failure(503));
  assert.equal(standings.standing(KEY).stale, "the watch of pods is broken");
  assert.equal(standings.staleness(cluster.clock.now()), undefined, "though it is ready still");
  cluster.clock.freeze(60_001);
  assert.match(standings.standing(KEY).stale!, /^no word of pods from the API server for 1m0/);
  await stop();
});

Deno.test("Standings takes a cache to be stale whose watch is silent for longer than a bookmark takes", async () => {
  const cluster = fakeCluster();
  const { standings } = standingsOf(cluster);
  const { stop } = await watching(cluster);
  cluster.clock.freeze(64_000);
  assert.equal(standings.standing(KEY).stale, undefined);
  cluster.clock.freeze(1_000);
  assert.match(standings.standing(KEY).stale!, /for 1m5s$/);
  await stop();
});

Deno.test("Standings passes on that the API server asks to slow down", async () => {
  const cluster = fakeCluster();
  const { standings, evictor } = standingsOf(cluster);
  cluster.transport.on("POST", "/api/v1/namespaces/a/pods/b/eviction", failure(429));
  await evictor.evict({ namespace: "a", name: "b", uid: "u" });
  assert.equal(standings.standing(KEY).throttled, "the API server has asked to slow down");
});

async function withElector(server = new LeaseServer()) {
  const cluster = fakeCluster();
  const election = candidate({ clock: cluster.clock, server });
  const { standings } = standingsOf(cluster, election.elector);
  const watched = await watching(cluster);
  return {
    ...election,
    standings,
    async stopAll() {
      await election.stop();
      await watched.stop();
    },
  };
}

Deno.test("Standings waits one retry period after leadership was won", async () => {
  const { standings, start, stopAll, clock } = await withElector();
  assert.equal(standings.mayReconcile(), false);
  assert.equal(standings.standing(KEY).lease, "this process is not the leader");
  await start();
  assert.equal(standings.mayReconcile(), true);
  assert.equal(standings.standing(KEY).lease, "leadership was won only now");
  await clock.advance(HANDOVER_MS - 1);
  assert.equal(standings.standing(KEY).lease, "leadership was won only now");
  await clock.advance(1);
  assert.equal(standings.standing(KEY).lease, undefined);
  await stopAll();
});

Deno.test("Standings lets nothing be done while another leads", async () => {
  const server = new LeaseServer();
  server.put({ holderIdentity: "another", leaseDurationSeconds: 15 });
  const { standings, start, stopAll } = await withElector(server);
  await start();
  assert.equal(standings.mayReconcile(), false);
  assert.equal(standings.standing(KEY).lease, "this process is not the leader");
  await stopAll();
});

Deno.test("Standings takes leadership to have lapsed when the Lease was not renewed in time, by its own clock", async () => {
  const { standings, start, stopAll, clock, transport } = await withElector();
  await start();
  await clock.advance(HANDOVER_MS);
  cutOff(transport);
  // The process stands still: no timer has run that could have told it.
  clock.freeze(9_999);
  assert.equal(standings.standing(KEY).lease, undefined);
  clock.freeze(1);
  assert.match(standings.standing(KEY).lease!, /leadership may have lapsed/);
  assert.equal(standings.mayReconcile(), true, "it only holds: looking does no harm");
  await stopAll();
});

Deno.test("Standings says who comes before a workload where the evictions of the minute are used up", () => {
  const cluster = fakeCluster();
  const { standings, cap } = standingsOf(cluster);
  const nowMs = cluster.clock.now();
  cap.take("a", nowMs);
  cap.take("b", nowMs);
  cap.join("a");
  assert.deepEqual(standings.standing(KEY).capped, {
    detail: "2 evictions a minute are the most (disruption.maxEvictionsPerMinute), and 1 workload comes first",
    untilMs: nowMs + 60_000,
  });
  cap.join(KEY);
  cap.leave("a");
  assert.match(standings.standing(KEY).capped!.detail, /maxEvictionsPerMinute\)$/);
});

Deno.test("Standings passes on that too many nodes are going", () => {
  const { standings, state } = standingsOf(fakeCluster());
  state.storm = { detail: "4 of 6 spot nodes are gone", untilMs: 1 };
  assert.deepEqual(standings.standing(KEY).storm, state.storm);
});

Deno.test("Standings passes on that moves of several workloads were in vain", () => {
  const { standings, commonCause } = standingsOf(fakeCluster());
  for (const workload of ["a", "b", "c"]) commonCause.inVain(workload, { why: "no webhook", nowMs: 1_000 });
  assert.match(
    standings.standing(KEY).ineffective!.detail,
    /moves of 3 workloads were in vain, .*: no webhook$/,
  );
});
