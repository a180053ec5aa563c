import { httpTransport } from "../../../src/kube/transport.ts";
import type { Json } from "../../scenarios/support/json.ts";
import type { Cluster } from "../support/cluster.ts";

export interface CallOptions {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export interface Answer {
  readonly code: number;
  readonly contentType: string;
  readonly body: Json;
}

/** Requests to a real API server whose every answer is a value. */
export class RealApi {
  readonly #transport;
  readonly #server: string;

  private constructor(transport: ReturnType<typeof httpTransport>, server: string) {
    this.#transport = transport;
    this.#server = server;
  }

  static async of(cluster: Cluster): Promise<RealApi> {
    const access = await cluster.access();
    return new RealApi(httpTransport(access), access.server);
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { body, contentType = "application/json", accept = "application/json" } = options;
    const response = await this.#transport.fetch(`${this.#server}${path}`, {
      method,
      headers: { accept, ...body === undefined ? {} : { "content-type": contentType } },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    return { code: response.status, contentType: type, body: type.includes("json") ? JSON.parse(text) : text };
  }

  async get(path: string, accept?: string): Promise<Json> {
    const { code, body } = await this.call("GET", path, { accept });
    if (code !== 200) throw new Error(`GET ${path}: ${code} ${JSON.stringify(body)}`);
    return body;
  }

  [Symbol.dispose](): void {
    this.#transport.close();
  }
}
