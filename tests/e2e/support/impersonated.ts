import { createApp } from "../../../src/app.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { httpTransport } from "../../../src/kube/transport.ts";
import { runApp } from "../../../src/runner.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { createLog } from "../../../src/runtime/log.ts";
import { systemRandom } from "../../../src/runtime/random.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { LogBook } from "../../scenarios/support/log_book.ts";
import type { Cluster } from "./cluster.ts";
import { freePorts } from "./operator.ts";

/** An operator in this process that acts as a user of its own: whatever rights that one is given. */
export async function startAs(cluster: Cluster, { user, config }: { user: string; config: Json }) {
  const access = await cluster.access();
  const book = new LogBook(systemClock);
  const log = createLog({ write: (line) => book.add(line), wall: systemClock.wall }, {
    level: "info",
    format: "json",
  });
  const [health] = freePorts(1) as [number];
  const settings = {
    ...config,
    webhook: { enabled: false },
    observability: { metrics: { enabled: false }, health: { bindAddress: `127.0.0.1:${health}` } },
  };
  const loaded = loadConfig({ file: { path: user, text: JSON.stringify(settings) }, env: {} });
  if (!loaded.ok) throw new Error(loaded.problems.join("\n"));
  const app = createApp({
    config: loaded.config,
    connection: {
      server: access.server,
      token: undefined,
      namespace: undefined,
      connect: () => {
        const inner = httpTransport(access);
        return {
          ...inner,
          fetch: (url, init) =>
            inner.fetch(url, { ...init, headers: { ...init.headers as object, "impersonate-user": user } }),
        };
      },
    },
    clock: systemClock,
    random: systemRandom,
    log,
    identity: user,
    version: "test",
    runtime: "test",
    process: () => ({ residentBytes: 0, heapUsedBytes: 0, heapTotalBytes: 0, cpuSeconds: 0, startSeconds: 0 }),
  });
  const stop = new AbortController();
  const ended = runApp({ app, config: loaded.config, clock: systemClock, log }, stop.signal);
  return {
    book,
    webhook: app.webhook,
    async ready(): Promise<{ status: number; text: string }> {
      const response = await fetch(`http://127.0.0.1:${health}/readyz`);
      return { status: response.status, text: await response.text() };
    },
    /** Throws what has ended it, if anything but this has. */
    async stop(): Promise<void> {
      stop.abort();
      await ended;
    },
  };
}

export type StartedAs = Awaited<ReturnType<typeof startAs>>;
