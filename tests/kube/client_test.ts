import assert from "node:assert/strict";
import { ApiError } from "../../src/kube/api_error.ts";
import type { ClientDeps } from "../../src/kube/client.ts";
import { RateLimiter } from "../../src/kube/rate_limiter.ts";
import type { TokenSource } from "../../src/kube/token.ts";
import { fakeClient } from "../support/fake_client.ts";
import { FakeClock, settle } from "../support/fake_clock.ts";
import { failure, FakeStream, hang, json, refuse, text } from "../support/fake_transport.ts";

const never = new AbortController().signal;
const NODES = "/api/v1/nodes";

/** Tokens t1, t2, ...: one more after each refusal. */
function countingTokens(): TokenSource {
  let number = 1;
  return { get: () => Promise.resolve(`t${number}`), invalidate: () => void number++ };
}

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof Error, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "it did not throw" });
}

Deno.test("KubeClient sends what the API wants and answers the parsed body", async () => {
  const t = fakeClient();
  t.transport.on("POST", NODES, json({ kind: "Node", ü: "ü" }, { status: 201 }));
  const body = { spec: { x: 1 } };
  assert.deepEqual(await t.client.request("POST", NODES, { body, signal: never }), { kind: "Node", ü: "ü" });
  const [request] = t.transport.requests;
  assert.equal(request?.url, `https://api.test${NODES}`);
  assert.deepEqual(request?.body, body);
  assert.deepEqual(request?.headers, {
    "accept": "application/json",
    "user-agent": "test/1",
    "content-type": "application/json",
  });
  assert.equal(t.clock.timers, 0, "timers left behind");
});

Deno.test("KubeClient puts a body together again that was cut inside a character", async () => {
  for (const status of [200, 500]) {
    const t = fakeClient();
    const stream = new FakeStream();
    for (const byte of new TextEncoder().encode('{"message":"ümläut 🙂"}')) stream.push(new Uint8Array([byte]));
    stream.end();
    t.transport.on("GET", NODES, () => stream.response({ status }));
    const answer = t.client.request<{ message: string }>("GET", NODES, { signal: never });
    const { message } = status === 200 ? await answer : await errorOf(answer);
    assert.ok(message.endsWith("ümläut 🙂"), message);
  }
});

Deno.test("KubeClient names the type of a patch, and sends no type without a body", async () => {
  const t = fakeClient();
  t.transport.always("PATCH", NODES, json({})).always("GET", NODES, json({}));
  const contentType = "application/merge-patch+json";
  await t.client.request("PATCH", NODES, { body: {}, contentType, signal: never });
  assert.equal(t.transport.requests[0]?.headers["content-type"], contentType);
  await t.client.request("GET", NODES, { signal: never });
  assert.equal("content-type" in t.transport.requests[1]!.headers, false);
  assert.equal("authorization" in t.transport.requests[1]!.headers, false);
});

for (
  const name of [
    "..",
    "../../../secrets",
    ".",
    "",
    "a/",
    "a?watch=true",
    "a#b",
    "%2e%2e",
    "a%2fb",
    "a b",
    "a\\..\\b",
    "a\n",
    "ä",
    "@host",
  ]
) {
  Deno.test(`KubeClient asks for nothing where a path is ${JSON.stringify(name)}`, async () => {
    const requested: unknown[] = [];
    const t = fakeClient({ onRequest: (request) => requested.push(request) });
    const path = `/api/v1/namespaces/shop/pods/${name}`;
    await assert.rejects(t.client.request("GET", path, { signal: never }), /no path of the API/);
    await assert.rejects(t.client.stream(path, { signal: never }), /no path of the API/);
    assert.deepEqual([t.transport.requests, requested, t.clock.timers], [[], [], 0]);
  });
}

Deno.test("KubeClient encodes queries", async () => {
  const t = fakeClient();
  t.transport.on("GET", NODES, json({}));
  const query = { labelSelector: "a=b,c in (d,e)", continue: "A+/=&x" };
  await t.client.request("GET", NODES, { query, signal: never });
  assert.equal(
    t.transport.requests[0]?.url,
    `https://api.test${NODES}?labelSelector=a%3Db%2Cc+in+%28d%2Ce%29&continue=A%2B%2F%3D%26x`,
  );
  assert.deepEqual(t.transport.requests[0]?.query, query);
});

Deno.test("KubeClient throws the Status of a failure", async () => {
  const t = fakeClient();
  t.transport.on("GET", NODES, failure(404, { reason: "NotFound", message: `nodes "x" not found` }));
  const error = await errorOf(t.client.request("GET", NODES, { signal: never }));
  assert.ok(error instanceof ApiError);
  assert.equal(error.code, 404);
  assert.equal(error.message, `GET ${NODES}: 404 NotFound: nodes "x" not found`);
});

