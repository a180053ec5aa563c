import assert from "node:assert/strict";
import type { Json } from "../scenarios/support/json.ts";
import type { Scene } from "../scenarios/support/stage.ts";
import { deployment } from "../scenarios/support/workloads.ts";
import { runCommand } from "./support/command.ts";
import { commandLine } from "./support/operator.ts";
import { stage } from "./support/scene.ts";

const MIB = 1024 * 1024;

function review(request: Json, extra: Json = {}): string {
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request, ...extra });
}

const CREATE = {
  operation: "CREATE",
  resource: { group: "", version: "v1", resource: "pods" },
  namespace: "x",
};
const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);

interface Case {
  readonly title: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly status: number;
  /** Whether the answer is an AdmissionReview for this uid. */
  readonly uid?: string;
}

/** Rows 33, 34 and 36 of the fault matrix. */
const CASES: readonly Case[] = [
  { title: "malformed JSON", body: '{"kind":', status: 400 },
  { title: "no object", body: "[]", status: 400 },
  { title: "null", body: "null", status: 400 },
  { title: "another kind", body: '{"apiVersion":"v1","kind":"Pod"}', status: 400 },
  { title: "another version", body: review({ uid: "u" }, { apiVersion: "admission.k8s.io/v9" }), status: 400 },
  {
    title: "v1beta1",
    body: review({ uid: "b", operation: "DELETE" }, { apiVersion: "admission.k8s.io/v1beta1" }),
    status: 200,
    uid: "b",
  },
  { title: "no uid", body: review({ ...CREATE, object: {} }), status: 400 },
  { title: "request null", body: review(null), status: 400 },
  { title: "object null", body: review({ ...CREATE, uid: "n", object: null }), status: 400, uid: "n" },
  {
    title: "object of another shape",
    body: review({ ...CREATE, uid: "s", object: { metadata: 5, spec: "x" } }),
    status: 200,
    uid: "s",
  },
  { title: "wrong method", method: "GET", status: 405 },
  { title: "wrong path", path: "/other", body: "{}", status: 404 },
  { title: "wrong content type", headers: { "content-type": "text/plain" }, body: "{}", status: 415 },
  { title: "no content type", headers: { "content-type": "" }, body: new Uint8Array([123, 125]), status: 415 },
  { title: "empty body", body: "", status: 400 },
  { title: "gzip", headers: { "content-encoding": "gzip" }, body: "{}", status: 415 },
  { title: "100,000 arrays deep", body: deep("[", "]"), status: 400 },
  {
    title: "an object 100,000 levels deep",
    body: review({ ...CREATE, uid: "d", object: "@" }).replace('"@"', deep('{"a":', "}").replace("}", "1}")),
    status: 200,
    uid: "d",
  },
  {
    title: "huge numbers",
    body: review({ ...CREATE, uid: "h", object: { spec: { n: "@" } } }).replace('"@"', "1e999"),
    status: 200,
    uid: "h",
  },
  {
    title: "__proto__ keys",
    body: review({ ...CREATE, uid: "p", object: "@" }).replace(
      '"@"',
      '{"__proto__":{"polluted":1},"metadata":{"__proto__":{"labels":{}}}}',
    ),
    status: 200,
    uid: "p",
  },
  { title: "duplicate keys", body: '{"kind":"AdmissionReview","kind":"Other"}', status: 400 },
  {
    title: "lone surrogates",
    body: review({ ...CREATE, uid: "\ud800", object: {} }),
    status: 200,
    uid: "\ud800",
  },
  { title: "7 MiB of values", body: `[${"{},".repeat(2_400_000)}{}]`, status: 413 },
  { title: "a uid of 1 MiB", body: review({ uid: "x".repeat(MIB), operation: "DELETE" }), status: 400 },
  { title: "7 MiB and one byte", body: new Uint8Array(7 * MIB + 1).fill(32), status: 413 },
];

