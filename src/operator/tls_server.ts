import { type Clock, sleep } from "../runtime/clock.ts";
import type { Log } from "../runtime/log.ts";
import type { KeyPair } from "./certificate.ts";
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
 * Serves HTTPS behind a TCP listener of its own, which hands each connection as it is, still encrypted, to
 * the server with the newest certificate. Connections stay where they are: a renewal ends none of them, and
 * an older server ends with the last of its own (docs/decisions/0007-certificate-reload.md). Throws an
 * `AddressError` where the address cannot be had, and anything else where the pair is unusable.
 */
export function serveTls(
  deps: { log: Log; clock: Clock },
  options: ServeOptions & { readonly tls: KeyPair },
): TlsServer {
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
  readonly #deps: { readonly log: Log; readonly clock: Clock };
  readonly #options: ServeOptions;
  readonly #listener: Deno.TcpListener;
  readonly #accepting: Promise<void>;
  readonly #older = new Set<Generation>();
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #ending = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  #newest: Generation;

  constructor(
    deps: { log: Log; clock: Clock },
    { listener, options }: { listener: Deno.TcpListener; options: ServeOptions & { readonly tls: KeyPair } },
  ) {
    this.#deps = deps;
    this.#options = options;
    this.#listener = listener;
    this.address = { hostname: listener.addr.hostname, port: listener.addr.port };
    this.#newest = this.#start(options.tls);
    this.#accepting = this.#accept();
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
    for (const connection of this.#connections) hangUp(connection);
    await atMost(this.#deps.clock, RETIRE_MS, Promise.all([this.#accepting, ...this.#ending]));
  }

  #start(tls: KeyPair): Generation {
    const { handler } = this.#options;
    const server = serve(this.#deps, { address: { hostname: LOOPBACK, port: 0 }, handler, tls });
    return { server, connections: 0 };
  }

  async #accept(): Promise<void> {
    const { clock, log } = this.#deps;
    const closed = this.#closed.signal;
    while (!closed.aborted) {
      try {
        this.#own(this.#carry(await this.#listener.accept()));
      } catch (error) {
        if (closed.aborted) return;
        log.warn("no connection can be accepted", { error });
        await sleep(clock, ACCEPT_RETRY_MS, closed);
      }
    }
  }

  async #carry(outer: Deno.TcpConn): Promise<void> {
    const generation = this.#newest;
    generation.connections++;
    this.#connections.add(outer);
    let inner: Deno.TcpConn | undefined;
    try {
      const { port } = generation.server.address;
      inner = await Deno.connect({ hostname: LOOPBACK, port });
      // Small answers are not held back until the one before is acknowledged.
      for (const connection of [outer, inner]) connection.setNoDelay(true);
      await relay(outer, inner);
    } catch (error) {
      // Connections break: whoever asked sees that, and asks again.
      this.#deps.log.debug("a connection broke", { error });
    } finally {
      hangUp(outer);
      if (inner !== undefined) hangUp(inner);
      this.#connections.delete(outer);
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

function hangUp(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    // It is closed already.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
