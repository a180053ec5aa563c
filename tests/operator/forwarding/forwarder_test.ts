import assert from "node:assert/strict";
import { Forwarder } from "../../../src/operator/forwarding/forwarder.ts";
import { ADDRESS_ANNOTATION } from "../../../src/operator/forwarding/leader_address.ts";
import { PeerClient } from "../../../src/operator/forwarding/peer_client.ts";
import { PeerKeys } from "../../../src/operator/forwarding/peer_keys.ts";
import type { ForwardResult } from "../../../src/operator/forwarding/results.ts";
import { settle } from "../../support/fake_clock.ts";
import { RecordedLog } from "../support.ts";
import { servedConnections, silent } from "./peer_scene.ts";

const PATCH = btoa("[]");
const OPENED = "warn the leader does not answer: this replica decides admission itself";
const CLOSED = "info admission goes to the leader again";

function answer(response: object, status = 200): Response {
  return new Response(JSON.stringify({ kind: "AdmissionReview", response }), { status });
}

/** What a leader would say to a review of this uid. */
async function placed(request: Request): Promise<Response> {
  const { uid } = await request.json();
  return answer({ uid, allowed: true, patchType: "JSONPatch", patch: PATCH });
}

function scene(handler: (request: Request) => Promise<Response> | Response = placed) {
  const far = servedConnections(handler);
  const { clock } = far;
  const log = new RecordedLog();
  const lease = {
    holder: "other" as string | undefined,
    value: "10.0.0.7:9443 other" as string | undefined,
    annotation: (key: string) => key === ADDRESS_ANNOTATION ? lease.value : undefined,
  };
  const keys = new PeerKeys(clock);
  keys.renew("PEM");
  const results: ForwardResult[] = [];
  const circuit: boolean[] = [];
  const forwarder = new Forwarder({
    clock,
    log,
    election: lease,
    keys,
    client: new PeerClient(far),
    onResult: (result) => results.push(result),
    onCircuit: (isOpen) => circuit.push(isOpen),
  }, { identity: "me", deadlineMs: 300 });
  forwarder.trust({ ca: "CA", serverName: "a.svc" });
  let asked = 0;
  const ask = () => {
    const uid = `r${++asked}`;
    return forwarder.ask({ uid, body: new TextEncoder().encode(JSON.stringify({ uid })) });
  };
  return { far, clock, log, lease, forwarder, results, circuit, ask };
}

Deno.test("Forwarder answers what the leader answers", async () => {
  const { ask, results, log } = scene();
  assert.deepEqual(await ask(), { patch: PATCH });
  assert.deepEqual(results, ["answered"]);
  assert.deepEqual(log.messages, []);
});

Deno.test("Forwarder passes on that a pod is allowed as it is", async () => {
  const { ask } = scene(async (request) => answer({ uid: (await request.json()).uid, allowed: true }));
  assert.deepEqual(await ask(), { patch: undefined });
});

Deno.test("Forwarder asks nobody, and counts nothing, on the leader itself and without a way to trust", async () => {
  const { ask, lease, forwarder, far, results } = scene();
  lease.holder = "me";
  assert.equal(await ask(), undefined);
  lease.holder = "other";
  forwarder.trust(undefined);
  assert.equal(await ask(), undefined);
  assert.deepEqual([results.length, far.streams.length], [0, 0]);
});

for (const [holder, value] of [[undefined, undefined], ["", ""], ["other", undefined], ["b", "1.2.3.4:1 a"]]) {
  Deno.test(`Forwarder has no leader with the holder "${holder}" and the address "${value}"`, async () => {
    const { ask, lease, far, results } = scene();
    Object.assign(lease, { holder, value });
    assert.equal(await ask(), undefined);
    assert.deepEqual(results, ["no_leader"]);
    assert.equal(far.streams.length, 0);
  });
}

const WRONG: Readonly<Record<string, [ForwardResult, (request: Request) => Response | Promise<Response>]>> = {
  "does not lead": ["not_leading", () => answer({}, 421)],
  "knows no such key": ["refused", () => answer({}, 403)],
  "fails": ["refused", () => answer({}, 500)],
  "points elsewhere": ["refused", () => answer({}, 302)],
  "answers no JSON": ["invalid", () => new Response("<html>")],
  "answers null": ["invalid", () => new Response("null")],
  "answers another review": ["invalid", () => answer({ uid: "r0", allowed: true })],
  "refuses the pod": [
    "invalid",
    async (request) => answer({ uid: (await request.json()).uid, allowed: false }),
  ],
  "patches in another way": [
    "invalid",
    async (request) => answer({ uid: (await request.json()).uid, allowed: true, patch: "x", patchType: "y" }),
  ],
  "breaks off": ["unreachable", () => Promise.reject(new Error("gone"))],
};

for (const [what, [result, handler]] of Object.entries(WRONG)) {
  Deno.test(`Forwarder leaves the review to this replica when the leader ${what}`, async () => {
    const { ask, results } = scene(handler);
    assert.equal(await ask(), undefined);
    assert.deepEqual(results, [result]);
  });
}

