import type { Log } from "../runtime/log.ts";
import type { Clock } from "../runtime/clock.ts";
import type { KeyPair } from "./certificate.ts";

export interface Address {
  readonly hostname: string;
  readonly port: number;
}

export interface ServeOptions {
  readonly address: Address;
  readonly handler: (request: Request) => Promise<Response> | Response;
  readonly tls?: KeyPair;
}

/** A listening server. */
export interface Server {
  readonly address: Address;
  /** Ends it: requests under way have `graceMs`, then their connections are cut. */
  close(graceMs: number): Promise<void>;
}

/** Serves HTTP, over TLS where a key pair is given. Throws where the address is taken. */
export function serve({ log, clock }: { log: Log; clock: Clock }, options: ServeOptions): Server {
  const { address, handler, tls } = options;
  const abort = new AbortController();
  const server = Deno.serve({
    ...address,
    ...(tls === undefined ? {} : { cert: tls.cert, key: tls.key }),
    signal: abort.signal,
    onListen: () => {},
    onError: (error) => {
      log.error("request failed", { error });
      return new Response('{"error":"internal error"}', { status: 500 });
    },
  }, handler);
  return {
    address: { hostname: server.addr.hostname, port: server.addr.port },
    async close(graceMs) {
      // A connection that never sends anything would keep shutdown() waiting for ever.
      const cancel = clock.after(graceMs, () => abort.abort());
      server.shutdown();
      await server.finished;
      cancel();
    },
  };
}
