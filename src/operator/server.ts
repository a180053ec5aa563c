import type { Log } from "../runtime/log.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import type { KeyPair } from "./certificate.ts";

export interface Address {
  /** Empty: all addresses of this machine, IPv6 and IPv4. */
  readonly hostname: string;
  readonly port: number;
}

export interface ServeOptions {
  readonly address: Address;
  /** `from` is the port of whoever asks. */
  readonly handler: (request: Request, from: number) => Promise<Response> | Response;
  readonly tls?: KeyPair | undefined;
}

/** A listening server. */
export interface Server {
  readonly address: Address;
  /** Takes no new requests; those under way have `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** A server cannot listen where it should; no other certificate mends that. */
export class AddressError extends Error {}

/** Serves HTTP, over TLS where a key pair is given. Throws where the address is taken. */
export function serve({ log, clock }: { log: Log; clock: Clock }, options: ServeOptions): Server {
  const { address, handler, tls } = options;
  const start = (hostname: string) =>
    Deno.serve({
      hostname,
      port: address.port,
      ...(tls === undefined ? {} : { cert: tls.cert, key: tls.key }),
      onListen: () => {},
      onError: (error) => {
        log.error("request failed", { error });
        return new Response('{"error":"internal error"}', { status: 500 });
      },
    }, (request, { remoteAddr }) => handler(request, remoteAddr.port));
  const server = address.hostname === "" ? onAllAddresses(start) : start(address.hostname);
  return {
    address: { hostname: server.addr.hostname, port: server.addr.port },
    async close(graceMs) {
      // A connection that never says anything keeps shutdown() waiting for ever; and to abort the server
      // after it throws where nobody can catch it (Deno 2.9.6). What is left over ends with the process.
      await atMost(clock, graceMs, server.shutdown());
    },
  };
}

/** Waits for the end of `work`, but no longer than `ms`. */
export async function atMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const isOver = new AbortController();
  await Promise.race([work, sleep(clock, ms, isOver.signal)]);
  isOver.abort();
}

/** `::` takes IPv4 as well, unless this machine has no IPv6. */
export function onAllAddresses<T>(start: (hostname: string) => T): T {
  try {
    return start("::");
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
    return start("0.0.0.0");
  }
}