Deno.test("Forwarder waits its deadline for a leader that does not answer, once, and not again for a while", async () => {
  const { ask, clock, far, results, log, circuit } = scene(silent);
  const first = ask();
  await clock.advance(304);
  assert.deepEqual(results, []);
  await clock.advance(1);
  assert.equal(await first, undefined);
  const startMs = clock.now();
  for (let i = 0; i < 100; i++) assert.equal(await ask(), undefined);
  assert.equal(clock.now(), startMs, "they did not wait");
  assert.deepEqual([...new Set(results)], ["late", "circuit_open"]);
  assert.equal(far.streams.length, 1);
  assert.deepEqual(log.messages, [OPENED]);
  assert.deepEqual(log.lines[0]!.fields["address"], "10.0.0.7:9443");
  assert.deepEqual(circuit, [true]);
  assert.equal(clock.timers, 0);
});

Deno.test("Forwarder takes an answer that came while this process was held up", async () => {
  const { ask, clock, far, results } = scene();
  let speak: (() => void) | undefined;
  far.handler = async (request) => {
    await new Promise<void>((resolve) => speak = resolve);
    return await placed(request);
  };
  const asking = ask();
  await settle();
  // The timer fires first, and then what is in the socket is read.
  clock.after(300, () => speak!());
  await clock.advance(300);
  assert.deepEqual(await asking, { patch: PATCH });
  assert.deepEqual(results, ["answered"]);
  assert.equal(clock.timers, 0);
});

Deno.test("Forwarder waits one deadline, not one each, for all of a burst on a dead leader", async () => {
  const { ask, clock, far, results } = scene();
  far.refusal = "never";
  const burst = Array.from({ length: 50 }, ask);
  await clock.advance(305);
  assert.deepEqual(await Promise.all(burst), burst.map(() => undefined));
  assert.equal(results.filter((result) => result === "late").length, 50);
  assert.equal(await ask(), undefined);
  assert.equal(results.at(-1), "circuit_open");
});

Deno.test("Forwarder gives up on a leader that refuses connections after the third time", async () => {
  const { ask, far, results } = scene();
  far.refusal = new Error("connection refused");
  for (let i = 0; i < 5; i++) await ask();
  assert.deepEqual(results, ["unreachable", "unreachable", "unreachable", "circuit_open", "circuit_open"]);
});

Deno.test("Forwarder goes on when one review is late and others are answered", async () => {
  const { ask, clock, far, results, circuit } = scene();
  for (let i = 0; i < 10; i++) {
    far.handler = silent;
    const slow = ask();
    await clock.advance(100);
    far.handler = placed;
    assert.notEqual(await ask(), undefined);
    await clock.advance(205);
    assert.equal(await slow, undefined);
  }
  assert.equal(results.filter((result) => result === "answered").length, 10);
  assert.deepEqual(circuit, []);
});

Deno.test("Forwarder tries again after half a second with one review, and goes on when it is answered", async () => {
  const { ask, clock, far, results, log, circuit } = scene();
  far.refusal = new Error("connection refused");
  for (let i = 0; i < 3; i++) await ask();
  far.refusal = undefined;
  await clock.advance(499);
  assert.equal(await ask(), undefined);
  await clock.advance(1);
  assert.deepEqual(await ask(), { patch: PATCH });
  assert.deepEqual(await ask(), { patch: PATCH });
  assert.deepEqual(results.slice(3), ["circuit_open", "answered", "answered"]);
  assert.deepEqual(log.messages, [OPENED, CLOSED]);
  assert.deepEqual(circuit, [true, false]);
});

const CHANGES: Readonly<Record<string, { holder: string; value: string }>> = {
  "another holder": { holder: "third", value: "10.0.0.8:9443 third" },
  "another address of the same holder": { holder: "other", value: "10.0.0.8:9443 other" },
};

for (const [what, lease] of Object.entries(CHANGES)) {
  Deno.test(`Forwarder asks at once when the Lease names ${what}`, async () => {
    const { ask, lease: own, far, circuit } = scene();
    far.refusal = new Error("connection refused");
    for (let i = 0; i < 4; i++) await ask();
    far.refusal = undefined;
    Object.assign(own, lease);
    assert.deepEqual(await ask(), { patch: PATCH });
    assert.deepEqual(circuit, [true, false]);
  });
}

Deno.test("Forwarder signs for the one that it asks, and asks for its certificate's name", async () => {
  const { ask, far, clock } = scene();
  let seen: Request | undefined;
  far.handler = (request) => placed(seen = request);
  await ask();
  assert.equal(seen!.url, "https://a.svc/forwarded");
  const [sentMs, code] = seen!.headers.get("spotalis-signature")!.split(" ");
  const receiver = new PeerKeys(clock);
  receiver.renew("PEM");
  const body = new TextEncoder().encode('{"uid":"r1"}');
  const signature = { sentMs: Number(sentMs), codes: [code!] };
  assert.equal(receiver.isValid(signature, { to: "10.0.0.7:9443", body }), true);
});
