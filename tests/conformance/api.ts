/** An object of the API, as JSON has it. */
// deno-lint-ignore no-explicit-any
export type Json = any;

export type Query = Readonly<Record<string, string>>;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RequestOptions {
  readonly query?: Query | undefined;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: Json;
  /** Of the body: `application/json` unless given. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; the text where it is no JSON. */
  readonly body: Json;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Json;
}

export interface Watch {
  /** The next event, or that the server has ended the watch; throws after `ms` (10 s) without either. */
  next(ms?: number): Promise<WatchEvent | "end">;
  close(): void;
}

/** Answers an AdmissionReview: with a `Response`, or with the JSON of one that is a success. */
export type WebhookHandler = (review: Json) => Promise<Response | Json> | Response | Json;

/** What a behaviour may use: one API server, one namespace, one clock. */
export interface Api {
  /** Fresh for each behaviour; made before it, and deleted after it, by the suite. */
  readonly namespace: string;
  request(method: Method, path: string, options?: RequestOptions): Promise<Answer>;
  /** The request goes out at once, not with the first `next`. */
  watch(path: string, options?: Pick<RequestOptions, "query" | "headers">): Watch;
  sleep(ms: number): Promise<void>;
  /** Monotonic milliseconds. */
  now(): number;
  /** Serves `handler` where the API server reaches it, until the behaviour ends. */
  webhook(handler: WebhookHandler): Promise<{ readonly clientConfig: Json }>;
  /** Lets the server forget every version before the newest, at least those of Events. */
  compact(): Promise<void>;
}

export interface Behaviour {
  /** A sentence. */
  readonly name: string;
  /** It disturbs others: nothing may run beside it. */
  readonly alone?: boolean;
  /** Throws where the server does otherwise. */
  run(api: Api): Promise<void>;
}

/** Asks again every 50 ms until there is an answer; throws after `withinMs` (10 s). */
export async function until<T>(
  api: Api,
  { what, check, withinMs = 10_000 }: {
    readonly what: string;
    readonly check: () => Promise<T | false | undefined>;
    readonly withinMs?: number;
  },
): Promise<T> {
  for (const endMs = api.now() + withinMs;;) {
    const found = await check();
    if (found !== false && found !== undefined) return found;
    if (api.now() >= endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await api.sleep(50);
  }
}
