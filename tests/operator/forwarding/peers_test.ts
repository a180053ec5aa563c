import assert from "node:assert/strict";
import { Registry } from "prom-client";
import type { KeyPair } from "../../../src/operator/certificate.ts";
import { ForwardingMetrics } from "../../../src/operator/forwarding/forwarding_metrics.ts";
import { ADDRESS_ANNOTATION, addressText } from "../../../src/operator/forwarding/leader_address.ts";
import { PeerKeys } from "../../../src/operator/forwarding/peer_keys.ts";
import { Peers } from "../../../src/operator/forwarding/peers.ts";
import { signatureText } from "../../../src/operator/forwarding/signature_header.ts";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { admissionScene, reviewOf, type SceneOptions } from "../admission_scene.ts";
import { FIRST, SECOND } from "../certificates.ts";
import { newPod } from "../objects.ts";
import { fakeCluster, RecordedLog } from "../support.ts";
import { servedConnections, silent } from "./peer_scene.ts";

const PAIR: KeyPair = { ...FIRST, expiresMs: 0, ca: FIRST.cert };
const address = (n: number) => ({ hostname: `10.0.0.${n}`, port: 9443 });

interface ReplicaOptions extends SceneOptions {
  readonly number: number;
  /** Who leads as this one sees it. */
  readonly leader: number;
  readonly reached?: () => (request: Request) => Promise<Response> | Response;
}

/** A replica `n` at 10.0.0.n, with a cluster of its own to look at, whose connections all reach one other. */
function replica({ number, leader, reached = () => silent, ...options }: ReplicaOptions) {
  const cluster = options.cluster ?? fakeCluster();
  const far = servedConnections((request) => reached()(request), cluster.clock as FakeClock);
  const log = new RecordedLog();
  const registry = new Registry();
  const election = {
    holder: `pod-${leader}`,
    annotation: (key: string) =>
      key === ADDRESS_ANNOTATION ? `${addressText(address(leader))} pod-${leader}` : undefined,
    isValid: () => number === leader,
  };
  const peers = new Peers({
    clock: cluster.clock,
    log,
    election,
    connect: far.connect,
    metrics: new ForwardingMetrics(registry),
  }, { identity: `pod-${number}`, address: address(number), deadlineMs: 300 });
  peers.use(PAIR);
  const scene = admissionScene({ ...options, cluster, peers });
  const counted = async (metric: string, result: string) => {
    const text = await registry.metrics();
    return Number(new RegExp(`^${metric}\\{result="${result}"\\} (\\d+)$`, "m").exec(text)?.[1]);
  };
  return { ...scene, far, peers, peerLog: log, election, counted };
}

/** Replica 1 leads; replica 2 passes on to it. */
function two(options: SceneOptions = {}) {
  const leader = replica({ number: 1, leader: 1, ...options });
  const standby = replica({ number: 2, leader: 1, reached: () => leader.handler });
  return { leader, standby };
}

Deno.test("a replica that does not lead answers what the leader decides, and reserves nothing", async () => {
  const { leader, standby } = two();
  assert.equal((await standby.ask()).placed, "on-demand 0");
  assert.equal((await leader.ask(newPod(), { uid: "u2" })).placed, "spot 1");
  assert.equal((await standby.ask()).placed, "on-demand 2");
  assert.deepEqual(leader.reserved(), ["on-demand 0", "spot 1", "on-demand 2"]);
  assert.deepEqual(standby.reserved(), []);
  assert.deepEqual(standby.results(), ["forwarded", "forwarded"]);
  assert.deepEqual(leader.results(), ["placed", "placed", "placed"]);
  assert.equal(await leader.counted("spotalis_webhook_peer_requests_total", "answered"), 2);
  assert.equal(await standby.counted("spotalis_webhook_forwarded_total", "answered"), 2);
});

Deno.test("a review that comes to several replicas gets one answer and one place", async () => {
  const { leader, standby } = two();
  const third = replica({ number: 3, leader: 1, reached: () => leader.handler });
  const answers = [];
  for (const each of [standby, leader, third, standby, third]) {
    answers.push((await each.ask(newPod(), { uid: "u1" })).placed);
  }
  assert.deepEqual(new Set(answers), new Set(["on-demand 0"]));
  assert.deepEqual(leader.reserved(), ["on-demand 0"]);
});

