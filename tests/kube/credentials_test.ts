import assert from "node:assert/strict";
import { type AccessDeps, type AccessRequest, findAccess } from "../../src/kube/credentials.ts";
import { FakeClock } from "../support/fake_clock.ts";

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** A kubeconfig with one context `c`. */
function kubeconfig({ cluster = "server: https://one:6443", user = "token: t", name = "c" } = {}): string {
  return `
current-context: ${name}
contexts: [{ name: ${name}, context: { cluster: k, user: u } }]
clusters: [{ name: k, cluster: { ${cluster} } }]
users: [{ name: u, user: { ${user} } }]
`;
}

function find(
  files: Readonly<Record<string, string>>,
  request: Partial<AccessRequest> = {},
  run: AccessDeps["run"] = () => Promise.reject(new Error("not to be run")),
) {
  return findAccess({
    clock: new FakeClock(),
    readText: (path) =>
      files[path] === undefined ? Promise.reject(new Error(`no file ${path}`)) : Promise.resolve(files[path]),
    exists: (path) => Promise.resolve(files[path] !== undefined),
    run,
  }, { env: {}, ...request });
}

const IN_CLUSTER = { [`${SERVICE_ACCOUNT}/token`]: "sa-token\n", [`${SERVICE_ACCOUNT}/ca.crt`]: "CA" };
const EVERYWHERE = {
  ...IN_CLUSTER,
  "/flag": kubeconfig({ cluster: "server: https://flag" }),
  "/env": kubeconfig({ cluster: "server: https://env" }),
  "/home/me/.kube/config": kubeconfig({ cluster: "server: https://home" }),
};

Deno.test("findAccess() prefers --kubeconfig, then KUBECONFIG, the service account, ~/.kube/config", async () => {
  const env = { KUBECONFIG: "/env", HOME: "/home/me" };
  const servers = await Promise.all([
    find(EVERYWHERE, { kubeconfig: "/flag", env }),
    find(EVERYWHERE, { env }),
    find(EVERYWHERE, { env: { HOME: "/home/me" } }),
    find(EVERYWHERE, { env: { HOME: "/home/me", KUBECONFIG: "" } }),
    find({ "/home/me/.kube/config": EVERYWHERE["/home/me/.kube/config"] }, { env: { HOME: "/home/me" } }),
  ]);
  assert.deepEqual(servers.map(({ server }) => server), [
    "https://flag",
    "https://env",
    "https://kubernetes.default.svc",
    "https://kubernetes.default.svc",
    "https://home",
  ]);
  assert.deepEqual(servers.map(({ source }) => source), [
    "kubeconfig /flag",
    "kubeconfig /env",
    `service account in ${SERVICE_ACCOUNT}`,
    `service account in ${SERVICE_ACCOUNT}`,
    "kubeconfig /home/me/.kube/config",
  ]);
});

Deno.test("findAccess() takes a --context from ~/.kube/config rather than the service account", async () => {
  assert.equal((await find(EVERYWHERE, { context: "c", env: { HOME: "/home/me" } })).server, "https://home");
});

Deno.test("findAccess() says where it looked when there is no cluster", async () => {
  await assert.rejects(find({}, { env: { HOME: "/home/me" } }), {
    message: "Cannot find a cluster: no --kubeconfig, no KUBECONFIG, no service account in " +
      `${SERVICE_ACCOUNT}, no /home/me/.kube/config`,
  });
});

Deno.test("findAccess() reads CA and token of the service account", async () => {
  const access = await find(IN_CLUSTER);
  assert.equal(access.caCert, "CA");
  assert.equal(await access.caFile?.get(), "CA");
  assert.equal(await access.token?.get(), "sa-token");
  assert.equal(access.clientCertificate, undefined);
});

Deno.test("findAccess() takes certificates as base64 data before files", async () => {
  const access = await find({
    "/k/config": kubeconfig({
      cluster: `server: https://x, certificate-authority-data: ${
        btoa("DATA-CA")
      }, certificate-authority: ca.pem`,
      user: `client-certificate-data: ${btoa("CERT")}, client-key-data: ${btoa("KEY")}`,
    }),
  }, { kubeconfig: "/k/config" });
  assert.equal(access.caCert, "DATA-CA");
  assert.equal(access.caFile, undefined);
  assert.deepEqual(access.clientCertificate, { cert: "CERT", key: "KEY" });
  assert.equal(access.token, undefined);
});

Deno.test("findAccess() takes paths relative to the file that names them", async () => {
  const access = await find({
    "/k/config": kubeconfig({
      cluster: "server: https://x, certificate-authority: pki/ca.pem",
      user: "client-certificate: /abs/cert.pem, client-key: ../key.pem, tokenFile: token",
    }),
    "/k/pki/ca.pem": "CA",
    "/abs/cert.pem": "CERT",
    "/k/../key.pem": "KEY",
    "/k/token": "from-file",
  }, { kubeconfig: "/k/config" });
  assert.equal(access.caCert, "CA");
  assert.equal(await access.caFile?.get(), "CA");
  assert.deepEqual(access.clientCertificate, { cert: "CERT", key: "KEY" });
  assert.equal(await access.token?.get(), "from-file");
});

