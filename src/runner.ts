import type { App } from "./app.ts";
import type { Config } from "./config/schema.ts";
import { type KeyPair, waitForKeyPair } from "./operator/certificate.ts";
import { createHealthHandler } from "./operator/health.ts";
import { type Address, serve, type Server } from "./operator/server.ts";
import { type Clock, sleep } from "./runtime/clock.ts";
import { Lifecycle } from "./runtime/lifecycle.ts";
import type { Log } from "./runtime/log.ts";

export interface RunnerDeps {
  readonly app: App;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}

/** The API server goes on sending for a moment after readyz says no: those reviews are answered. */
const DRAIN_MS = 5_000;
/** Then requests under way may end, before their connections are cut. */
const CLOSE_MS = 3_000;
const RELEASE_MS = 3_000;

/** Starts an application, in order, and ends it in the reverse order when `stop` is aborted. */
export async function runApp({ app, config, clock, log }: RunnerDeps, stop: AbortSignal): Promise<void> {
  const startedMs = clock.now();
  const servers: Server[] = [];
  const work = new Lifecycle();
  const background = new Lifecycle();
  let certificate: KeyPair | "missing" | "not needed" = config.webhook.enabled ? "missing" : "not needed";

  const { metrics, health } = config.observability;
  if (health.enabled) {
    const handler = createHealthHandler({
      uptimeMs: () => clock.now() - startedMs,
      live: {
        "leader-election": () =>
          app.elector?.isHealthy(clock.now()) === false ? "the leader does not renew its Lease" : undefined,
      },
      ready: {
        "kubernetes-api": () => app.standings.staleness(clock.now()),
        "caches": () => app.observer.cache.hasSynced ? undefined : "not synced yet",
        "certificate": () =>
          certificate === "missing" ? `no usable pair in ${config.webhook.certDir} yet` : undefined,
        "leader-election": () =>
          app.elector !== undefined && app.elector.holder === undefined
            ? "the Lease is not known yet"
            : undefined,
        "shutdown": () => stop.aborted || background.signal.aborted ? "shutting down" : undefined,
      },
    });
    servers.push(serve({ log, clock }, { address: parseAddress(health.bindAddress), handler }));
  }
  if (metrics.enabled) {
    const handler = async (request: Request) =>
      new URL(request.url).pathname === metrics.path
        ? new Response(await app.metrics.text(), { headers: { "content-type": app.metrics.contentType } })
        : new Response(`only "${metrics.path}" is served\n`, { status: 404 });
    servers.push(serve({ log, clock }, { address: parseAddress(metrics.bindAddress), handler }));
  }

  background.start("watching the cluster", (signal) => app.observer.cache.run(signal));
  background.start("writing Events", (signal) => app.recorder.run(signal));
  background.start("resync", async (signal) => {
    while (!signal.aborted) {
      await sleep(clock, config.controllers.reconcileInterval.ms, signal);
      app.sweep();
      if (app.standings.mayReconcile()) app.enqueueAll();
    }
  });
  background.start("first sync", async (signal) => {
    while (!signal.aborted && !app.observer.cache.hasSynced) await sleep(clock, 10, signal);
    if (signal.aborted) return;
    log.info("caches synced", { afterMs: Math.round(clock.now() - startedMs) });
    app.enqueueAll();
  });
  if (config.webhook.enabled) {
    background.start("webhook", async (signal) => {
      const { certDir, certName, keyName, port } = config.webhook;
      const server = await waitForKeyPair({ clock, log }, {
        files: { certPath: `${certDir}/${certName}`, keyPath: `${certDir}/${keyName}` },
        signal,
        serve: (tls) => {
          const serving = serve({ log, clock }, {
            address: { hostname: "0.0.0.0", port },
            handler: app.webhook,
            tls,
          });
          certificate = tls;
          app.metrics.certificate(tls.expiresMs);
          return serving;
        },
      });
      if (server === undefined) return;
      servers.push(server);
      log.info("webhook is served", { ...server.address });
    });
  }
  for (let i = 0; i < config.controllers.maxConcurrentReconciles; i++) {
    work.start("reconciling", () => app.reconciler.run());
  }
  const election = new Lifecycle();
  if (app.elector !== undefined) election.start("leader election", (signal) => app.elector!.run(signal));

  await firstAbort([stop, work.signal, background.signal, election.signal]);
  log.info("shutting down", {});
  // Leader-only work ends first, then the Lease is given back, and admission goes on the longest.
  app.queue.close();
  await settle(work);
  election.stop();
  await settle(election);
  await app.elector?.release(AbortSignal.timeout(RELEASE_MS)).catch((error) =>
    log.warn("the Lease was not given back", { error })
  );
  if (config.webhook.enabled && stop.aborted) await sleep(clock, DRAIN_MS, background.signal);
  await Promise.all(servers.map((server) => server.close(CLOSE_MS)));
  background.stop();
  await settle(background);
  app.observer.close();
  for (const group of [work, election, background]) await group.join();
}

/** Waits for the end of a group; its failure, if any, is thrown when all is shut down. */
async function settle(group: Lifecycle): Promise<void> {
  await Promise.allSettled([group.join()]);
}

function firstAbort(signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    }
  });
}

/** `:8080`, `127.0.0.1:8080` or `[::]:8080`; the schema has checked the form. */
function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(":");
  const hostname = text.slice(0, colon).replace(/^\[|\]$/g, "");
  return { hostname: hostname === "" ? "0.0.0.0" : hostname, port: Number(text.slice(colon + 1)) };
}
