import { type Clock, sleep } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { KeyPair } from "./certificate.ts";
import { ConnectionTable, type CutReason, TrackedConnection } from "./connection_table.ts";
import { relay } from "./relay.ts";
import {
  type Address,
  AddressError,
  atMost,
  onAllAddresses,
  serve,
  type ServeOptions,
  type Server,
} from "./server.ts";

export interface LimitedServerDeps {
  readonly log: Log;
  readonly clock: Clock;
}

export interface TlsServerDeps extends LimitedServerDeps {
  /** How many connections there are. */
  readonly onConnections: (count: number) => void;
  /** One was ended by the server. */
  readonly onCut: (reason: CutReason) => void;
}

/** A server whose certificate can be changed while it serves. */
export interface TlsServer extends Server {
  /** New connections get this pair from now on. Throws, and changes nothing, where it is unusable. */
  renew(tls: KeyPair): void;
}

/** One certificate's server, which only this process talks to. */
interface Generation {
  readonly server: Server;
  connections: number;
}

const LOOPBACK = "127.0.0.1";
/** For a server that has no connections any more, and for what ends with its connection. */
const RETIRE_MS = 1_000;
/** The system is out of sockets, say: trying again at once would only keep it busy. */
const ACCEPT_RETRY_MS = 100;
/**
 * API servers keep a connection each, or some dozen over HTTP/1.1 in a burst. Each takes three sockets, which
 * stays under the usual limit of 1,024, and some 100 KB.
 */
const LIMITS = {
  most: 256,
  // Go's client has 10 s for a handshake; it may keep a spare connection that it has not used yet.
  firstRequestMs: 30_000,
  // Over HTTP/2 an API server pings each 30 s, and over HTTP/1.1 it closes what was idle for 90 s itself.
  idleMs: 180_000,
};
const SWEEP_MS = 1_000;
/** How often to say that there are too many. */
const WARN_MS = 60_000;

/**
 * Serves HTTPS behind a TCP listener of its own, which hands each connection as it is, still encrypted, to
 * the server with the newest certificate. Connections stay where they are: a renewal ends none of them, and
 * an older server ends with the last of its own (docs/decisions/0007-certificate-reload.md). Throws an
 * `AddressError` where the address cannot be had, and anything else where the pair is unusable.
 */
export function serveTls(
  deps: TlsServerDeps,
  options: ServeOptions & { readonly tls: KeyPair },
): TlsServer {
  return start(deps, options);
}

/** Serves HTTP within the same limits. Throws an `AddressError` where the address cannot be had. */
export function serveHttp(deps: LimitedServerDeps, options: ServeOptions): Server {
  const ignore = () => {};
  return start({ ...deps, onConnections: ignore, onCut: ignore }, options);
}

function start(deps: TlsServerDeps, options: ServeOptions): TlsServer {
  const listener = listen(options.address);
  try {
    return new RenewableServer(deps, { listener, options });
  } catch (error) {
    listener.close();
    throw error;
  }
}

function listen({ hostname, port }: Address): Deno.TcpListener {
  const start = (hostname: string) => Deno.listen({ hostname, port });
  try {
    return hostname === "" ? onAllAddresses(start) : start(hostname);
  } catch (cause) {
    throw new AddressError(`cannot listen on ${hostname}:${port}`, { cause });
  }
}

class RenewableServer implements TlsServer {
  readonly address: Address;
  readonly #deps: TlsServerDeps;
  readonly #options: ServeOptions;
  readonly #listener: Deno.TcpListener;
  readonly #older = new Set<Generation>();
  readonly #connections = new ConnectionTable(LIMITS);
  /** By the port from which they go on to the server within. */
  readonly #byPort = new Map<number, TrackedConnection>();
  readonly #ending = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  #newest: Generation;
  #warnedMs = -Infinity;

  constructor(
    deps: TlsServerDeps,
    { listener, options }: { listener: Deno.TcpListener; options: ServeOptions },
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#listener = listener;
    this.address = { hostname: listener.addr.hostname, port: listener.addr.port };
    this.#newest = this.#start(options.tls);
    this.#own(this.#accept());
    this.#own(this.#sweep());
  }

