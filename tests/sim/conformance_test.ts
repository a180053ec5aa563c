import { Lifecycle } from "../../src/runtime/lifecycle.ts";
import { VirtualClock } from "../../src/runtime/virtual_clock.ts";
import { BEHAVIOURS } from "../conformance/behaviours.ts";
import type { Target } from "../conformance/http_api.ts";
import { playBehaviour } from "../conformance/suite.ts";
import { embeddedCluster } from "./support/embedded_stage.ts";

const clock = new VirtualClock({ wallMs: Date.UTC(2026, 0, 5) });
const cluster = embeddedCluster(clock);
const lifecycle = new Lifecycle();
let started: Promise<void> | undefined;

/** One cluster for all behaviours, as on the real control plane. */
function start(): Promise<void> {
  started ??= clock.complete((async () => {
    lifecycle.start("the embedded cluster", (signal) => cluster.run(signal));
    await cluster.start();
  })());
  return started;
}

let webhooks = 0;

function target(): Target {
  const transport = cluster.transport("conformance");
  return {
    server: "https://embedded",
    clock,
    fetch: (url, init) => transport.fetch(url, init),
    serve(handler) {
      const url = `https://webhook-${webhooks++}.example/`;
      cluster.serveWebhook(url, async (request) => {
        const answer = await handler(await request.json());
        return answer instanceof Response ? answer : Response.json(answer);
      });
      return Promise.resolve({ clientConfig: { url }, close: () => {} });
    },
    compact: () => Promise.resolve(cluster.compact()),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

for (const behaviour of BEHAVIOURS) {
  Deno.test(`embedded: ${behaviour.name}`, async () => {
    await start();
    await clock.complete(playBehaviour(target(), behaviour));
    if (lifecycle.signal.aborted) await lifecycle.join();
  });
}
