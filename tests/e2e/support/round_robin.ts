import { exchange } from "../../../src/operator/forwarding/exchange.ts";

export interface Backend {
  readonly port: number;
  /** PEM. */
  readonly ca: string;
}

interface Target extends Backend {
  isLost: boolean;
  asked: number;
  readonly idle: Deno.TlsConn[];
}

/**
 * One address for several webhooks, which takes the next one for each request. The API server keeps to one
 * connection (HTTP/2) as long as it lasts, so that a Service would send it to one replica: to spread reviews,
 * TLS ends here, and each request goes on over a connection of its own to the replica whose turn it is. No
 * cluster spreads them so evenly. A request that breaks is answered with 502 and never sent again.
 */
export class RoundRobin {
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #targets: Target[];
  #turn = 0;
  #inFlight = 0;
  mostInFlight = 0;
  broken = 0;

  constructor(backends: readonly Backend[], { cert, key }: { cert: string; key: string }) {
    this.#targets = backends.map((each) => ({ ...each, isLost: false, asked: 0, idle: [] }));
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} },
      (request) => this.#pass(request),
    );
    this.port = this.#server.addr.port;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Requests that each was given. */
  get asked(): number[] {
    return this.#targets.map(({ asked }) => asked);
  }

  /** As a Service whose endpoints are up to date: this one is given no more. */
  lose(index: number): void {
    this.#targets[index]!.isLost = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    for (const { idle } of this.#targets) idle.forEach((connection) => connection.close());
  }

  async #pass(request: Request): Promise<Response> {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    try {
      const body = await request.bytes();
      const target = this.#next();
      const { status, body: text } = await this.#ask(target, { url: new URL(request.url), body });
      return new Response(text, { status, headers: { "content-type": "application/json" } });
    } catch (error) {
      this.broken++;
      return new Response(String(error), { status: 502 });
    } finally {
      this.#inFlight--;
    }
  }

  #next(): Target {
    for (;;) {
      const target = this.#targets[this.#turn++ % this.#targets.length]!;
      if (target.isLost) continue;
      target.asked++;
      return target;
    }
  }

  async #ask(target: Target, { url, body }: { url: URL; body: Uint8Array }) {
    const connection = target.idle.pop() ??
      await Deno.connectTls({ hostname: "127.0.0.1", port: target.port, caCerts: [target.ca] });
    const headers = { "content-type": "application/json" };
    try {
      const request = { path: url.pathname, host: "127.0.0.1", headers, body };
      const response = await exchange(connection, request);
      target.idle.push(connection);
      return response;
    } catch (error) {
      connection.close();
      throw error;
    }
  }
}
