import { makeServingCertificate } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";

interface Target {
  readonly url: string;
  readonly client: Deno.HttpClient;
}

/** Between an operator and its API server: connections that break, requests that fail, packets that vanish. */
export class LoopbackProxy {
  /** What is connected to carries bytes to the server behind it, which alone can read them. */
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #target: Target;
  /** Both ends of a connection, by the port that the server knows it by. */
  readonly #connections = new Map<number, readonly [Deno.TcpConn, Deno.TcpConn]>();
  /** Ports of those that carry a watch. */
  readonly #watching = new Set<number>();
  readonly #accepting: Promise<void>;
  #failing = 0;
  #silence: PromiseWithResolvers<void> | undefined;
  /** PEM. */
  readonly caCert: string;

  private constructor(target: Target, { caCert, ...pair }: { caCert: string; cert: string; key: string }) {
    this.#target = target;
    this.caCert = caCert;
    const options = { hostname: "127.0.0.1", port: 0, ...pair, onListen: () => {} };
    this.#server = Deno.serve(options, (request, { remoteAddr }) => this.#answer(request, remoteAddr.port));
    this.#accepting = this.#accept();
  }

  static async start(cluster: Cluster): Promise<LoopbackProxy> {
    const { server, caCert } = await cluster.access();
    const { dir } = await makeServingCertificate(`${cluster.dir}/proxy`);
    const read = (name: string) => Deno.readTextFile(`${dir}/${name}`);
    // Bodies over HTTP/2 can hang, see src/kube/transport.ts.
    const client = Deno.createHttpClient({ http2: false, caCerts: [caCert!] });
    const [ca, cert, key] = await Promise.all([read("ca.crt"), read("tls.crt"), read("tls.key")]);
    return new LoopbackProxy({ url: server, client }, { caCert: ca, cert, key });
  }

  get url(): string {
    return `https://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Breaks the connections of all watches; how many. */
  cut(): number {
    const ports = [...this.#watching];
    for (const port of ports) this.#close(port);
    return ports.length;
  }

  /** From 0 to 1: of how many requests the answer is 500. */
  failing(share: number): void {
    this.#failing = share;
  }

  /** While it is on, nothing arrives in either direction, and no connection ends. */
  silent(isOn: boolean): void {
    this.#silence?.resolve();
    this.#silence = isOn ? Promise.withResolvers() : undefined;
  }

  async close(): Promise<void> {
    this.#listener.close();
    this.silent(false);
    for (const port of this.#connections.keys()) this.#close(port);
    await Promise.all([this.#accepting, this.#server.shutdown()]);
    this.#target.client.close();
  }

  async #accept(): Promise<void> {
    for await (const outer of this.#listener) {
      const { hostname, port } = this.#server.addr;
      const inner = await Deno.connect({ hostname, port });
      const key = (inner.localAddr as Deno.NetAddr).port;
      this.#connections.set(key, [outer, inner]);
      void Promise.all([this.#carry(outer, inner), this.#carry(inner, outer)]).then(() => this.#close(key));
    }
  }

  async #carry(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    try {
      const writer = to.writable.getWriter();
      for await (const bytes of from.readable) {
        await this.#silence?.promise;
        await writer.write(bytes);
      }
      await writer.close();
    } catch {
      // One of the two has gone.
    }
  }

  #close(port: number): void {
    for (const end of this.#connections.get(port) ?? []) {
      try {
        end.close();
      } catch {
        // It has ended by itself.
      }
    }
    this.#connections.delete(port);
    this.#watching.delete(port);
  }

  async #answer(request: Request, port: number): Promise<Response> {
    if (Math.random() < this.#failing) return failure(500);
    const { pathname, search, searchParams } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.delete("host");
    headers.set("accept-encoding", "identity");
    const { url, client } = this.#target;
    if (searchParams.get("watch") === "true") this.#watching.add(port);
    else this.#watching.delete(port);
    try {
      return await fetch(`${url}${pathname}${search}`, {
        method: request.method,
        headers,
        body: request.method === "GET" ? null : await request.text(),
        signal: request.signal,
        client,
      });
    } catch {
      return failure(502);
    }
  }
}

function failure(code: number): Response {
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "InternalError", code };
  return Response.json(body, { status: code });
}
