import assert from "node:assert/strict";
import { stringify } from "yaml";
import { findAccess } from "../../src/kube/credentials.ts";
import { describeError } from "../../src/runtime/log.ts";
import { mutated, mutatedJson } from "../operator/mutations.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Random } from "../support/random.ts";
import { assertPristine, seedsFrom } from "../support/seeds.ts";

/** Wherever a secret may be. No error may show any of it. */
const SECRET = "s3cr3t-0f-th3-t3st";

function valid(random: Random) {
  const user = random.pick<object>([
    { token: SECRET },
    { tokenFile: "token" },
    { "client-certificate-data": btoa("CERT"), "client-key-data": btoa(SECRET) },
    { "client-certificate": "cert.pem", "client-key": "key.pem" },
    { exec: { apiVersion: "v1", command: "plugin", args: ["--x"], env: [{ name: "TOKEN", value: SECRET }] } },
    {},
  ]);
  const cluster = {
    server: "https://one:6443",
    "certificate-authority-data": btoa("CA"),
    ...random.chance(0.3) && { "proxy-url": `http://me:${SECRET}@proxy:3128` },
  };
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u", namespace: "shop" } }],
    clusters: [{ name: "k", cluster }],
    users: [{ name: "u", user }],
  };
}

const RUNS = 1_000;
const SIGNS = [
  "\t",
  ":",
  "- ",
  '"',
  "'",
  "\n",
  "|",
  ">",
  "!!binary ",
  "%",
  "@",
  "\0",
  "&a ",
  "*a ",
  "{",
  "[",
  "`",
  "\u202e",
];

function anyKubeconfig(random: Random): string {
  const tree = random.chance(0.6) ? mutated(valid(random), random) : valid(random);
  let text = random.chance(0.5)
    ? JSON.stringify(tree) ?? ""
    : stringify(tree, { aliasDuplicateObjects: false });
  if (random.chance(0.2)) text = mutatedJson(text, random);
  for (let changes = random.integer(0, 3); changes > 0; changes--) {
    const at = random.integer(0, text.length);
    text = text.slice(0, at) + random.pick(SIGNS) + text.slice(at);
  }
  return text;
}

/** What a credential plugin may answer. */
const ANSWERS = [
  `{"status":{"token":"${SECRET}"}}`,
  `${SECRET}`,
  `{"status":{"token":"${SECRET}`,
  `{"status":{"token":"${SECRET}\\n"}}`,
  `{"status":{"token":["${SECRET}"]}}`,
  "",
];

Deno.test("findAccess() makes access, or an error without a secret, of any kubeconfig", async () => {
  let found = 0;
  await seedsFrom(RUNS, async (seed) => {
    const random = new Random(seed);
    const text = anyKubeconfig(random);
    const startedMs = performance.now();
    try {
      const { server, token } = await findAccess({
        clock: new FakeClock(),
        readText: (path) =>
          Promise.resolve(path === "/k/config" ? text : random.pick([SECRET, `${SECRET}\n${SECRET}`, ""])),
        exists: () => Promise.resolve(true),
        run: () => Promise.resolve(random.pick(ANSWERS)),
      }, { kubeconfig: "/k/config", env: {} });
      assert.equal(typeof server, "string");
      if (token !== undefined) assert.equal(typeof await token.get(), "string");
      found++;
    } catch (error) {
      const told = describeError(error);
      assert.match(told, /^Cannot (?:use|read|run) /);
      assert.ok(told.length < 1_000, `${told.length} characters: ${told.slice(0, 200)}`);
      for (const part of [SECRET, SECRET.slice(0, 6), btoa(SECRET).slice(0, 8)]) {
        assert.equal(told.includes(part), false, told);
      }
    }
    assertPristine();
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs < 30_000, `${tookMs} ms`);
  });
  assert.ok(found > 100, `only ${found} were usable: too wild`);
});
