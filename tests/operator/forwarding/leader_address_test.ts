import assert from "node:assert/strict";
import { leaderAddress, type PeerAddress, published } from "../../../src/operator/forwarding/leader_address.ts";

const ADDRESSES: readonly PeerAddress[] = [
  { hostname: "10.0.0.7", port: 9443 },
  { hostname: "fd00::7", port: 443 },
  { hostname: "::ffff:10.0.0.7", port: 65_535 },
];

for (const address of ADDRESSES) {
  Deno.test(`leaderAddress() reads what published() wrote of ${address.hostname}`, () => {
    const annotation = published(address, "pod-1_abc");
    assert.deepEqual(leaderAddress({ holder: "pod-1_abc", annotation }), address);
  });
}

const NONE: readonly [why: string, annotation: string | undefined, holder: string][] = [
  ["there is no annotation", undefined, "me"],
  ["it is empty", "", "me"],
  ["nobody holds the Lease", "10.0.0.7:9443 ", ""],
  ["it is an older holder's", "10.0.0.7:9443 other", "me"],
  ["it names no holder", "10.0.0.7:9443", "me"],
  ["it is a name", "evil.example.com:9443 me", "me"],
  ["it has no port", "10.0.0.7 me", "me"],
  ["its port is none", "10.0.0.7:65536 me", "me"],
  ["it is a URL", "https://10.0.0.7:9443 me", "me"],
  ["something follows", "10.0.0.7:9443/path me", "me"],
  ["a line breaks in it", "10.0.0.7:9443\r\nx: y me", "me"],
];

for (const [why, annotation, holder] of NONE) {
  Deno.test(`leaderAddress() finds none where ${why}`, () => {
    assert.equal(leaderAddress({ holder, annotation }), undefined);
  });
}
