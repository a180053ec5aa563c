import assert from "node:assert/strict";
import { createMetricsHandler } from "../../src/operator/metrics_handler.ts";
import { FakeClock } from "../support/fake_clock.ts";

const URL_OF_METRICS = "http://spotalis.test:8080";

/** A handler whose texts are numbered, and take `ms` each. */
function handlerOf({ ms = 0, fails = () => false }: { ms?: number; fails?: () => boolean } = {}) {
  const clock = new FakeClock();
  let texts = 0;
  const handler = createMetricsHandler({
    clock,
    contentType: "text/plain; version=0.0.4",
    path: "/metrics",
    text: () => {
      texts++;
      clock.freeze(ms);
      return fails() ? Promise.reject(new Error("no text")) : Promise.resolve(`text ${texts}`);
    },
  });
  const get = async (path = "/metrics") => await (await handler(new Request(URL_OF_METRICS + path))).text();
  return { clock, handler, get, texts: () => texts };
}

Deno.test("metrics are answered with their content type, anew each time where they cost nothing", async () => {
  const { handler, get } = handlerOf();
  const response = await handler(new Request(`${URL_OF_METRICS}/metrics?x=1`));
  assert.deepEqual([response.status, response.headers.get("content-type")], [200, "text/plain; version=0.0.4"]);
  assert.equal(await response.text(), "text 1");
  assert.equal(await get(), "text 2");
});

Deno.test("metrics are made once for all that ask at once, and cost at most a tenth of the time", async () => {
  const { clock, get, texts } = handlerOf({ ms: 20 });
  const all = await Promise.all(Array.from({ length: 1_000 }, () => get()));
  assert.deepEqual([new Set(all), texts()], [new Set(["text 1"]), 1]);
  await clock.advance(199);
  assert.equal(await get(), "text 1");
  await clock.advance(1);
  assert.equal(await get(), "text 2");
});

Deno.test("metrics that could not be made are made again", async () => {
  let isBroken = true;
  const { get } = handlerOf({ ms: 20, fails: () => isBroken });
  await assert.rejects(get(), /no text/);
  isBroken = false;
  assert.equal(await get(), "text 2");
});

Deno.test("metrics are all that is served, and to GET and HEAD only", async () => {
  const { handler, texts } = handlerOf();
  for (const path of ["/", "/metrics/", "/healthz", "//metrics"]) {
    assert.equal((await handler(new Request(URL_OF_METRICS + path))).status, 404, path);
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const response = await handler(new Request(`${URL_OF_METRICS}/metrics`, { method }));
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"], method);
  }
  assert.equal(texts(), 0);
});
