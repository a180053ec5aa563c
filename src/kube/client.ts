import { chunks } from "../runtime/chunks.ts";
import { type Clock, deadline } from "../runtime/clock.ts";
import { ApiError, apiError } from "./api_error.ts";
import type { RateLimiter } from "./rate_limiter.ts";
import type { TokenSource } from "./token.ts";
import type { Transport } from "./transport.ts";

export interface ClientDeps {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly server: string;
  readonly token: TokenSource | undefined;
  /** Undefined: never wait. */
  readonly limiter: RateLimiter | undefined;
  readonly userAgent: string;
  /** Told of every answer; `code` is 0 where there was none. */
  readonly onRequest?: (request: { verb: string; resource: string; code: number }) => void;
}

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of the body: `application/json` unless given. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
  /** For the whole of a `request`, for the headers of a `stream`. */
  readonly deadlineMs?: number;
}

type Method = "GET" | "POST" | "PUT" | "PATCH";

/** Enough for any short call; an eviction can take 10 s of conflicts inside the server, plus its own. */
export const SHORT_CALL_MS = 15_000;

/** Of segments that name something, so that no name of a stranger's leads elsewhere, or adds a query. */
const PATH = /^(?:\/[A-Za-z0-9][\w.:-]*)+$/;

/** Requests to one API server, with typed errors: `ApiError` for its own answers. */
export class KubeClient {
  readonly #deps: ClientDeps;

  constructor(deps: ClientDeps) {
    this.#deps = deps;
  }

  /** The parsed JSON body of a success. */
  async request<T>(method: Method, path: string, options: RequestOptions): Promise<T> {
    await this.#deps.limiter?.wait(options.signal);
    const limit = this.#deadline(method, path, options);
    try {
      const response = await this.#send(method, path, { ...options, signal: limit.signal });
      return JSON.parse(await readText(response, limit.signal)) as T;
    } catch (error) {
      throw this.#wrapped(error, { method, path, signal: limit.signal });
    } finally {
      limit.release();
    }
  }

  /** The body of a success as a stream. After the headers it is the caller who ends it: see `chunks`. */
  async stream(path: string, options: RequestOptions): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    await this.#deps.limiter?.wait(options.signal);
    const limit = this.#deadline("GET", path, options);
    try {
      const response = await this.#send("GET", path, { ...options, signal: limit.signal });
      if (response.body === null) throw new Error("the answer has no body");
      return response.body;
    } catch (error) {
      throw this.#wrapped(error, { method: "GET", path, signal: limit.signal });
    } finally {
      limit.release();
    }
  }

  /** For the next requests: a path has died, which no connection tells by itself. */
  renewConnections(): void {
    this.#deps.transport.reset();
  }

  close(): void {
    this.#deps.transport.close();
  }

  #deadline(method: string, path: string, options: RequestOptions) {
    if (!PATH.test(path)) {
      throw new Error(`Cannot ask for ${JSON.stringify(path.slice(0, 300))}: no path of the API`);
    }
    const ms = options.deadlineMs ?? SHORT_CALL_MS;
    const reason = `${method} ${path}: no answer within ${ms} ms`;
    return deadline(this.#deps.clock, { ms, parent: options.signal, reason });
  }

  async #send(method: Method, path: string, options: RequestOptions): Promise<Response> {
    options.signal.throwIfAborted();
    const response = await this.#once(method, path, options);
    if (response.ok) return response;
    if (response.status === 401 && this.#deps.token !== undefined) {
      await response.body?.cancel();
      this.#deps.token.invalidate();
      const again = await this.#once(method, path, options);
      if (again.ok) return again;
      throw await this.#failure(again, { method, path, signal: options.signal });
    }
    throw await this.#failure(response, { method, path, signal: options.signal });
  }

  async #once(method: Method, path: string, options: RequestOptions): Promise<Response> {
    const { transport, server, token, userAgent, onRequest } = this.#deps;
    const headers: Record<string, string> = { accept: "application/json", "user-agent": userAgent };
    if (token !== undefined) headers["authorization"] = `Bearer ${await token.get()}`;
    const init: RequestInit = { method, headers, signal: options.signal };
    if (options.body !== undefined) {
      headers["content-type"] = options.contentType ?? "application/json";
      init.body = JSON.stringify(options.body);
    }
    const query = options.query === undefined ? "" : `?${new URLSearchParams(options.query)}`;
    let code = 0;
    try {
      const response = await transport.fetch(`${server}${path}${query}`, init);
      code = response.status;
      return response;
    } finally {
      onRequest?.({ verb: verbOf(method, options.query), resource: resourceOf(path), code });
    }
  }

  async #failure(
    response: Response,
    { method, path, signal }: { method: string; path: string; signal: AbortSignal },
  ): Promise<ApiError> {
    const text = await readText(response, signal);
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      // Not from the API server itself: a proxy's page, or "internal server error" in plain text.
      body = { message: text.slice(0, 200) };
    }
    const retryAfter = response.headers.get("retry-after");
    return apiError(body, { request: `${method} ${path}`, code: response.status, retryAfter });
  }

  #wrapped(error: unknown, { method, path, signal }: { method: string; path: string; signal: AbortSignal }) {
    if (error instanceof ApiError) return error;
    if (signal.aborted) {
      const isDeadline = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
      if (isDeadline) this.renewConnections();
      return signal.reason;
    }
    return new Error(`${method} ${path} failed`, { cause: error });
  }
}

function verbOf(method: Method, query: RequestOptions["query"]): string {
  if (query?.["watch"] === "true") return "watch";
  return method.toLowerCase();
}

/** `/api/v1/namespaces/a/pods/b/eviction` -> `pods/eviction`: what a metric may have as a label. */
function resourceOf(path: string): string {
  const parts = path.split("/").filter((part) => part !== "").slice(path.startsWith("/apis/") ? 3 : 2);
  const [resource, , subresource] = parts[0] === "namespaces" && parts.length > 2 ? parts.slice(2) : parts;
  return [resource ?? "", subresource].filter((part) => part !== undefined).join("/");
}

async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  if (response.body === null) return text;
  for await (const chunk of chunks(response.body, signal)) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
