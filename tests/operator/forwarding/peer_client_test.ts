import assert from "node:assert/strict";
import { PeerClient } from "../../../src/operator/forwarding/peer_client.ts";
import { deadline } from "../../../src/runtime/clock.ts";
import { settle } from "../../support/fake_clock.ts";
import { servedConnections, silent } from "./peer_scene.ts";

const TARGET = { address: { hostname: "10.0.0.7", port: 9443 }, serverName: "a.svc", ca: "CA" };
const REQUEST = { path: "/forwarded", headers: {}, body: new Uint8Array() };
const never = new AbortController().signal;

function scene(handler: (request: Request) => Promise<Response> | Response = () => new Response("{}")) {
  const far = servedConnections(handler);
  const client = new PeerClient(far);
  client.aim(TARGET);
  /** A request whose deadline is in 300 ms. */
  const post = async () => {
    const limit = deadline(far.clock, { ms: 300, reason: "late" });
    try {
      return await client.post(REQUEST, limit.signal);
    } finally {
      limit.release();
    }
  };
  return { ...far, far, client, post };
}

Deno.test("PeerClient keeps its connection from one request to the next", async () => {
  const { post, streams } = scene();
  for (let i = 0; i < 5; i++) assert.equal((await post()).status, 200);
  assert.equal(streams.length, 1);
});

Deno.test("PeerClient has 32 connections at most, over which the others go in turn", async () => {
  const { post, streams } = scene();
  const answers = await Promise.all(Array.from({ length: 200 }, post));
  assert.equal(answers.length, 200);
  assert.equal(streams.length, 32);
  assert.equal(streams.reduce((sum, { requests }) => sum + requests, 0), 200);
});

Deno.test("PeerClient gives up at its deadline while it waits for its turn, and loses none by that", async () => {
  const { far, post, streams, clock } = scene(silent);
  const late = Array.from({ length: 40 }, () => assert.rejects(post(), /late/));
  await clock.advance(300);
  await Promise.all(late);
  const before = streams.length;
  far.handler = () => new Response("{}");
  await Promise.all(Array.from({ length: 100 }, post));
  assert.equal(streams.length - before, 32, "as many as before, and not fewer");
});

Deno.test("PeerClient sends a request once more where a kept connection has broken, and only once", async () => {
  const { post, streams } = scene();
  await post();
  streams[0]!.break();
  assert.equal((await post()).status, 200);
  assert.deepEqual(streams.map(({ isClosed }) => isClosed), [true, false]);
});

Deno.test("PeerClient does not send a request again that failed on a new connection", async () => {
  const { post, streams } = scene(() => Promise.reject(new Error("gone")));
  await assert.rejects(post(), /ended before the answer/);
  assert.equal(streams.length, 1);
  assert.ok(streams[0]!.isClosed);
});

Deno.test("PeerClient gives up at its deadline, and closes the connection", async () => {
  const { post, streams, clock } = scene(silent);
  const late = assert.rejects(post(), /late/);
  await clock.advance(300);
  await late;
  assert.ok(streams[0]!.isClosed);
  assert.equal(clock.timers, 0);
});

Deno.test("PeerClient gives up at its deadline on a kept connection, too, and tries no other", async () => {
  const { far, post, streams, clock } = scene();
  await post();
  far.handler = silent;
  const late = assert.rejects(post(), /late/);
  await clock.advance(300);
  await late;
  assert.equal(streams.length, 1);
});

Deno.test("PeerClient gives up at its deadline while it connects, and closes what comes too late", async () => {
  const { far, post, clock } = scene();
  let arrive: (() => void) | undefined;
  const { connect } = far;
  const client = new PeerClient({
    clock,
    connect: async () => {
      await new Promise<void>((resolve) => arrive = resolve);
      return await connect();
    },
  });
  client.aim(TARGET);
  const limit = deadline(clock, { ms: 300, reason: "late" });
  const late = assert.rejects(client.post(REQUEST, limit.signal), /late/);
  await clock.advance(300);
  await late;
  arrive!();
  await settle();
  assert.ok(far.streams[0]!.isClosed);
  assert.equal((await post()).status, 200);
});

Deno.test("PeerClient uses no connection again that was idle for more than a minute", async () => {
  const { post, streams, clock } = scene();
  await post();
  await clock.advance(60_000);
  await post();
  assert.equal(streams.length, 1);
  await clock.advance(60_001);
  await post();
  assert.deepEqual(streams.map(({ isClosed }) => isClosed), [true, false]);
});

Deno.test("PeerClient closes its connections when it is aimed at another target, also those in use", async () => {
  const { far, client, post, streams } = scene();
  await post();
  let answer: ((response: Response) => void) | undefined;
  far.handler = () => new Promise((resolve) => answer = resolve);
  const asking = post();
  await settle();
  client.aim({ ...TARGET, serverName: "b.svc" });
  answer!(new Response("{}"));
  assert.equal((await asking).status, 200, "what is under way ends");
  assert.ok(streams[0]!.isClosed);
});

Deno.test("PeerClient with no target asks nobody", async () => {
  const { client, streams } = scene();
  client.aim(undefined);
  await assert.rejects(client.post(REQUEST, never), /nobody/);
  assert.equal(streams.length, 0);
});