Deno.test("a dry run is passed on as one: the same answer, and nothing reserved", async () => {
  const { leader, standby } = two();
  assert.equal((await standby.ask(newPod(), { dryRun: true })).placed, "on-demand 0");
  assert.deepEqual(leader.reserved(), []);
});

Deno.test("a leader that only reads patches nothing, whoever was asked", async () => {
  const { leader, standby } = two({ isReadOnly: true });
  assert.equal((await standby.ask()).body.response.patch, undefined);
  assert.deepEqual(leader.results(), ["read_only"]);
});

Deno.test("only creations of pods are passed on", async () => {
  const { leader, standby } = two();
  await standby.ask(newPod(), { operation: "UPDATE" });
  assert.deepEqual(standby.results(), ["unmanaged"]);
  assert.deepEqual(leader.results(), []);
});

Deno.test("a replica decides itself when the leader does not answer in time", async () => {
  const standby = replica({ number: 2, leader: 1 });
  const asking = await standby.begin();
  await (standby.clock as FakeClock).advance(305);
  await asking.done;
  assert.equal(asking.answer!.placed, "on-demand 0");
  assert.deepEqual(standby.reserved(), ["on-demand 0"]);
  assert.deepEqual(standby.results(), ["placed"]);
});

Deno.test("a leader that answers after its caller has gone has given a place for 30 s and no longer", async () => {
  const { leader, standby } = two();
  standby.far.handler = async (request) => {
    await leader.handler(request.clone());
    return await silent(request);
  };
  const asking = await standby.begin();
  await settle();
  await (standby.clock as FakeClock).advance(305);
  await asking.done;
  assert.equal(asking.answer!.placed, "on-demand 0");
  assert.deepEqual(leader.reserved(), ["on-demand 0"]);
  await (leader.clock as FakeClock).advance(30_000);
  assert.deepEqual(leader.reserved(), []);
});

Deno.test("a leader that has to wait for longer than its caller does gives no place", async () => {
  const leader = replica({ number: 1, leader: 1, workload: { replicas: 0 } });
  const clock = leader.clock as FakeClock;
  // No slot is free: it waits 250 ms for the caches to move, of which its caller has used some already.
  const standby = replica({
    number: 2,
    leader: 1,
    reached: () => async (request) => await leader.handler(request),
  });
  const asking = await standby.begin();
  await (standby.clock as FakeClock).advance(305);
  clock.freeze(305);
  await clock.advance(0);
  assert.deepEqual(leader.results(), ["placed"]);
  assert.deepEqual(leader.reserved(), []);
  await (standby.clock as FakeClock).advance(250);
  await asking.done;
  assert.deepEqual(standby.results(), ["placed"]);
});

Deno.test("a review goes one hop: a replica that does not lead refuses it with 421 and asks no further", async () => {
  const third = replica({ number: 3, leader: 3 });
  const second = replica({ number: 2, leader: 3, reached: () => third.handler });
  const first = replica({ number: 1, leader: 2, reached: () => second.handler });
  assert.equal((await first.ask()).placed, "on-demand 0", "it decides itself");
  assert.deepEqual([first.results(), second.results(), third.results()], [["placed"], [], []]);
  assert.equal(second.far.streams.length, 0);
  assert.equal(await first.counted("spotalis_webhook_forwarded_total", "not_leading"), 1);
  assert.equal(await second.counted("spotalis_webhook_peer_requests_total", "not_leading"), 1);
  assert.deepEqual(second.log.messages, [], "no line for each review");
});

Deno.test("a review goes one hop even where the Lease names another, and this one leads by its own clock", async () => {
  const third = replica({ number: 3, leader: 3 });
  const second = replica({ number: 2, leader: 3, reached: () => third.handler });
  second.election.isValid = () => true;
  const first = replica({ number: 1, leader: 2, reached: () => second.handler });
  assert.equal((await first.ask()).placed, "on-demand 0");
  assert.deepEqual([first.results(), second.results(), third.results()], [["forwarded"], ["placed"], []]);
  assert.equal(second.far.streams.length, 0);
});

Deno.test("a leader asks nobody", async () => {
  const leader = replica({ number: 1, leader: 1 });
  await leader.ask();
  assert.equal(leader.far.streams.length, 0);
});

