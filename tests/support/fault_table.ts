import type { Random } from "../../src/runtime/random.ts";
import { type StatusFields } from "./fake_transport.ts";

/** What may happen to a request on its way to an API server, and to the answer on its way back. */
export type Fault =
  /** It arrives late. */
  | { readonly kind: "delay"; readonly ms: number }
  /** It is carried out at once, and answered late. */
  | { readonly kind: "late"; readonly ms: number }
  /** It is carried out, and the connection breaks before the answer. */
  | { readonly kind: "lost" }
  /** It is carried out again after `afterMs`, and only the second answer is seen: Deno's `fetch` does that. */
  | { readonly kind: "twice"; readonly afterMs: number }
  /** Nobody is there, or nobody knows the name. */
  | { readonly kind: "refused"; readonly message: string }
  /** Packets vanish, also those of an answer that has begun; what is held arrives when the rule is gone. */
  | { readonly kind: "silence" }
  | ({ readonly kind: "status"; readonly code: number } & StatusFields)
  /** 200, and this body. */
  | { readonly kind: "body"; readonly text: string }
  /** The body ends after so many bytes, or inside its first character of several: cleanly, or by a break. */
  | { readonly kind: "cut"; readonly bytes: number | "within a character"; readonly isClean?: boolean }
  /** The body comes in pieces of so many bytes. */
  | { readonly kind: "split"; readonly bytes: number };

export interface FaultRequest {
  /** Who asks: one of several clients. */
  readonly client: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
}

/** All that is given has to match. */
export interface RequestPattern {
  readonly client?: string;
  readonly method?: string;
  readonly path?: RegExp;
  readonly isWatch?: boolean;
  readonly when?: (request: FaultRequest) => boolean;
}

export interface FaultRule extends RequestPattern {
  readonly fault: Fault;
  /** Of the requests that match, only so many; by default all. */
  readonly times?: number;
  /** From 0 to 1: of how many of those that match; by default of all. */
  readonly probability?: number;
}

export interface SeenRequest extends FaultRequest {
  readonly atMs: number;
  readonly fault: Fault["kind"] | undefined;
  /** Undefined until there is an answer, and where there is none. */
  code: number | undefined;
}

interface OpenBody {
  readonly request: FaultRequest;
  readonly break: (error: Error) => void;
}

/** The faults that stand in the way to an API server, and what has come by. The first rule that matches counts. */
export class FaultTable {
  readonly seen: SeenRequest[] = [];
  readonly #deps: { readonly now: () => number; readonly random: Random };
  readonly #rules = new Map<FaultRule, { left: number }>();
  readonly #open = new Set<OpenBody>();
  #changed = Promise.withResolvers<void>();

  constructor(deps: { now: () => number; random: Random }) {
    this.#deps = deps;
  }

  /** From now on this happens; the answer ends it. */
  add(rule: FaultRule): () => void {
    this.#rules.set(rule, { left: rule.times ?? Infinity });
    this.#tell();
    return () => {
      this.#rules.delete(rule);
      this.#tell();
    };
  }

  /** What happens to a request that comes now. */
  take(request: FaultRequest): { readonly fault: Fault | undefined; readonly seen: SeenRequest } {
    const fault = this.#find(request);
    const seen = { ...request, atMs: this.#deps.now(), fault: fault?.kind, code: undefined };
    this.seen.push(seen);
    return { fault, seen };
  }

  /** Waits while packets of this request vanish, or until its client gives up. */
  async silence(request: FaultRequest, signal: AbortSignal): Promise<void> {
    const isSilent = () =>
      [...this.#rules.keys()].some((rule) => rule.fault.kind === "silence" && matches(rule, request));
    while (isSilent() && !signal.aborted) await Promise.race([this.#changed.promise, aborted(signal)]);
  }

  /** Breaks the answers under way that match. */
  cut(pattern: RequestPattern = {}): void {
    for (const body of [...this.#open]) {
      if (matches(pattern, body.request)) body.break(new TypeError("error reading a body from connection"));
    }
  }

  /** An answer that `cut` can break, until it has ended. */
  opened(body: OpenBody): () => void {
    this.#open.add(body);
    return () => void this.#open.delete(body);
  }

  requests(pattern: RequestPattern = {}): SeenRequest[] {
    return this.seen.filter((request) => matches(pattern, request));
  }

  #find(request: FaultRequest): Fault | undefined {
    for (const [rule, state] of this.#rules) {
      if (state.left === 0 || !matches(rule, request)) continue;
      if (rule.probability !== undefined && this.#deps.random() >= rule.probability) continue;
      state.left--;
      return rule.fault;
    }
    return undefined;
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

function matches(pattern: RequestPattern, request: FaultRequest): boolean {
  const { client, method, path, isWatch, when } = pattern;
  return (client === undefined || client === request.client) &&
    (method === undefined || method === request.method) &&
    (path === undefined || path.test(request.path)) &&
    (isWatch === undefined || isWatch === (request.query.get("watch") === "true")) &&
    (when === undefined || when(request));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
