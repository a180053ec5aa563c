import assert from "node:assert/strict";
import { readKeyPair } from "../src/operator/certificate.ts";
import { CertificateFollower } from "../src/operator/certificate_follower.ts";
import { httpTransport } from "../src/kube/transport.ts";
import { createLog, describeError } from "../src/runtime/log.ts";
import { runMain } from "./cli/support.ts";
import { fakeClient } from "./support/fake_client.ts";
import { FakeClock, settle } from "./support/fake_clock.ts";
import { failure, refuse, text } from "./support/fake_transport.ts";

const SECRET = "s3cr3t0fth3t3st";
const NEVER = new AbortController().signal;
const pem = (what: string) => `-----BEGIN ${what}-----\n${btoa(SECRET)}\n-----END ${what}-----\n`;

function assertHidden(told: string): void {
  for (const part of [SECRET, SECRET.slice(0, 6), btoa(SECRET), btoa(SECRET).slice(0, 8)]) {
    assert.equal(told.includes(part), false, told);
  }
}

const TREE = (user: string, cluster = "server: https://127.0.0.1:1") =>
  `current-context: c
contexts: [{ name: c, context: { cluster: k, user: u } }]
clusters: [{ name: k, cluster: { ${cluster} } }]
users:
- name: u
  user: ${user}
`;

const KUBECONFIGS: Readonly<Record<string, string>> = {
  "a token of a line that is no YAML": TREE(`{ token: "${SECRET}" `),
  "a token behind a tab": TREE(`\n\t token: ${SECRET}`),
  "a token that begins like an alias": TREE(`{ token: *${SECRET} }`),
  "a token with a line break": TREE(`{ token: "${SECRET}\\nx" }`),
  "a token with a letter beyond ASCII": TREE(`{ token: ${SECRET}ä }`),
  "a token that is a list": TREE(`{ token: [${SECRET}] }`),
  "a key that is not in base64": TREE(`{ client-certificate-data: QQ==, client-key-data: "${SECRET}!" }`),
  "a key that is none": TREE(
    `{ client-certificate-data: ${btoa(pem("CERTIFICATE"))}, client-key-data: ${btoa(pem("PRIVATE KEY"))} }`,
  ),
  "a password in the server's address": TREE("{}", `server: "https://me:${SECRET}@127.0.0.1:1"`),
  "an address that is none": TREE("{}", `server: "me:${SECRET}@:x"`),
  "a proxy's address that is none": TREE("{}", `server: https://127.0.0.1:1, proxy-url: "//me:${SECRET}@:x"`),
  "a proxy that is not there": TREE(
    "{}",
    `server: https://127.0.0.1:1, proxy-url: "http://me:${SECRET}@127.0.0.1:2"`,
  ),
  "a password": TREE(`{ username: me, password: ${SECRET} }`),
  "a refused connection": TREE(`{ token: ${SECRET} }`),
};

for (const [what, kubeconfig] of Object.entries(KUBECONFIGS)) {
  Deno.test(`no output shows a secret: kubeconfig with ${what}`, async () => {
    const env = { SPOTALIS_LOGGING_LEVEL: "debug", SPOTALIS_WEBHOOK_ENABLED: "false" };
    const files = { "/kubeconfig": kubeconfig };
    const stop = AbortSignal.abort();
    const { out, error } = await runMain(["plan", "--kubeconfig", "/kubeconfig"], { env, files, stop });
    assert.notEqual(error, "");
    assertHidden(out + error);
  });
}

Deno.test("no log line shows a key that cannot be read", async () => {
  const certificates = [SECRET, pem("CERTIFICATE"), pem("PRIVATE KEY"), `${SECRET}\n${pem("CERTIFICATE")}`];
  for (const cert of certificates) {
    for (const key of [SECRET, pem("PRIVATE KEY"), pem("RSA PRIVATE KEY"), pem("EC PRIVATE KEY"), ""]) {
      const clock = new FakeClock();
      let lines = "";
      const log = createLog({ write: (line) => lines += line, wall: () => 0 }, {
        level: "debug",
        format: "json",
      });
      const stop = new AbortController();
      const follower = new CertificateFollower({
        clock,
        log,
        read: () => {
          const readText = (path: string) => Promise.resolve(path === "cert" ? cert : key);
          return readKeyPair({ certPath: "cert", keyPath: "key" }, { readText, wallMs: 0 });
        },
        watch: () => Promise.reject(new Error("no watch")),
        use: () => assert.fail("used"),
        onReload: () => {},
      });
      const running = follower.run(stop.signal);
      await settle();
      stop.abort();
      await running;
      assert.match(lines, /no certificate yet/);
      assertHidden(lines);
    }
  }
});

Deno.test("no error of a client shows its token, nor a body that is no answer", async () => {
  const token = { get: () => Promise.resolve(SECRET), invalidate: () => {} };
  const answers = [
    failure(401),
    failure(403, { message: "forbidden" }),
    text("<html>gateway</html>", { status: 502 }),
    text("{"),
    refuse(),
    () => Promise.reject(new Error("sending failed", { cause: new TypeError("reset") })),
  ];
  for (const answer of answers) {
    const { client, transport } = fakeClient({ token });
    transport.always("GET", "/api/v1/nodes", answer);
    await assert.rejects(client.request("GET", "/api/v1/nodes", { signal: NEVER }), (error) => {
      assertHidden(describeError(error));
      return true;
    });
    assert.equal(transport.requests[0]?.headers["authorization"], `Bearer ${SECRET}`);
  }
});

Deno.test("no error of Deno shows a client key that cannot be read", async () => {
  for (
    const [cert, key] of [[SECRET, SECRET], [pem("CERTIFICATE"), SECRET], [SECRET, pem("PRIVATE KEY")]] as const
  ) {
    const transport = httpTransport({
      server: "https://127.0.0.1:1",
      caCert: SECRET,
      caFile: undefined,
      clientCertificate: { cert, key },
      token: undefined,
      proxyUrl: undefined,
      namespace: undefined,
      source: "test",
    });
    await assert.rejects(transport.fetch("https://127.0.0.1:1/", {}), (error) => {
      assertHidden(describeError(error));
      return true;
    });
    transport.close();
  }
});