/** A request to replica 1's path for peers, as replica 2 would send it, with what a test changes. */
function forwarded(
  change: { pem?: string; to?: string; sign?: string; header?: string | null; init?: RequestInit } = {},
) {
  const leader = replica({ number: 1, leader: 1 });
  const body = JSON.stringify(reviewOf(newPod()));
  const keys = new PeerKeys(leader.clock);
  keys.renew(change.pem ?? PAIR.key);
  const signed = new TextEncoder().encode(change.sign ?? body);
  const signature = signatureText(keys.sign({ to: change.to ?? "10.0.0.1:9443", body: signed }));
  const header = change.header === undefined ? signature : change.header;
  const headers = { "content-type": "application/json", ...header && { "spotalis-signature": header } };
  const request = () =>
    new Request("https://a.svc/forwarded", { method: "POST", headers, body, ...change.init });
  return { leader, send: () => leader.handler(request()), request, signature };
}

Deno.test("the path for peers takes what a peer has signed", async () => {
  const { leader, send } = forwarded();
  assert.equal((await send()).status, 200);
  assert.deepEqual(leader.reserved(), ["on-demand 0"]);
});

const ZEROS = "0".repeat(64);
const OUTSIDERS: Readonly<Record<string, Parameters<typeof forwarded>[0]>> = {
  "no signature": { header: null },
  "an empty signature": { header: "" },
  "a signature that is none": { header: "Bearer x" },
  "a wrong code": { header: `${Date.UTC(2026, 0, 1)} ${ZEROS}` },
  "many codes": { header: `${Date.UTC(2026, 0, 1)} ${Array(100).fill(ZEROS).join()}` },
  "another key": { pem: SECOND.key },
  "a tampered body": { sign: "{}" },
  "a signature for another replica": { to: "10.0.0.2:9443" },
  "GET": { header: null, init: { method: "GET", body: null } },
};

for (const [what, change] of Object.entries(OUTSIDERS)) {
  Deno.test(`the path for peers refuses ${what} with 403, and reserves nothing`, async () => {
    const { leader, send } = forwarded(change);
    const response = await send();
    assert.equal(response.status, 403);
    assert.deepEqual(await response.json(), { error: "only other replicas may ask here" });
    assert.deepEqual(leader.reserved(), []);
    assert.deepEqual(leader.results(), []);
    assert.equal(await leader.counted("spotalis_webhook_peer_requests_total", "refused"), 1);
  });
}

for (const ms of [30_001, -30_001]) {
  Deno.test(`the path for peers refuses a signature of ${ms} ms ago, without reading the body`, async () => {
    const { leader, request } = forwarded();
    (leader.clock as FakeClock).jumpWall(ms);
    const asked = request();
    assert.equal((await leader.handler(asked)).status, 403);
    assert.equal(asked.bodyUsed, false);
  });
}

Deno.test("a review that is sent again by whoever overheard it gets the same answer and no second place", async () => {
  const { leader, send } = forwarded();
  const texts = [await (await send()).text(), await (await send()).text()];
  assert.equal(texts[0], texts[1]);
  assert.deepEqual(leader.reserved(), ["on-demand 0"]);
});

Deno.test("there is no path for peers where there are none", async () => {
  const { request } = forwarded();
  assert.equal((await admissionScene().handler(request())).status, 404);
});

const OFF: readonly [why: string, pair: KeyPair, isInPod: boolean][] = [
  ["there is no ca.crt beside the certificate", { ...FIRST, expiresMs: 0 }, true],
  ["ca.crt holds no certificate in PEM", { ...PAIR, ca: "garbage" }, true],
  ["POD_IP is not set, or webhook.port is 0", PAIR, false],
];

for (const [why, pair, isInPod] of OFF) {
  Deno.test(`each replica decides by itself, and says so once, where ${why}`, async () => {
    const clock = new FakeClock();
    const log = new RecordedLog();
    const far = servedConnections(silent, clock);
    const peers = new Peers({
      clock,
      log,
      election: { holder: "a", annotation: () => "10.0.0.1:9443 a", isValid: () => false },
      connect: far.connect,
      metrics: new ForwardingMetrics(new Registry()),
    }, { identity: "b", address: isInPod ? address(2) : undefined, deadlineMs: 300 });
    for (let i = 0; i < 3; i++) peers.use(pair);
    assert.equal(await peers.ask({ uid: "u", body: new Uint8Array() }), undefined);
    assert.equal(far.streams.length, 0);
    assert.deepEqual(log.of("each replica decides admission by itself"), [{ why }]);
  });
}
