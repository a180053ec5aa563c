import type { Transport } from "../../../src/kube/transport.ts";
import { type Clock, sleep } from "../../../src/runtime/clock.ts";
import type { Random } from "../../../src/runtime/random.ts";
import type { EmbeddedCluster } from "../../../src/sim/cluster.ts";
import type { ApiTrouble, Fault } from "./api_trouble.ts";
import type { ProcessClock } from "./process_clock.ts";
import { WatchLine } from "./watch_line.ts";

/** A request of a process, as whoever looks on sees it. */
export interface SentRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly body: string;
  readonly sentMs: number;
}

/** What became of a request. */
export interface Answered {
  /** What the API server itself said; undefined where it was never asked. */
  readonly served: number | undefined;
  /** What the process was told; undefined where nothing was. */
  readonly told: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

export interface RequestWatcher {
  /** A process sends a request. */
  sent(request: SentRequest): void;
  /** It has come to the API server, which looks at it now. */
  arrives(request: SentRequest): void;
  answered(request: SentRequest, answer: Answered): void;
}

export interface ProcessTransportDeps {
  readonly cluster: EmbeddedCluster;
  readonly clock: Clock;
  readonly own: ProcessClock;
  readonly random: Random;
  readonly trouble: ApiTrouble;
  readonly watcher: RequestWatcher;
}

/** There and back, as the embedded cluster's own. */
const REQUEST_MS = { least: 1, most: 4 };
const SERVER = "https://embedded";

/** The way of one process to the API server: everything that it asks goes through here, and may go wrong. */
export class ProcessTransport {
  readonly #deps: ProcessTransportDeps;
  /** By resource: where nothing is there, its watch is not open. */
  readonly #lines = new Map<string, WatchLine>();
  readonly #closedMs = new Map<string, number>();

  constructor(deps: ProcessTransportDeps) {
    this.#deps = deps;
  }

  connect(): Transport {
    return { fetch: (url, init) => this.#fetch(url, init), reset: () => {}, close: () => {} };
  }

  /** The open watches lose their connections. */
  cutWatches(): void {
    for (const line of [...this.#lines.values()]) line.cut();
  }

  /** How long the most silent watch has been silent, and how long one has been away; milliseconds. */
  watches(nowMs: number): { readonly silentMs: number; readonly goneMs: number } {
    let silentMs = 0, goneMs = 0;
    for (const { heardMs } of this.#lines.values()) silentMs = Math.max(silentMs, nowMs - heardMs);
    for (const [resource, atMs] of this.#closedMs) {
      if (!this.#lines.has(resource)) goneMs = Math.max(goneMs, nowMs - atMs);
    }
    return { silentMs, goneMs };
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { clock, own, random, trouble, watcher } = this.#deps;
    const signal = init.signal ?? new AbortController().signal;
    const [path, query = ""] = url.slice(SERVER.length).split("?") as [string, string?];
    const isWatch = query.includes("watch=true");
    const request: SentRequest = {
      method: init.method ?? "GET",
      path,
      body: typeof init.body === "string" ? init.body : "",
      sentMs: clock.now(),
    };
    if (!isWatch) watcher.sent(request);
    const fault = trouble.faultFor({ isLease: path.includes("/leases"), isWatch });
    const { least, most } = REQUEST_MS;
    const waitMs = least + random() * (most - least) + (fault.kind === "slow" ? fault.ms : 0);
    await sleep(clock, waitMs, signal);
    signal.throwIfAborted();
    if (own.state === "dead") return await silence(signal);
    if (isWatch) return await this.#watch(path, { query, init, fault, signal });
    const response = await this.#carry(request, { query, init, fault, signal });
    const held = own.wake();
    if (held !== undefined) await untilAborted(signal, held);
    return response;
  }

  async #carry(
    request: SentRequest,
    { query, init, fault, signal }: { query: string; init: RequestInit; fault: Fault; signal: AbortSignal },
  ): Promise<Response> {
    const { watcher } = this.#deps;
    const tell = (answer: Answered) => watcher.answered(request, answer);
    if (fault.kind === "answer") {
      tell({ served: undefined, told: fault.code, retryAfterSeconds: fault.retryAfterSeconds });
      return refusal(fault);
    }
    if (fault.kind === "reset" || fault.kind === "silence" && !fault.isServed) {
      tell({ served: undefined, told: undefined });
      if (fault.kind === "silence") return await silence(signal);
      throw new TypeError("error sending request: connection reset by peer");
    }
    watcher.arrives(request);
    let response = await this.#ask(request, { query, init });
    if (fault.kind === "twice") response = await this.#ask(request, { query, init });
    if (fault.kind === "silence") {
      tell({ served: response.status, told: undefined });
      return await silence(signal);
    }
    tell({ served: response.status, told: response.status });
    return response;
  }

  async #watch(
    path: string,
    { query, init, fault, signal }: { query: string; init: RequestInit; fault: Fault; signal: AbortSignal },
  ): Promise<Response> {
    const { clock, own, trouble } = this.#deps;
    if (fault.kind === "answer") return refusal(fault);
    if (fault.kind === "silence") return await silence(signal);
    if (fault.kind === "reset") throw new TypeError("error sending request: connection reset by peer");
    const request = { method: "GET", path, body: "", sentMs: clock.now() };
    const response = await this.#ask(request, { query, init });
    if (!response.ok || response.body === null) return response;
    const line = new WatchLine({
      clock,
      held: () => own.wake() ?? trouble.watchesHeld(),
      onOver: () => {
        if (this.#lines.get(path) !== line) return;
        this.#lines.delete(path);
        this.#closedMs.set(path, clock.now());
      },
    }, response.body as ReadableStream<Uint8Array<ArrayBuffer>>);
    this.#lines.set(path, line);
    // Of an answer the client looks at no more than these.
    return { ok: true, status: 200, headers: response.headers, body: line } as unknown as Response;
  }

  #ask(
    { method, path, body }: SentRequest,
    { query, init }: { query: string; init: RequestInit },
  ): Promise<Response> {
    const headers = (init.headers ?? {}) as Record<string, string>;
    return this.#deps.cluster.handle({
      method,
      path: decodeURI(path),
      query: new URLSearchParams(query),
      header: (name) => headers[name],
      body: () => Promise.resolve(body),
    });
  }
}

function refusal({ code, retryAfterSeconds }: Extract<Fault, { kind: "answer" }>): Response {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  const reason = code === 429 ? "TooManyRequests" : code === 410 ? "Expired" : "InternalError";
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message: "chaos" };
  return new Response(JSON.stringify(body), { status: code, headers });
}

function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

function untilAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