Deno.test("KubeClient takes Retry-After from the header", async () => {
  const t = fakeClient();
  t.transport.on("GET", NODES, failure(429, { headers: { "retry-after": "10" } }));
  const error = await errorOf(t.client.request("GET", NODES, { signal: never }));
  assert.equal((error as ApiError).retryAfterMs, 10_000);
});

for (const [name, body] of [["a page of a proxy", "<html>Bad Gateway</html>"], ["nothing", ""]] as const) {
  Deno.test(`KubeClient throws an ApiError with the HTTP status where the body is ${name}`, async () => {
    const t = fakeClient();
    t.transport.on("GET", NODES, text(body, { status: 502 }));
    const error = await errorOf(t.client.request("GET", NODES, { signal: never }));
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 502);
    assert.equal(error.message, `GET ${NODES}: 502 : ${body}`);
  });
}

Deno.test("KubeClient quotes no more than the beginning of a long page", async () => {
  const t = fakeClient();
  t.transport.on("GET", NODES, text("x".repeat(10_000), { status: 500 }));
  const error = await errorOf(t.client.request("GET", NODES, { signal: never }));
  assert.ok(error.message.length < 300);
});

Deno.test("KubeClient says which request failed where there was no answer, or no JSON", async () => {
  const t = fakeClient();
  t.transport.on("GET", NODES, refuse("connection refused"), text("no json"));
  const refused = await errorOf(t.client.request("GET", NODES, { signal: never }));
  assert.equal(refused.message, `GET ${NODES} failed`);
  assert.match(String(refused.cause), /connection refused/);
  const unreadable = await errorOf(t.client.request("GET", NODES, { signal: never }));
  assert.equal(unreadable.message, `GET ${NODES} failed`);
  assert.ok(unreadable.cause instanceof SyntaxError);
  assert.equal(t.transport.resets, 0);
});

Deno.test("KubeClient asks for another token after a 401, and tries exactly once more", async () => {
  const t = fakeClient({ token: countingTokens() });
  const refused = new FakeStream();
  t.transport.on("GET", NODES, () => refused.response({ status: 401 }), json({ ok: true }));
  assert.deepEqual(await t.client.request("GET", NODES, { signal: never }), { ok: true });
  assert.deepEqual(t.transport.requests.map(({ headers }) => headers["authorization"]), [
    "Bearer t1",
    "Bearer t2",
  ]);
  assert.equal(refused.isCancelled, true, "an unread body keeps its socket");

  t.transport.on("GET", NODES, failure(401), failure(401, { message: "still" }), json({}));
  const error = await errorOf(t.client.request("GET", NODES, { signal: never }));
  assert.equal((error as ApiError).code, 401);
  assert.equal(t.transport.requests.length, 4);
});

Deno.test("KubeClient throws what the second try after a 401 answers", async () => {
  const t = fakeClient({ token: countingTokens() });
  t.transport.on("GET", NODES, failure(401), failure(403, { reason: "Forbidden" }));
  const error = await errorOf(t.client.request("GET", NODES, { signal: never }));
  assert.equal((error as ApiError).code, 403);
});

Deno.test("KubeClient does not try again after a 401 where it has no token, nor after another error", async () => {
  const anonymous = fakeClient();
  anonymous.transport.on("GET", NODES, failure(401));
  await errorOf(anonymous.client.request("GET", NODES, { signal: never }));
  assert.equal(anonymous.transport.requests.length, 1);

  const t = fakeClient({ token: countingTokens() });
  t.transport.on("GET", NODES, failure(403), failure(503), failure(429));
  for (let i = 1; i <= 3; i++) {
    await errorOf(t.client.request("GET", NODES, { signal: never }));
    assert.equal(t.transport.requests.length, i);
  }
});

Deno.test("KubeClient starts with new connections when a request is not answered in time", async () => {
  const t = fakeClient();
  t.transport.on("GET", NODES, hang);
  const failed = errorOf(t.client.request("GET", NODES, { signal: never, deadlineMs: 3_000 }));
  await t.clock.advance(2_999);
  assert.equal(t.transport.resets, 0);
  await t.clock.advance(1);
  const error = await failed;
  assert.equal(error.message, `GET ${NODES}: no answer within 3000 ms`);
  assert.equal(t.transport.resets, 1);
  assert.equal(t.transport.requests[0]?.signal?.aborted, true);
  assert.equal(t.clock.timers, 0);
});

