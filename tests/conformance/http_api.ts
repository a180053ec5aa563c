import { type Clock, deadline, sleep } from "../../src/runtime/clock.ts";
import { lines } from "../../src/runtime/lines.ts";
import type { Answer, Api, Method, RequestOptions, Watch, WatchEvent, WebhookHandler } from "./api.ts";

/** An API server that a suite is played against. */
export interface Target extends AsyncDisposable {
  /** Such as `https://127.0.0.1:6443`, without a slash at its end. */
  readonly server: string;
  readonly clock: Clock;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Serves `handler` until `close`. */
  serve(handler: WebhookHandler): Promise<{ readonly clientConfig: unknown; close(): void }>;
  /** See `Api.compact`. */
  compact(): Promise<void>;
}

/** More than the longest that a server takes by itself: an eviction with conflicts, 10 s. */
const REQUEST_MS = 30_000;
const NEXT_MS = 10_000;

/** The `Api` of one behaviour; disposal ends its watches and its webhooks. */
export function httpApi(target: Target, namespace: string): Api & Disposable {
  const { clock } = target;
  const closing = new AbortController();
  const closers: (() => void)[] = [() => closing.abort()];
  return {
    namespace,
    request: (method, path, options = {}) => request(target, { method, path, options }),
    watch(path, options = {}) {
      const watch = openWatch(
        target,
        urlOf(target, path, { ...options, query: { ...options.query, watch: "true" } }),
      );
      closers.push(() => watch.close());
      return watch;
    },
    sleep: (ms) => sleep(clock, ms, closing.signal),
    now: () => clock.now(),
    async webhook(handler) {
      const { clientConfig, close } = await target.serve(handler);
      closers.push(close);
      return { clientConfig };
    },
    compact: () => target.compact(),
    [Symbol.dispose]() {
      for (const close of closers) close();
    },
  };
}

interface Outgoing {
  readonly url: string;
  readonly headers: Record<string, string>;
}

function urlOf({ server }: Target, path: string, { query, headers }: RequestOptions): Outgoing {
  const search = query === undefined ? "" : `?${new URLSearchParams(query)}`;
  return { url: `${server}${path}${search}`, headers: { accept: "application/json", ...headers } };
}

async function request(
  target: Target,
  { method, path, options }: { method: Method; path: string; options: RequestOptions },
): Promise<Answer> {
  const { url, headers } = urlOf(target, path, options);
  const limit = deadline(target.clock, { ms: REQUEST_MS, reason: `${method} ${path}: no answer` });
  const init: RequestInit = { method, headers, signal: limit.signal };
  if (options.body !== undefined) {
    headers["content-type"] = options.contentType ?? "application/json";
    init.body = typeof options.body === "string" ? options.body : JSON.stringify(options.body);
  }
  try {
    const response = await target.fetch(url, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  } finally {
    limit.release();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function openWatch(target: Target, outgoing: Outgoing): Watch {
  const controller = new AbortController();
  const events = readEvents(target, { ...outgoing, signal: controller.signal });
  const take = () => {
    const taken = events.next().then(({ done, value }) => done ? "end" : value);
    // Whoever takes it sees the failure; a watch that is closed has nobody who does.
    taken.catch(() => undefined);
    return taken;
  };
  let pending = take();
  return {
    async next(ms = NEXT_MS) {
      const event = await within(target.clock, pending, { ms, what: `an event of ${outgoing.url}` });
      if (event !== "end") pending = take();
      return event;
    },
    close: () => controller.abort(),
  };
}

async function* readEvents(
  target: Target,
  { url, headers, signal }: Outgoing & { signal: AbortSignal },
): AsyncGenerator<WatchEvent, void, void> {
  const response = await target.fetch(url, { headers, signal });
  if (!response.ok || response.body === null) {
    throw new Error(`GET ${url}: ${response.status} ${await response.text()}`);
  }
  for await (const batch of lines(response.body, { signal })) {
    for (const line of batch) yield JSON.parse(line);
  }
}

async function within<T>(
  clock: Clock,
  promise: Promise<T>,
  { ms, what }: { ms: number; what: string },
): Promise<T> {
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(new Error(`not within ${ms} ms: ${what}`)));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}
