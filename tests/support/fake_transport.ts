import type { Transport } from "../../src/kube/transport.ts";

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed; undefined where there was none. */
  // deno-lint-ignore no-explicit-any
  readonly body: any;
  readonly signal: AbortSignal | undefined;
}

/** A storm of requests ends here, unanswered, so that the test can fail instead of never ending. */
const MOST_REQUESTS = 10_000;

export type Answer = (request: RecordedRequest) => Response | Promise<Response>;

/**
 * An API server that says what a test scripted, request by request. What is not scripted is never
 * answered, as with a dead path: it ends when the caller gives up.
 */
export class FakeTransport implements Transport {
  readonly requests: RecordedRequest[] = [];
  resets = 0;
  closes = 0;
  readonly #once = new Map<string, Answer[]>();
  readonly #always = new Map<string, Answer>();

  /** The next requests of this method and path get these answers, one each, in order. */
  on(method: string, path: string, ...answers: Answer[]): this {
    const key = `${method} ${path}`;
    this.#once.set(key, [...this.#once.get(key) ?? [], ...answers]);
    return this;
  }

  /** All requests of this method and path for which `on` has nothing left. */
  always(method: string, path: string, answer: Answer): this {
    this.#always.set(`${method} ${path}`, answer);
    return this;
  }

  /** From now on nobody answers here. */
  never(method: string, path: string): void {
    this.#once.delete(`${method} ${path}`);
    this.#always.delete(`${method} ${path}`);
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const { pathname, searchParams } = new URL(url);
    const request: RecordedRequest = {
      method: init.method ?? "GET",
      path: pathname,
      query: Object.fromEntries(searchParams),
      url,
      headers: { ...init.headers as Record<string, string> },
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
      signal: init.signal ?? undefined,
    };
    this.requests.push(request);
    request.signal?.throwIfAborted();
    const key = `${request.method} ${request.path}`;
    const scripted = this.#once.get(key)?.shift() ?? this.#always.get(key) ?? hang;
    const answer = this.requests.length > MOST_REQUESTS ? hang : scripted;
    return await Promise.race([answer(request), rejectOnAbort(request.signal)]);
  }

  reset(): void {
    this.resets++;
  }

  close(): void {
    this.closes++;
  }
}

function rejectOnAbort(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
}

/** No answer at all. */
export const hang: Answer = () => new Promise(() => {});

/** No connection. */
export function refuse(message = "fetch failed"): Answer {
  return () => Promise.reject(new TypeError(message));
}

export function json(body: unknown, init: ResponseInit = {}): Answer {
  return text(JSON.stringify(body), init);
}

export function text(body: string, init: ResponseInit = {}): Answer {
  return () => {
    const stream = new FakeStream();
    stream.push(body);
    stream.end();
    return stream.response(init);
  };
}

export interface StatusFields {
  readonly reason?: string;
  readonly message?: string;
  /** `details.causes[].reason`. */
  readonly causes?: readonly string[];
  readonly retryAfterSeconds?: number;
  /** Of the HTTP answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body of kind Status, as every error of the API server is. */
export function statusBody(code: number, fields: StatusFields = {}) {
  const { reason, message = `because of ${code}`, causes, retryAfterSeconds } = fields;
  const details = causes === undefined && retryAfterSeconds === undefined
    ? undefined
    : { causes: causes?.map((cause) => ({ reason: cause, message: cause })), retryAfterSeconds };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code };
}

export function failure(code: number, fields: StatusFields = {}): Answer {
  return json(statusBody(code, fields), { status: code, headers: fields.headers ?? {} });
}

/** A response body that a test writes while it is being read. */
export class FakeStream {
  /** Whether the reader let go of it before its end, and why. */
  isCancelled = false;
  cancelReason: unknown;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

  constructor() {
    this.body = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: (reason) => {
        this.isCancelled = true;
        this.cancelReason = reason;
      },
    });
  }

  /** Bytes, or text, as one chunk. */
  push(chunk: string | Uint8Array<ArrayBuffer>): void {
    this.#controller.enqueue(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  }

  /** Events of a watch, all in one chunk. */
  events(...events: readonly object[]): void {
    this.push(events.map((event) => JSON.stringify(event) + "\n").join(""));
  }

  /** The far end is done: a clean end. */
  end(): void {
    this.#controller.close();
  }

  /** The connection breaks. */
  break(error: unknown = new TypeError("error reading a body from connection")): void {
    this.#controller.error(error);
  }

  response(init: ResponseInit = {}): Response {
    return new Response(this.body, { status: 200, ...init });
  }

  readonly answer: Answer = () => this.response();
}