  renew(tls: KeyPair): void {
    if (this.#closed.signal.aborted) return;
    const older = this.#newest;
    this.#newest = this.#start(tls);
    this.#older.add(older);
    this.#retire(older);
  }

  async close(graceMs: number): Promise<void> {
    this.#closed.abort();
    this.#listener.close();
    await Promise.all([this.#newest, ...this.#older].map(({ server }) => server.close(graceMs)));
    for (const connection of this.#connections) connection.end();
    await atMost(this.#deps.clock, RETIRE_MS, Promise.all(this.#ending));
  }

  #start(tls: KeyPair | undefined): Generation {
    const handler: ServeOptions["handler"] = async (request, from) => {
      const connection = this.#byPort.get(from);
      if (connection !== undefined) connection.askedMs = this.#deps.clock.now();
      const response = await this.#options.handler(request, from);
      if (connection !== undefined && isLast(request, response)) this.#own(this.#refuse(connection));
      return response;
    };
    const server = serve(this.#deps, { address: { hostname: LOOPBACK, port: 0 }, handler, tls });
    return { server, connections: 0 };
  }

  async #accept(): Promise<void> {
    const { clock, log } = this.#deps;
    const closed = this.#closed.signal;
    while (!closed.aborted) {
      try {
        const outer = await this.#listener.accept();
        const surplus = this.#connections.surplus();
        if (surplus !== undefined) this.#cut(surplus, "too_many");
        this.#own(this.#carry(outer));
      } catch (error) {
        if (closed.aborted) return;
        log.warn("no connection can be accepted", { error });
        await sleep(clock, ACCEPT_RETRY_MS, closed);
      }
    }
  }

  /** Ends those whose time is up. */
  async #sweep(): Promise<void> {
    const { clock } = this.#deps;
    for (const closed = this.#closed.signal; !closed.aborted;) {
      await sleep(clock, SWEEP_MS, closed);
      for (const [connection, reason] of this.#connections.overdue(clock.now())) {
        this.#cut(connection, reason);
      }
    }
  }

  /** `Deno.serve` would go on reading the body that the answer refuses, however long that is. */
  async #refuse(connection: TrackedConnection): Promise<void> {
    connection.isRefused = true;
    await sleep(this.#deps.clock, RETIRE_MS, this.#closed.signal);
    connection.end();
  }

  #cut(connection: TrackedConnection, reason: CutReason): void {
    const { clock, log, onCut } = this.#deps;
    this.#connections.delete(connection);
    connection.end();
    onCut(reason);
    if (reason === "too_many" && clock.now() - this.#warnedMs >= WARN_MS) {
      this.#warnedMs = clock.now();
      log.warn("too many connections: those are ended that asked nothing, or for the longest time", {
        most: LIMITS.most,
      });
    }
  }

  async #carry(outer: Deno.TcpConn): Promise<void> {
    const { clock, log, onConnections } = this.#deps;
    const generation = this.#newest;
    generation.connections++;
    let inner: Deno.TcpConn | undefined;
    const connection = new TrackedConnection(clock.now(), () => {
      hangUp(outer);
      if (inner !== undefined) hangUp(inner);
    });
    this.#connections.add(connection);
    onConnections(this.#connections.size);
    let from = 0;
    try {
      const { port } = generation.server.address;
      inner = await Deno.connect({ hostname: LOOPBACK, port });
      from = inner.localAddr.port;
      this.#byPort.set(from, connection);
      // Small answers are not held back until the one before is acknowledged.
      for (const each of [outer, inner]) each.setNoDelay(true);
      await relay([outer, inner], (side) => {
        connection.activeMs = clock.now();
        return side !== outer || !connection.isRefused;
      });
    } catch (error) {
      // Connections break: whoever asked sees that, and asks again.
      log.debug("a connection broke", { error });
    } finally {
      connection.end();
      this.#byPort.delete(from);
      this.#connections.delete(connection);
      onConnections(this.#connections.size);
      generation.connections--;
      this.#retire(generation);
    }
  }

  #retire(generation: Generation): void {
    if (generation.connections > 0 || !this.#older.delete(generation)) return;
    this.#own(generation.server.close(RETIRE_MS));
  }

  /** What runs on beside the caller is waited for in `close`. */
  #own(work: Promise<void>): void {
    const owned = work.finally(() => this.#ending.delete(owned));
    this.#ending.add(owned);
  }
}

/** Whether the answer ends the connection. Over HTTP/2, where no request has a Host, others share it. */
function isLast(request: Request, response: Response): boolean {
  return response.headers.get("connection") === "close" && request.headers.has("host");
}

function hangUp(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    // It is closed already.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
