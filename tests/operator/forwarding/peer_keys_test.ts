import assert from "node:assert/strict";
import { PeerKeys, type Signature, type Signed } from "../../../src/operator/forwarding/peer_keys.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { FIRST, SECOND } from "../certificates.ts";

const MINUTE_MS = 60_000;
const SIGNED: Signed = { to: "10.0.0.7:9443", body: new TextEncoder().encode('{"kind":"AdmissionReview"}') };

/** Two replicas on one clock. */
function pair(one: readonly string[] = [FIRST.key], other: readonly string[] = one) {
  const clock = new FakeClock();
  const [sender, receiver] = [new PeerKeys(clock), new PeerKeys(clock)];
  for (const pem of one) sender.renew(pem);
  for (const pem of other) receiver.renew(pem);
  return { clock, sender, receiver };
}

Deno.test("PeerKeys takes what one with the same serving key has signed", () => {
  const { sender, receiver } = pair();
  assert.equal(receiver.isValid(sender.sign(SIGNED), SIGNED), true);
});

const TAMPERED: Readonly<Record<string, (signature: Signature) => [Signature, Signed]>> = {
  "another body": (signature) => [signature, { ...SIGNED, body: new TextEncoder().encode("{}") }],
  "one byte more": (signature) => [signature, { ...SIGNED, body: new Uint8Array([...SIGNED.body, 32]) }],
  "an empty body": (signature) => [signature, { ...SIGNED, body: new Uint8Array() }],
  "another recipient": (signature) => [signature, { ...SIGNED, to: "10.0.0.8:9443" }],
  "another time": (signature) => [{ ...signature, sentMs: signature.sentMs + 1 }, SIGNED],
  "no code": (signature) => [{ ...signature, codes: [] }, SIGNED],
  "half a code": ({ codes, ...rest }) => [{ ...rest, codes: [codes[0]!.slice(0, 32)] }, SIGNED],
  "a wrong code": ({ codes, ...rest }) => [{ ...rest, codes: [codes[0]!.replace(/./g, "0")] }, SIGNED],
};

for (const [what, tamper] of Object.entries(TAMPERED)) {
  Deno.test(`PeerKeys does not take a signature with ${what}`, () => {
    const { sender, receiver } = pair();
    assert.equal(receiver.isValid(...tamper(sender.sign(SIGNED))), false);
  });
}

Deno.test("PeerKeys does not take what was signed with another key, or with none", () => {
  for (const keys of [[SECOND.key], []]) {
    const { sender, receiver } = pair(keys, [FIRST.key]);
    assert.equal(receiver.isValid(sender.sign(SIGNED), SIGNED), false);
  }
  const { sender, receiver } = pair([FIRST.key], []);
  assert.equal(receiver.isValid(sender.sign(SIGNED), SIGNED), false);
});

Deno.test("PeerKeys takes a signature for 30 s, by clocks that differ by as much either way", () => {
  for (const [ms, isValid] of [[30_000, true], [30_001, false], [-30_000, true], [-30_001, false]] as const) {
    const { clock, sender, receiver } = pair();
    const signature = sender.sign(SIGNED);
    clock.jumpWall(ms);
    assert.equal(receiver.isFresh(signature.sentMs), isValid, `${ms}`);
    assert.equal(receiver.isValid(signature, SIGNED), isValid, `${ms}`);
  }
});

Deno.test("PeerKeys of two replicas know each other while a renewal has reached only one of them", () => {
  const [older, newer] = [[FIRST.key], [FIRST.key, SECOND.key]];
  for (const [one, other] of [[older, newer], [newer, older]]) {
    const { sender, receiver } = pair(one, other);
    assert.equal(receiver.isValid(sender.sign(SIGNED), SIGNED), true);
  }
});

Deno.test("PeerKeys forgets the older key five minutes after the renewal", async () => {
  const { clock, sender, receiver } = pair([FIRST.key], [FIRST.key, SECOND.key]);
  await clock.advance(5 * MINUTE_MS - 1);
  assert.equal(receiver.isValid(sender.sign(SIGNED), SIGNED), true);
  await clock.advance(1);
  assert.equal(receiver.isValid(sender.sign(SIGNED), SIGNED), false);
  assert.equal(receiver.sign(SIGNED).codes.length, 1);
});

Deno.test("PeerKeys keeps its key for ever while the same one is read again", async () => {
  const { clock, sender, receiver } = pair();
  for (let i = 0; i < 100; i++) {
    await clock.advance(MINUTE_MS);
    receiver.renew(FIRST.key);
  }
  assert.equal(receiver.isValid(sender.sign(SIGNED), SIGNED), true);
});

Deno.test("PeerKeys holds three keys at most, however fast they change", () => {
  const { sender, receiver } = pair(Array.from({ length: 50 }, (_, i) => `key ${i}`));
  assert.equal(sender.sign(SIGNED).codes.length, 3);
  assert.equal(receiver.isValid(sender.sign(SIGNED), SIGNED), true);
});

Deno.test("PeerKeys shows nothing of the serving key in a signature", () => {
  const { sender } = pair();
  const [code] = sender.sign(SIGNED).codes;
  assert.match(code!, /^[0-9a-f]{64}$/);
});
