import assert from "node:assert/strict";
import { peerTrust, readKeyPair } from "../../src/operator/certificate.ts";
import { FIRST, NOT_AFTER, NOT_BEFORE, SECOND } from "./certificates.ts";

const FILES = { certPath: "tls.crt", keyPath: "tls.key" };
const VALID_MS = Date.parse(NOT_BEFORE) + 1_000;

function read(pair: { cert?: string; key?: string }, wallMs = VALID_MS) {
  const readText = (path: string) => {
    const text = path === "tls.crt" ? pair.cert : pair.key;
    return text === undefined ? Promise.reject(new Error(`no such file: ${path}`)) : Promise.resolve(text);
  };
  return readKeyPair(FILES, { readText, wallMs });
}

Deno.test("fault 22: readKeyPair() takes a pair from its first second to its last, by the wall clock of that moment", async () => {
  const expiresMs = Date.parse(NOT_AFTER);
  for (const wallMs of [Date.parse(NOT_BEFORE), expiresMs - 1]) {
    assert.deepEqual(await read(FIRST, wallMs), { ...FIRST, expiresMs });
  }
});

Deno.test("readKeyPair() takes a certificate with its chain behind it", async () => {
  assert.equal((await read({ ...FIRST, cert: FIRST.cert + SECOND.cert })).key, FIRST.key);
});

const REFUSED: Record<string, [pair: { cert?: string; key?: string }, why: RegExp, wallMs?: number]> = {
  "no files": [{}, /no such file: tls.crt/],
  "no key": [{ cert: FIRST.cert }, /no such file: tls.key/],
  "another pair's key": [{ ...FIRST, key: SECOND.key }, /^Error: tls.key is not the key of tls.crt$/],
  "another pair's certificate": [{ ...FIRST, cert: SECOND.cert }, /tls.key is not the key of tls.crt/],
  "key and certificate in each other's file": [{ cert: FIRST.key, key: FIRST.cert }, /holds no certificate/],
  "an empty certificate": [{ ...FIRST, cert: "" }, /^Error: tls.crt holds no certificate in PEM$/],
  "an empty key": [{ ...FIRST, key: "" }, /^Error: tls.key holds no private key in PEM$/],
  "garbage for a certificate": [{ ...FIRST, cert: "\u0000garbage" }, /holds no certificate/],
  "garbage for a key": [{ ...FIRST, key: "garbage" }, /holds no private key/],
  "half a certificate": [{ ...FIRST, cert: FIRST.cert.slice(0, 300) }, /holds no certificate/],
  "half a key": [{ ...FIRST, key: FIRST.key.slice(0, 100) }, /holds no private key/],
  "a pair that has just ended": [FIRST, /tls.crt has expired: it ended at/, Date.parse(NOT_AFTER)],
  "a pair that has yet to start": [FIRST, /tls.crt is not valid yet/, Date.parse(NOT_BEFORE) - 1],
};

for (const [name, [pair, why, wallMs]] of Object.entries(REFUSED)) {
  Deno.test(`readKeyPair() refuses ${name}, says why, and shows nothing of the key`, async () => {
    await assert.rejects(read(pair, wallMs), (error) => {
      assert.match(String(error), why);
      assert.doesNotMatch(String(error), /BEGIN|MIG|MII/);
      return true;
    });
  });
}

const FILES_WITH_CA = { ...FILES, caPath: "ca.crt" };

/** The pair, read with these files beside it. */
function readWithCa(files: Record<string, string>) {
  const all: Record<string, string> = { "tls.crt": FIRST.cert, "tls.key": FIRST.key, ...files };
  const readText = (path: string) =>
    path in all ? Promise.resolve(all[path]!) : Promise.reject(new Error(`no such file: ${path}`));
  return readKeyPair(FILES_WITH_CA, { readText, wallMs: VALID_MS });
}

Deno.test("readKeyPair() takes a CA that is beside the pair, and can do without", async () => {
  assert.equal((await readWithCa({ "ca.crt": SECOND.cert })).ca, SECOND.cert);
  assert.equal((await readWithCa({ "ca.crt": "garbage" })).ca, "garbage", "the pair is usable all the same");
  assert.equal("ca" in await readWithCa({}), false);
});

Deno.test("peerTrust() is the CA, and the name on the certificate", async () => {
  assert.deepEqual(peerTrust(await readWithCa({ "ca.crt": SECOND.cert })), {
    ca: SECOND.cert,
    serverName: "localhost",
  });
});

Deno.test("peerTrust() says why there is none", async () => {
  assert.equal(peerTrust(await readWithCa({})), "there is no ca.crt beside the certificate");
  assert.equal(peerTrust(await readWithCa({ "ca.crt": "x" })), "ca.crt holds no certificate in PEM");
});
