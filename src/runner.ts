import type { App } from "./app.ts";
import type { Config } from "./config/schema.ts";
import { readKeyPair } from "./operator/certificate.ts";
import { CertificateFollower } from "./operator/certificate_follower.ts";
import { watchDirectory } from "./operator/directory_watch.ts";
import { createHealthHandler } from "./operator/health.ts";
import { createMetricsHandler } from "./operator/metrics_handler.ts";
import type { Address, Server } from "./operator/server.ts";
import { serveHttp, serveTls, type TlsServer } from "./operator/tls_server.ts";
import { type Clock, deadline, sleep } from "./runtime/clock.ts";
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
/** How often to look whether the caches are synced for the first time. */
const SYNC_POLL_MS = 10;

/** Starts an application, in order, and ends it in the reverse order when `stop` is aborted. */
export async function runApp(deps: RunnerDeps, stop: AbortSignal): Promise<void> {
  await new Runner(deps, stop).run();
}

class Runner {
  readonly #deps: RunnerDeps;
  readonly #stop: AbortSignal;
  readonly #startedMs: number;
  readonly #servers: Server[] = [];
  /** Three groups, since they end one after the other. */
  readonly #work = new Lifecycle();
  readonly #election = new Lifecycle();
  readonly #background = new Lifecycle();
  #hasCertificate = false;

  constructor(deps: RunnerDeps, stop: AbortSignal) {
    this.#deps = deps;
    this.#stop = stop;
    this.#startedMs = deps.clock.now();
  }

  async run(): Promise<void> {
    const { app, config } = this.#deps;
    this.#serveHealth();
    this.#serveMetrics();
    this.#background.start("watching the cluster", (signal) => app.observer.cache.run(signal));
    this.#background.start("writing Events", (signal) => app.recorder.run(signal));
    this.#background.start("first sync", (signal) => this.#announceSync(signal));
    this.#background.start("following node storms", (signal) => app.storms.run(signal));
    this.#background.start("resync", (signal) => this.#resync(signal));
    if (config.webhook.enabled) this.#background.start("webhook", (signal) => this.#serveWebhook(signal));
    for (let i = 0; i < config.controllers.maxConcurrentReconciles; i++) {
      this.#work.start("reconciling", () => app.reconciler.run());
    }
    if (app.elector !== undefined) {
      this.#election.start("leader election", (signal) => app.elector!.run(signal));
    }
    await firstAbort([this.#stop, this.#work.signal, this.#election.signal, this.#background.signal]);
    await this.#shutDown();
    for (const group of [this.#work, this.#election, this.#background]) await group.join();
  }

  /** Leader-only work ends first, then the Lease is given back, and admission goes on the longest. */
  async #shutDown(): Promise<void> {
    const { app, config, clock, log } = this.#deps;
    log.info("shutting down", {});
    app.queue.close();
    await ended(this.#work);
    this.#election.stop();
    await ended(this.#election);
    await this.#release();
    if (config.webhook.enabled && this.#stop.aborted) await sleep(clock, DRAIN_MS, this.#background.signal);
    await Promise.all(this.#servers.map((server) => server.close(CLOSE_MS)));
    this.#background.stop();
    await ended(this.#background);
    app.observer.close();
  }

  async #release(): Promise<void> {
    const { app, clock, log } = this.#deps;
    const limit = deadline(clock, { ms: RELEASE_MS, reason: `no answer within ${RELEASE_MS} ms` });
    try {
      await app.elector?.release(limit.signal);
    } catch (error) {
      log.warn("the Lease was not given back", { error });
    } finally {
      limit.release();
    }
  }

  #serveHealth(): void {
    const { app, config, clock } = this.#deps;
    const { enabled, bindAddress } = config.observability.health;
    if (!enabled) return;
    const { elector, standings, observer } = app;
    const isStopping = () => this.#stop.aborted || this.#background.signal.aborted;
    const handler = createHealthHandler({
      uptimeMs: () => clock.now() - this.#startedMs,
      live: {
        "leader-election": () =>
          elector?.isHealthy(clock.now()) === false ? "the leader does not renew its Lease" : undefined,
      },
      ready: {
        "kubernetes-api": () => standings.staleness(clock.now()),
        "caches": () =>
          observer.cache.hasSynced ? undefined : `not synced yet: ${observer.cache.unsynced().join(", ")}`,
        "certificate": () =>
          config.webhook.enabled && !this.#hasCertificate
            ? `no usable pair in ${config.webhook.certDir} yet`
            : undefined,
        "leader-election": () =>
          elector !== undefined && elector.holder === undefined ? "the Lease is not known yet" : undefined,
        "shutdown": () => isStopping() ? "shutting down" : undefined,
      },
    });
    this.#servers.push(serveHttp(this.#deps, { address: parseAddress(bindAddress), handler }));
  }

  #serveMetrics(): void {
    const { app, config, clock } = this.#deps;
    const { enabled, bindAddress, path } = config.observability.metrics;
    if (!enabled) return;
    const { metrics } = app;
    const handler = createMetricsHandler({
      text: () => metrics.text(),
      contentType: metrics.contentType,
      path,
      clock,
    });
    this.#servers.push(serveHttp(this.#deps, { address: parseAddress(bindAddress), handler }));
  }

  async #serveWebhook(signal: AbortSignal): Promise<void> {
    const { app, config, clock, log } = this.#deps;
    const { certDir, certName, keyName, port } = config.webhook;
    const path = (name: string) => `${certDir}/${name}`;
    const files = { certPath: path(certName), keyPath: path(keyName), caPath: path("ca.crt") };
    let server: TlsServer | undefined;
    const follower = new CertificateFollower({
      clock,
      log,
      read: () => readKeyPair(files, { readText: Deno.readTextFile, wallMs: clock.wall() }),
      watch: (onChange, signal) => watchDirectory(certDir, onChange, signal),
      use: (tls) => {
        const expires = new Date(tls.expiresMs).toISOString();
        if (server === undefined) {
          server = serveTls({
            log,
            clock,
            onConnections: (count) => app.metrics.connections.open(count),
            onCut: (reason) => app.metrics.connections.cut(reason),
          }, { address: { hostname: "", port }, handler: app.webhook, tls });
          this.#servers.push(server);
          this.#hasCertificate = true;
          log.info("webhook is served", { ...server.address, expires });
        } else {
          server.renew(tls);
          log.info("certificate renewed", { expires });
        }
        app.peers?.use(tls);
        app.metrics.certificate(tls.expiresMs);
      },
      onReload: (result) => app.metrics.certificateReloaded(result),
    });
    await follower.run(signal);
  }

  async #announceSync(signal: AbortSignal): Promise<void> {
    const { app, clock, log } = this.#deps;
    while (!signal.aborted && !app.observer.cache.hasSynced) await sleep(clock, SYNC_POLL_MS, signal);
    if (signal.aborted) return;
    log.info("caches synced", { afterMs: Math.round(clock.now() - this.#startedMs) });
    app.storms.begin();
    app.enqueueAll();
  }

  async #resync(signal: AbortSignal): Promise<void> {
    const { app, config, clock } = this.#deps;
    for (;;) {
      await sleep(clock, config.controllers.reconcileInterval.ms, signal);
      if (signal.aborted) return;
      app.sweep();
      app.enqueueAll();
    }
  }
}

/** Waits for the end of a group; its failure, if any, is thrown when all is shut down. */
async function ended(group: Lifecycle): Promise<void> {
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
  return { hostname, port: Number(text.slice(colon + 1)) };
}
