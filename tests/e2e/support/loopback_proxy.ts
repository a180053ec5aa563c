import { makeServingCertificate } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";

/** Between an operator and its API server: connections that break, requests that fail, packets that vanish. */
export class LoopbackProxy {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #target: { readonly url: string; readonly client: Deno.HttpClient };
  readonly #open = new Set<(why: Error) => void>();
  #failing = 0;
  #silence: PromiseWithResolvers<void> | undefined;
  /** PEM. */
  readonly caCert: string;

  private constructor(
    target: { url: string; client: Deno.HttpClient },
    { caCert, ...pair }: { caCert: string; cert: string; key: string },
  ) {
    this.#target = target;
    this.caCert = caCert;
    const options = { hostname: "127.0.0.1", port: 0, ...pair, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
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
    return `https://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Breaks all answers under way, which are the watches; how many. */
  cut(): number {
    const open = [...this.#open];
    for (const end of open) end(new Error("cut"));
    return open.length;
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
    this.silent(false);
    this.cut();
    await this.#server.shutdown();
    this.#target.client.close();
  }

  async #answer(request: Request): Promise<Response> {
    await this.#silence?.promise;
    if (Math.random() < this.#failing) return failure(500);
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.delete("host");
    headers.set("accept-encoding", "identity");
    const { url, client } = this.#target;
    try {
      const response = await fetch(`${url}${pathname}${search}`, {
        method: request.method,
        headers,
        body: request.method === "GET" ? null : await request.text(),
        signal: request.signal,
        client,
      });
      await this.#silence?.promise;
      const body = response.body === null ? null : this.#breakable(response.body);
      return new Response(body, { status: response.status, headers: response.headers });
    } catch {
      return failure(502);
    }
  }

  #breakable(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {});
    const end = () => {
      this.#open.delete(broken.reject);
      reader.cancel().catch(() => {});
    };
    this.#open.add(broken.reject);
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const { done, value } = await Promise.race([reader.read(), broken.promise]);
          if (this.#silence !== undefined) await Promise.race([this.#silence.promise, broken.promise]);
          if (!done) return controller.enqueue(value);
          end();
          controller.close();
        } catch (error) {
          end();
          controller.error(error);
        }
      },
      cancel: end,
    }, { highWaterMark: 0 });
  }
}

function failure(code: number): Response {
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "InternalError", code };
  return Response.json(body, { status: code });
}
