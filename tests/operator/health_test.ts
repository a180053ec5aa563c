import assert from "node:assert/strict";
import { type Check, createHealthHandler } from "../../src/operator/health.ts";

const URL_OF_HEALTH = "http://spotalis.test:8081";
const OK: Check = () => undefined;

function asked(
  path: string,
  { live = { loop: OK }, ready = { caches: OK, certificate: OK }, uptimeMs = 3_723_999 }: {
    live?: Record<string, Check>;
    ready?: Record<string, Check>;
    uptimeMs?: number;
  } = {},
): Response {
  return createHealthHandler({ live, ready, uptimeMs: () => uptimeMs })(new Request(URL_OF_HEALTH + path));
}

Deno.test("health answers /healthz with 200, the uptime in whole seconds, and each check", async () => {
  const response = asked("/healthz");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(await response.text(), '{"status":"healthy","uptime":"1h2m3s","checks":{"loop":"ok"}}\n');
});

Deno.test("health answers /healthz with 503, and says which check fails and why", async () => {
  const response = asked("/healthz", { live: { "loop": OK, "leader-election": () => "the Lease is lost" } });
  assert.equal(response.status, 503);
  const { status, checks } = await response.json();
  assert.deepEqual([status, checks], ["unhealthy", { "loop": "ok", "leader-election": "the Lease is lost" }]);
});

Deno.test("health answers /readyz with 200 where all checks pass", async () => {
  const response = asked("/readyz?verbose");
  assert.equal(response.status, 200);
  const { status, checks } = await response.json();
  assert.deepEqual([status, checks], ["ready", { caches: "ok", certificate: "ok" }]);
});

Deno.test("health answers /readyz with 503 and all checks, not only the first that fails", async () => {
  const ready = { caches: () => "not synced yet", certificate: () => "no pair yet", other: OK };
  const response = asked("/readyz", { ready });
  assert.equal(response.status, 503);
  const { status, checks } = await response.json();
  assert.equal(status, "not ready");
  assert.deepEqual(checks, { caches: "not synced yet", certificate: "no pair yet", other: "ok" });
});

Deno.test("health asks only the checks of the endpoint", () => {
  const fail: Check = () => assert.fail("asked");
  assert.equal(asked("/healthz", { ready: { caches: fail } }).status, 200);
  assert.equal(asked("/readyz", { live: { loop: fail } }).status, 200);
});

Deno.test("health asks its checks anew each time", () => {
  let why: string | undefined = "not yet";
  const handler = createHealthHandler({ live: {}, ready: { caches: () => why }, uptimeMs: () => 0 });
  const status = () => handler(new Request(`${URL_OF_HEALTH}/readyz`)).status;
  assert.equal(status(), 503);
  why = undefined;
  assert.equal(status(), 200);
});

Deno.test("health serves nothing else", () => {
  for (const path of ["/", "/healthz/", "/metrics"]) assert.equal(asked(path).status, 404, path);
});

Deno.test("health answers GET and HEAD only", () => {
  const handler = createHealthHandler({
    live: { loop: () => assert.fail("asked") },
    ready: {},
    uptimeMs: () => 0,
  });
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    const response = handler(new Request(`${URL_OF_HEALTH}/healthz`, { method }));
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"], method);
  }
  assert.equal(handler(new Request(`${URL_OF_HEALTH}/readyz`, { method: "HEAD" })).status, 200);
});
