import { parse } from "yaml";
import type { Access } from "../../../src/kube/credentials.ts";
import { httpTransport, type Transport } from "../../../src/kube/transport.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import type { Json } from "../../scenarios/support/json.ts";
import { type FaultRequest, FaultTable } from "../../support/fault_table.ts";
import { faultyAnswer } from "../../support/faulty_answer.ts";
import { makeServingCertificate } from "./certificates.ts";

/** One connection: its two ends are joined by this process, which can let nothing through. */
interface Link {
  readonly outer: Deno.TcpConn;
  readonly inner: Deno.TcpConn;
  isDead: boolean;
}

interface TlsServer {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly caPath: string;
}

const LOOPBACK = "127.0.0.1";

/**
 * An API server with faults in its way: those of `table` for each request, those of connections below. It
 * ends TLS with a certificate of its own, and passes on who asks.
 */
export class FaultProxy {
  readonly table = new FaultTable({ now: () => performance.now(), random: seededRandom(1, "proxy") });
  readonly #listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  readonly #upstream: Transport;
  readonly #target: string;
  readonly #dir: string;
  readonly #servers: TlsServer[] = [];
  /** By the port from which the server within is reached. */
  readonly #links = new Map<number, Link>();
  readonly #accepting: Promise<void>;
  connections = 0;

  private constructor({ access, dir }: { access: Access; dir: string }) {
    this.#target = access.server;
    this.#upstream = httpTransport({ ...access, clientCertificate: undefined });
    this.#dir = dir;
    this.#accepting = this.#accept();
  }

  static async start(options: { access: Access; dir: string }): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await proxy.renew();
    return proxy;
  }

  /** From now on, new connections are shown a certificate of a CA that nobody knows yet. */
  async renew(): Promise<void> {
    const dir = `${this.#dir}/proxy-${this.#servers.length}`;
    await makeServingCertificate(dir);
    const [cert, key] = await Promise.all(
      [`${dir}/tls.crt`, `${dir}/tls.key`].map((path) => Deno.readTextFile(path)),
    );
    const options = { hostname: LOOPBACK, port: 0, cert: cert!, key: key!, onListen: () => {} };
    const server = Deno.serve(options, (request, { remoteAddr }) => this.#answer(request, remoteAddr.port));
    this.#servers.push({ server, caPath: `${dir}/ca.crt` });
  }

  /** PEM, in a file: of the CA of new connections. */
  get caPath(): string {
    return this.#servers.at(-1)!.caPath;
  }

  /** A kubeconfig like the one in `path`, for this proxy and the CA in the file `caPath`; in a file, too. */
  async kubeconfig(path: string, { caPath = this.caPath }: { caPath?: string } = {}): Promise<string> {
    const config: Json = parse(await Deno.readTextFile(path));
    const server = `https://${LOOPBACK}:${this.#listener.addr.port}`;
    for (const each of config.clusters) each.cluster = { server, "certificate-authority": caPath };
    const file = `${this.#dir}/proxied-${crypto.randomUUID()}.kubeconfig`;
    await Deno.writeTextFile(file, JSON.stringify(config));
    return file;
  }

  /** No packet of the connections that are open gets through any more, either way, and none of them ends. */
  blackHole(): number {
    for (const link of this.#links.values()) link.isDead = true;
    return this.#links.size;
  }

  /** Breaks all connections. */
  cut(): void {
    for (const port of [...this.#links.keys()]) this.#break(port);
  }

  async close(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    this.cut();
    await Promise.all(this.#servers.map(({ server }) => server.shutdown()));
    this.#upstream.close();
  }

  async #accept(): Promise<void> {
    for await (const outer of this.#listener) {
      this.connections++;
      const { port } = this.#servers.at(-1)!.server.addr;
      const inner = await Deno.connect({ hostname: LOOPBACK, port });
      const link = { outer, inner, isDead: false };
      const from = inner.localAddr.port;
      this.#links.set(from, link);
      void Promise.all([carry(link, [outer, inner]), carry(link, [inner, outer])]).then(() =>
        this.#break(from)
      );
    }
  }

  #break(port: number): void {
    const link = this.#links.get(port);
    this.#links.delete(port);
    for (const end of link === undefined ? [] : [link.outer, link.inner]) {
      try {
        end.close();
      } catch (error) {
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    }
  }

  async #answer(request: Request, port: number): Promise<Response> {
    const { pathname, search, searchParams } = new URL(request.url);
    const { method, headers } = request;
    const { signal } = new AbortController();
    const body = method === "GET" ? null : await request.text();
    const asked: FaultRequest = {
      client: "",
      method,
      path: pathname,
      query: searchParams,
      authorization: headers.get("authorization") ?? undefined,
    };
    const passedOn = new Headers(headers);
    for (const name of ["host", "content-length", "accept-encoding"]) passedOn.delete(name);
    const init = { method, headers: passedOn, body };
    const send = () => this.#upstream.fetch(`${this.#target}${pathname}${search}`, init);
    try {
      const onBreak = () => this.#break(port);
      return await faultyAnswer(asked, { table: this.table, clock: systemClock, send, signal, onBreak });
    } catch {
      // No answer is no answer, not one that says so.
      this.#break(port);
      return new Response(null, { status: 502 });
    }
  }
}

async function carry(link: Link, [from, to]: readonly [Deno.TcpConn, Deno.TcpConn]): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
      if (link.isDead) return await new Promise(() => {});
      for (let sent = 0; sent < n;) sent += await to.write(buffer.subarray(sent, n));
    }
    await to.closeWrite();
  } catch {
    // One of the two has gone, and so has the other in a moment.
  }
}
