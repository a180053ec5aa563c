import { ApiError, isApiError } from "../kube/api_error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { RateLimiter } from "../kube/rate_limiter.ts";
import type { Clock } from "../runtime/clock.ts";

/** What became of an eviction. Only `failed` is an error. */
export type EvictionOutcome =
  | { readonly outcome: "evicted" }
  | { readonly outcome: "gone" }
  | { readonly outcome: "blocked"; readonly detail: string }
  | { readonly outcome: "throttled"; readonly detail: string }
  | { readonly outcome: "misconfigured"; readonly detail: string }
  | { readonly outcome: "forbidden"; readonly detail: string }
  | { readonly outcome: "failed"; readonly error: unknown };

export const EVICTION_OUTCOMES: readonly EvictionOutcome["outcome"][] = [
  "evicted",
  "gone",
  "blocked",
  "throttled",
  "misconfigured",
  "forbidden",
  "failed",
];

/** What is evicted: by name and UID, so that a namesake that came since is safe. */
export interface EvictionTarget {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Where it may not have changed since it was looked at. */
  readonly resourceVersion?: string | undefined;
}

const SLOW_DOWN_FIRST_MS = 1_000;
const SLOW_DOWN_LONGEST_MS = 60_000;

/** Evicts pods through `pods/eviction`, never by DELETE, and says what came of it. */
export class Evictor {
  readonly #client: KubeClient;
  readonly #limiter: RateLimiter;
  readonly #clock: Clock;
  #slowUntilMs = 0;
  #throttles = 0;

  /** `client` has no limiter of its own: `takeTurn` waits for it. */
  constructor(deps: { client: KubeClient; limiter: RateLimiter; clock: Clock }) {
    this.#client = deps.client;
    this.#limiter = deps.limiter;
    this.#clock = deps.clock;
  }

  /** Why nothing may be evicted at all for a while, or undefined. */
  throttled(nowMs: number): string | undefined {
    return nowMs < this.#slowUntilMs ? "the API server has asked to slow down" : undefined;
  }

  /** Waits for our own rate limit: what may be done can change meanwhile, so it is asked for afterwards. */
  async takeTurn(): Promise<void> {
    await this.#limiter.wait(new AbortController().signal);
  }

  /** The request is not cut short by a shutdown: a move that has begun ends. */
  async evict({ namespace, name, uid, resourceVersion }: EvictionTarget): Promise<EvictionOutcome> {
    const body = {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { namespace, name },
      deleteOptions: { preconditions: { uid, resourceVersion } },
    };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
    try {
      await this.#client.request("POST", path, { body, signal: new AbortController().signal });
      this.#throttles = 0;
      return { outcome: "evicted" };
    } catch (error) {
      const outcome = classifyEvictionError(error, { namespace, name });
      if (outcome.outcome === "throttled") this.#slowDown(isApiError(error) ? error.retryAfterMs : undefined);
      return outcome;
    }
  }

  #slowDown(askedMs: number | undefined): void {
    const ownMs = Math.min(SLOW_DOWN_FIRST_MS * 2 ** this.#throttles++, SLOW_DOWN_LONGEST_MS);
    this.#slowUntilMs = this.#clock.now() + Math.max(ownMs, askedMs ?? 0);
  }
}

/** The answers of the API server's eviction (`pkg/registry/core/pod/storage/eviction.go`). */
export function classifyEvictionError(
  error: unknown,
  { namespace, name }: { namespace: string; name: string },
): EvictionOutcome {
  if (!(error instanceof ApiError)) return { outcome: "failed", error };
  const detail = `Cannot evict pod "${namespace}/${name}": ${error.message}`;
  switch (error.code) {
    case 404:
    case 409:
      return { outcome: "gone" };
    case 429:
      return { outcome: error.causes.includes("DisruptionBudget") ? "blocked" : "throttled", detail };
    case 403:
      if (error.causes.includes("NamespaceTerminating")) return { outcome: "gone" };
      return { outcome: "forbidden", detail };
    case 500:
      // This answer has no reason and no cause; its words are all there is to tell it by.
      if (error.message.includes("more than one PodDisruptionBudget")) {
        return { outcome: "misconfigured", detail };
      }
      return { outcome: "failed", error };
    default:
      return { outcome: "failed", error };
  }
}