Deno.test("findAccess() takes paths beside a kubeconfig in the working directory", async () => {
  const files = {
    "config": kubeconfig({ cluster: "server: https://x, certificate-authority: ca.pem" }),
    "./ca.pem": "CA",
  };
  assert.equal((await find(files, { kubeconfig: "config" })).caCert, "CA");
});

Deno.test("findAccess() lets a tokenFile win over a token", async () => {
  const user = "token: old, tokenFile: /token";
  const access = await find({ "/c": kubeconfig({ user }), "/token": "new" }, { kubeconfig: "/c" });
  assert.equal(await access.token?.get(), "new");
});

Deno.test("findAccess() cuts slashes off the server, and keeps its proxy", async () => {
  const cluster = "server: https://x:6443//, proxy-url: http://proxy:3128";
  const access = await find({ "/c": kubeconfig({ cluster }) }, { kubeconfig: "/c" });
  assert.equal(access.server, "https://x:6443");
  assert.equal(access.proxyUrl, "http://proxy:3128");
});

Deno.test("findAccess() merges the files of KUBECONFIG, and passes over those that are not there", async () => {
  const files = {
    "/a/config": kubeconfig({ cluster: "server: https://a, certificate-authority: ca.pem" }),
    "/b/config": "users: [{ name: other, user: { token: b } }]",
    "/a/ca.pem": "CA of a",
  };
  const access = await find(files, { env: { KUBECONFIG: "/missing:/b/config::/a/config" } });
  assert.equal(access.server, "https://a");
  assert.equal(access.caCert, "CA of a");
  assert.equal(access.source, "kubeconfig /missing:/b/config:/a/config");
});

Deno.test("findAccess() does not pass over the only file, nor one that was asked for", async () => {
  await assert.rejects(
    find(EVERYWHERE, { env: { KUBECONFIG: "/missing", HOME: "/home/me" } }),
    /no file \/missing/,
  );
  await assert.rejects(find(EVERYWHERE, { kubeconfig: "/missing" }), /no file \/missing/);
});

for (
  const [option, fields] of [
    ["insecure-skip-tls-verify", { cluster: "server: https://x, insecure-skip-tls-verify: true" }],
    ["tls-server-name", { cluster: "server: https://x, tls-server-name: y" }],
    ["the cluster has no server", { cluster: "certificate-authority: ca" }],
    ["username", { user: "username: u, password: p" }],
    ["auth-provider", { user: "auth-provider: { name: gcp }" }],
    ["exec.command", { user: "exec: { apiVersion: v1 }" }],
  ] as const
) {
  Deno.test(`findAccess() refuses a kubeconfig that it cannot honour: ${option}`, async () => {
    await assert.rejects(find({ "/c": kubeconfig(fields) }, { kubeconfig: "/c" }), (error: Error) => {
      assert.ok(error.message.startsWith("Cannot use"), error.message);
      assert.ok(error.message.includes(option), error.message);
      return true;
    });
  });
}

Deno.test("findAccess() takes insecure-skip-tls-verify: false for what it is", async () => {
  const cluster = "server: https://x, insecure-skip-tls-verify: false";
  assert.equal((await find({ "/c": kubeconfig({ cluster }) }, { kubeconfig: "/c" })).server, "https://x");
});

const EXEC = "exec: { command: get-token, args: [-v], env: [{ name: A, value: b }] }";

Deno.test("findAccess() runs a credential plugin only when a token is asked for", async () => {
  const runs: unknown[] = [];
  const access = await find({ "/c": kubeconfig({ user: EXEC }) }, { kubeconfig: "/c" }, (command, options) => {
    runs.push([command, options.args, options.env["A"]]);
    return Promise.resolve(JSON.stringify({ status: { token: "plugged" } }));
  });
  assert.deepEqual(runs, []);
  assert.equal(await access.token?.get(), "plugged");
  assert.deepEqual(runs, [["get-token", ["-v"], "b"]]);
});

Deno.test("findAccess() refuses a credential plugin where no program may be run", async () => {
  const files = { "/c": kubeconfig({ user: EXEC }) };
  const deps = {
    clock: new FakeClock(),
    readText: (path: string) => Promise.resolve(files[path as "/c"]),
    exists: () => Promise.resolve(true),
    run: undefined,
  };
  await assert.rejects(
    findAccess(deps, { kubeconfig: "/c", env: {} }),
    /^Error: Cannot run the credential plugin get-token: this build may not run programs/,
  );
});