stage({ name: "bad-input" }, async (play, { operator }) => {
  const base = operator.webhookUrl.replace("/mutate", "");
  const client = Deno.createHttpClient({ caCerts: [await operator.caCert()], http2: false });
  const send = (init: RequestInit, path = "/mutate") => fetch(`${base}${path}`, { ...init, client });

  async function check({ title, path, method = "POST", headers, body, status, uid }: Case): Promise<void> {
    const sent = Object.fromEntries(
      Object.entries({ "content-type": "application/json", ...headers }).filter(([, value]) => value !== ""),
    );
    const response = await send({ method, headers: sent, ...method === "POST" ? { body } : {} }, path);
    const text = await response.text();
    assert.equal(response.status, status, `${title}: ${text}`);
    const answer = JSON.parse(text);
    if (uid === undefined) {
      assert.equal(typeof answer.error, "string", title);
      assert.ok(answer.error.length < 200, "the input is not echoed");
    } else {
      assert.equal(answer.kind, "AdmissionReview", title);
      assert.equal(answer.response.uid, uid.toWellFormed() === uid ? uid : answer.response.uid, title);
      assert.equal(answer.response.allowed, true, title);
    }
  }

  const serves = (scene: Scene) => async () => {
    await scene.apply(deployment({ name: "web", replicas: 10, percentage: 70, floor: 1 }));
    await scene.witness.settled("web", 10);
    assert.deepEqual(scene.witness.split("web"), { spot: 7, onDemand: 3, unbound: 0 });
  };

  await play(
    "fault 33: bad input is refused with a reason; afterwards it serves as before, and memory is flat",
    async (scene) => {
      const resident = () => operator.metric("process_resident_memory_bytes");
      for (const each of CASES) await check(each);
      const before = await resident();
      for (let round = 0; round < 10; round++) for (const each of CASES) await check(each);
      await endlessBody(send);
      const grown = await resident() - before;
      assert.ok(grown < 60 * MIB, `${(grown / MIB).toFixed(1)} MiB more`);
      assert.equal((await operator.health("readyz")).status, 200);
      assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
      await serves(scene)();
      assert.equal(await operator.metric("spotalis_webhook_requests_total", { result: "error" }), 0);
    },
  );
  client.close();
});

/** An infinite chunked body is cut while it streams. */
async function endlessBody(send: (init: RequestInit) => Promise<Response>): Promise<void> {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 64 * 1024;
      controller.enqueue(new Uint8Array(64 * 1024).fill(32));
    },
  });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body, duplex: "half" };
  // The answer may be lost, when the connection is cut before the client has stopped sending.
  const response = await send(init as RequestInit).catch(() => undefined);
  if (response !== undefined) {
    assert.equal(response.status, 413);
    await response.body?.cancel();
  }
  assert.ok(sent < 64 * MIB, `cut after ${sent} bytes`);
}

const CONFIGS: readonly {
  title: string;
  config: string;
  env?: Record<string, string>;
  says: readonly RegExp[];
}[] = [
  {
    title: "unknown key",
    config: "operator: {readOnly: true}",
    says: [/operator\.readOnly is no key; allowed are namespace, readOnlyMode/],
  },
  {
    title: "wrong type",
    config: "operator: {readOnlyMode: 1}",
    says: [/operator\.readOnlyMode is 1, has to be true or false/],
  },
  {
    title: "impossible lease times",
    config: "operator: {leaderElection: {leaseDuration: 5s, renewDeadline: 10s}}",
    says: [
      /operator\.leaderElection\.renewDeadline is "10s", has to be less than operator\.leaderElection\.leaseDuration/,
    ],
  },
  {
    title: "bad selector",
    config:
      "controllers: {nodeClassifier: {spotLabels: [{matchExpressions: [{key: a, operator: Is, values: [b]}]}], onDemandLabels: [{}]}}",
    says: [
      /spotLabels\.0\.matchExpressions\.0.*operator has to be In, NotIn, Exists or DoesNotExist/,
      /onDemandLabels\.0.*an empty selector matches every node/,
    ],
  },
  {
    title: "bad duration",
    config: "controllers: {reconcileInterval: 5 minutes}",
    says: [/controllers\.reconcileInterval is "5 minutes", has to be a Go duration/],
  },
  {
    title: "bad environment value",
    config: "{}",
    env: { SPOTALIS_WEBHOOK_PORT: "tcp://10.0.0.1:443" },
    says: [/SPOTALIS_WEBHOOK_PORT \(webhook\.port\) is "tcp:\/\/10\.0\.0\.1:443", has to be an integer/],
  },
  { title: "no YAML", config: "a: [", says: [/line 1/] },
  {
    title: "several at once",
    config:
      "operator: {readOnlyMode: x}\ncontrollers: {spotFallback: {after: 1}, typo: 1}\nwebhook: {port: 99999}",
    env: { SPOTALIS_LOGGING_LEVEL: "loud" },
    says: [
      /operator\.readOnlyMode/,
      /spotFallback\.after/,
      /controllers\.typo/,
      /webhook\.port/,
      /SPOTALIS_LOGGING_LEVEL/,
    ],
  },
];

for (const { title, config, env = {}, says } of CONFIGS) {
  Deno.test(`fault 61: an invalid configuration stops the start with exit code 2 and one fatal line: ${title}`, async () => {
    const path = await Deno.makeTempFile({ suffix: ".yaml" });
    await Deno.writeTextFile(path, config);
    const [program, ...args] = commandLine();
    const { stderr, stdout } = await runCommand(program!, [...args, "run", "--config", path], { env, code: 2 });
    const lines = (stdout + stderr).trim().split("\n");
    assert.equal(lines.length, 1, stderr);
    const { message, problems } = JSON.parse(lines[0]!);
    assert.match(message, /^fatal: /);
    for (const pattern of says) {
      assert.ok(problems.some((problem: string) => pattern.test(problem)), `${pattern}: ${problems}`);
    }
  });
}
