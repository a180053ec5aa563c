import assert from "node:assert/strict";
import { RateLimiter } from "../../src/kube/rate_limiter.ts";
import { ApiError } from "../../src/kube/api_error.ts";
import { classifyEvictionError, Evictor } from "../../src/operator/evictor.ts";
import { fakeClient } from "../support/fake_client.ts";
import { failure, json } from "../support/fake_transport.ts";

const POD = { namespace: "shop", name: "web-0" };
const TARGET = { ...POD, uid: "u" };
const PATH = "/api/v1/namespaces/shop/pods/web-0/eviction";

function apiError(code: number, { message = "no", causes = [] as string[], reason = "" } = {}) {
  return new ApiError(message, { code, reason, causes, retryAfterMs: undefined });
}

const TABLE: readonly [name: string, error: unknown, outcome: string][] = [
  ["404", apiError(404), "gone"],
  ["409", apiError(409), "gone"],
  ["429 with the cause of a budget", apiError(429, { causes: ["DisruptionBudget"] }), "blocked"],
  ["429 with that cause among others", apiError(429, { causes: ["x", "DisruptionBudget"] }), "blocked"],
  ["429 without a cause", apiError(429), "throttled"],
  ["429 that only speaks of a budget", apiError(429, { message: "DisruptionBudget" }), "throttled"],
  ["403", apiError(403), "forbidden"],
  ["403 in a terminating namespace", apiError(403, { causes: ["NamespaceTerminating"] }), "gone"],
  [
    "500 of two budgets",
    apiError(500, { message: "This pod has more than one PodDisruptionBudget, which" }),
    "misconfigured",
  ],
  ["500", apiError(500), "failed"],
  ["400", apiError(400), "failed"],
  ["401", apiError(401), "failed"],
  ["422", apiError(422), "failed"],
  ["503", apiError(503), "failed"],
  ["no answer", new TypeError("connection reset"), "failed"],
  ["a deadline", new DOMException("late", "TimeoutError"), "failed"],
  ["what is no error", "text", "failed"],
];

for (const [name, error, outcome] of TABLE) {
  Deno.test(`classifyEvictionError() takes ${name} for ${outcome}`, () => {
    const classified = classifyEvictionError(error, POD);
    assert.equal(classified.outcome, outcome);
    if (classified.outcome === "failed") assert.equal(classified.error, error);
    if ("detail" in classified) assert.match(classified.detail, /^Cannot evict pod "shop\/web-0": ./);
  });
}

function evictorOf() {
  const fake = fakeClient();
  return {
    ...fake,
    evictor: new Evictor({ ...fake, limiter: new RateLimiter(fake.clock, { qps: 50, burst: 100 }) }),
  };
}

Deno.test("Evictor posts an Eviction, and deletes nothing", async () => {
  const { evictor, transport } = evictorOf();
  transport.on("POST", PATH, json({}, { status: 201 }));
  assert.deepEqual(await evictor.evict(TARGET), { outcome: "evicted" });
  assert.deepEqual(transport.requests.map(({ method, path }) => `${method} ${path}`), [`POST ${PATH}`]);
  assert.deepEqual(transport.requests[0]!.body.deleteOptions, { preconditions: { uid: "u" } });
});

Deno.test("Evictor gives an eviction up that is not answered in time", async () => {
  const { evictor, clock } = evictorOf();
  const evicting = evictor.evict(TARGET);
  await clock.advance(15_000);
  assert.equal((await evicting).outcome, "failed");
  assert.equal(clock.timers, 0);
});

Deno.test("Evictor slows down twice as long each time that the API server asks, to 1 min", async () => {
  const { evictor, transport, clock } = evictorOf();
  transport.always("POST", PATH, failure(429));
  const waits = [];
  for (let i = 0; i < 8; i++) {
    assert.equal(evictor.throttled(clock.now()), undefined);
    await evictor.evict(TARGET);
    let waitMs = 0;
    while (evictor.throttled(clock.now() + waitMs) !== undefined) waitMs += 1_000;
    waits.push(waitMs);
    await clock.advance(waitMs);
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

Deno.test("Evictor waits as long as the API server asks where that is longer", async () => {
  const { evictor, transport, clock } = evictorOf();
  transport.on("POST", PATH, failure(429, { headers: { "retry-after": "90" } }));
  await evictor.evict(TARGET);
  assert.equal(evictor.throttled(clock.now() + 89_999), "the API server has asked to slow down");
  assert.equal(evictor.throttled(clock.now() + 90_000), undefined);
});

Deno.test("Evictor starts its waits over when an eviction has worked", async () => {
  const { evictor, transport, clock } = evictorOf();
  transport.on("POST", PATH, failure(429), failure(429), json({}), failure(429));
  for (let i = 0; i < 4; i++) await evictor.evict(TARGET);
  assert.notEqual(evictor.throttled(clock.now() + 999), undefined);
  assert.equal(evictor.throttled(clock.now() + 1_000), undefined);
});

Deno.test("Evictor does not slow down for a budget", async () => {
  const { evictor, transport, clock } = evictorOf();
  transport.on("POST", PATH, failure(429, { causes: ["DisruptionBudget"] }));
  await evictor.evict(TARGET);
  assert.equal(evictor.throttled(clock.now()), undefined);
});