Deno.test("KubeClient ends a body that stalls after its headers at the deadline", async () => {
  for (const init of [{ status: 200 }, { status: 500 }]) {
    const t = fakeClient();
    const stream = new FakeStream();
    t.transport.on("GET", NODES, () => stream.response(init));
    const failed = errorOf(t.client.request("GET", NODES, { signal: never }));
    await t.clock.advance(5_000);
    stream.push('{"half":');
    await t.clock.advance(10_000);
    assert.equal((await failed).message, `GET ${NODES}: no answer within 15000 ms`);
    assert.equal(stream.isCancelled, true);
    assert.equal(t.transport.resets, 1);
  }
});

Deno.test("KubeClient ends with the caller's reason, and keeps its connections then", async () => {
  const t = fakeClient();
  const controller = new AbortController();
  const failed = errorOf(t.client.request("GET", NODES, { signal: controller.signal }));
  await settle();
  const reason = new DOMException("stopped", "AbortError");
  controller.abort(reason);
  assert.equal(await failed, reason);
  assert.equal(t.transport.resets, 0);
  assert.equal(t.clock.timers, 0);
});

Deno.test("KubeClient sends nothing for a caller that has gone already", async () => {
  const t = fakeClient();
  await errorOf(t.client.request("GET", NODES, { signal: AbortSignal.abort(new Error("gone")) }));
  assert.equal(t.transport.requests.length, 0);
});

Deno.test("KubeClient waits for its rate limiter before each request", async () => {
  const clock = new FakeClock();
  const t = fakeClient({ clock, limiter: new RateLimiter(clock, { qps: 1, burst: 1 }) });
  t.transport.always("GET", NODES, json({}));
  await t.client.request("GET", NODES, { signal: never });
  const second = t.client.request("GET", NODES, { signal: never });
  await clock.advance(999);
  assert.equal(t.transport.requests.length, 1);
  await clock.advance(1);
  assert.equal(t.transport.requests.length, 2);
  await second;
});

Deno.test("KubeClient.stream hands out the body at its headers, and its deadline ends there", async () => {
  const t = fakeClient();
  const stream = new FakeStream();
  t.transport.on("GET", NODES, stream.answer);
  const body = await t.client.stream(NODES, { signal: never, deadlineMs: 1_000 });
  await t.clock.advance(60_000);
  assert.equal(stream.isCancelled, false);
  assert.equal(t.clock.timers, 0);
  await body.cancel();
  t.transport.on("GET", NODES, failure(410, { reason: "Expired" }), hang);
  assert.equal((await errorOf(t.client.stream(NODES, { signal: never })) as ApiError).code, 410);
  const failed = errorOf(t.client.stream(NODES, { signal: never, deadlineMs: 1_000 }));
  await t.clock.advance(1_000);
  assert.match((await failed).message, /no answer within 1000 ms/);
  assert.equal(t.transport.resets, 1);
});

Deno.test("KubeClient reports each request with its resource, and code 0 where there was no answer", async () => {
  const seen: string[] = [];
  const onRequest: ClientDeps["onRequest"] = ({ verb, resource, code }) =>
    seen.push(`${verb} ${resource} ${code}`);
  const t = fakeClient({ onRequest, token: countingTokens() });
  const paths: readonly (readonly ["GET" | "POST" | "PUT" | "PATCH", string])[] = [
    ["GET", "/api/v1/nodes"],
    ["GET", "/api/v1/nodes/n1"],
    ["GET", "/api/v1/namespaces/a"],
    ["GET", "/api/v1/namespaces/a/pods"],
    ["GET", "/api/v1/namespaces/a/pods/b"],
    ["POST", "/api/v1/namespaces/a/pods/b/eviction"],
    ["GET", "/apis/apps/v1/deployments"],
    ["PUT", "/apis/coordination.k8s.io/v1/namespaces/a/leases/b"],
    ["PATCH", "/apis/apps/v1/namespaces/a/statefulsets/b/scale"],
  ];
  for (const [method, path] of paths) {
    t.transport.on(method, path, json({}));
    await t.client.request(method, path, { signal: never });
  }
  assert.deepEqual(seen.splice(0), [
    "get nodes 200",
    "get nodes 200",
    "get namespaces 200",
    "get pods 200",
    "get pods 200",
    "post pods/eviction 200",
    "get deployments 200",
    "put leases 200",
    "patch statefulsets/scale 200",
  ]);
  t.transport.on("GET", NODES, failure(401), failure(500), refuse(), json({}));
  await errorOf(t.client.request("GET", NODES, { signal: never }));
  await errorOf(t.client.request("GET", NODES, { signal: never }));
  await t.client.request("GET", NODES, { query: { watch: "true" }, signal: never });
  assert.deepEqual(seen, ["get nodes 401", "get nodes 500", "get nodes 0", "watch nodes 200"]);
});

Deno.test("KubeClient.close closes the transport", () => {
  const t = fakeClient();
  t.client.close();
  assert.equal(t.transport.closes, 1);
});
