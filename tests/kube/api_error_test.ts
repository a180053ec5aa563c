import assert from "node:assert/strict";
import { ApiError, apiError, isApiError, isExpired } from "../../src/kube/api_error.ts";
import { statusBody, type StatusFields } from "../support/fake_transport.ts";

function errorOf(code: number, fields: StatusFields = {}, retryAfter?: string | null): ApiError {
  return apiError(statusBody(code, fields), { request: "GET /x", code, retryAfter });
}

Deno.test("apiError() takes what a Status says", () => {
  const error = errorOf(429, {
    reason: "TooManyRequests",
    message: "Cannot evict pod",
    causes: ["DisruptionBudget"],
    retryAfterSeconds: 10,
  });
  assert.equal(error.name, "ApiError");
  assert.equal(error.message, "GET /x: 429 TooManyRequests: Cannot evict pod");
  assert.equal(error.code, 429);
  assert.equal(error.reason, "TooManyRequests");
  assert.deepEqual(error.causes, ["DisruptionBudget"]);
  assert.equal(error.retryAfterMs, 10_000);
  assert.ok(error instanceof Error);
});

Deno.test("apiError() prefers the Retry-After header, and has no wait where none is asked", () => {
  assert.equal(errorOf(429, { retryAfterSeconds: 10 }, "3").retryAfterMs, 3_000);
  assert.equal(errorOf(429, { retryAfterSeconds: 10 }, null).retryAfterMs, 10_000);
  assert.equal(errorOf(429, {}, null).retryAfterMs, undefined);
  assert.equal(errorOf(429, {}, "Wed, 21 Oct 2026 07:28:00 GMT").retryAfterMs, undefined);
  assert.equal(errorOf(500).retryAfterMs, undefined);
});

Deno.test("apiError() takes the code of the body, as in an ERROR event of a watch that answered 200", () => {
  const body = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
  assert.equal(apiError(body, { request: "watch", code: 500 }).code, 410);
  assert.equal(apiError({ kind: "Status", message: "x" }, { request: "watch", code: 500 }).code, 500);
});

for (const body of [undefined, null, "text", 7, [], {}, { message: undefined }, { details: null }]) {
  Deno.test(`apiError() makes an error of ${JSON.stringify(body)} all the same`, () => {
    const error = apiError(body, { request: "GET /x", code: 502 });
    assert.equal(error.code, 502);
    assert.equal(error.reason, "");
    assert.deepEqual(error.causes, []);
    assert.equal(error.message, "GET /x: 502 : no message");
  });
}

Deno.test("apiError() leaves out causes without a reason", () => {
  const details = { causes: [{ message: "x" }, { reason: "NamespaceTerminating" }] };
  assert.deepEqual(apiError({ code: 403, details }, { request: "x", code: 403 }).causes, [
    "NamespaceTerminating",
  ]);
});

Deno.test("isApiError() tells by type and code", () => {
  assert.equal(isApiError(errorOf(404)), true);
  assert.equal(isApiError(errorOf(404), 404), true);
  assert.equal(isApiError(errorOf(404), 409), false);
  assert.equal(isApiError(new Error("404"), 404), false);
  assert.equal(isApiError({ code: 404 }, 404), false);
});

Deno.test("isExpired() is for versions that are gone or not there yet, and for nothing else", () => {
  const cases: readonly (readonly [unknown, boolean])[] = [
    [errorOf(410, { reason: "Gone" }), true],
    [errorOf(410), true],
    [errorOf(400, { reason: "Expired" }), true],
    [errorOf(504, { reason: "Timeout", causes: ["ResourceVersionTooLarge"] }), true],
    [errorOf(504, { reason: "Timeout" }), false],
    [errorOf(500, { causes: ["ResourceVersionTooLarge"] }), false],
    [errorOf(429), false],
    [errorOf(409), false],
    [new Error("410"), false],
    [undefined, false],
  ];
  for (const [error, expected] of cases) assert.equal(isExpired(error), expected, String(error));
});
