import { Backoff } from "../runtime/backoff.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { ApiError, isApiError, isExpired } from "./api_error.ts";
import type { KubeClient } from "./client.ts";
import { type Cached, keyOf, type KubeObject } from "./objects.ts";
import type { Store } from "./store.ts";
import { watch, type WatchEvent } from "./watch.ts";

export interface ReflectorDeps<T extends Cached> {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store<T>;
  /** Keeps only what is needed of an object; undefined for one that is not wanted. */
  readonly project: (object: KubeObject) => T | undefined;
  /** Told when the stream breaks (with why), and when it is whole again. */
  readonly onState?: (state: { readonly broken: unknown } | "whole") => void;
}

const PAGE = "500";
/** client-go's: random, so that watches do not all end at once. */
const WATCH_MS = { least: 300_000, most: 600_000 };
/** Bookmarks were measured to come every 59.2 to 60.7 s. */
const SILENCE_MS = 75_000;
/** While a bookmark is not overdue, silence is no news. */
const QUIET_MS = 65_000;
/** A watch that ends sooner, without an event, was not served: a proxy in the way must not make a storm. */
const SHORTEST_WATCH_MS = 1_000;
/** With its jitter about 0.13 requests a second while a server is down, and back within 10 s when it is. */
const LONGEST_BACKOFF_MS = 5_000;
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

export interface ReflectorTarget {
  /** Such as `/api/v1/pods`. */
  readonly path: string;
  /** The namespace that the path is limited to; undefined: all. */
  readonly namespace: string | undefined;
}

/** Keeps a store equal to one resource of the API server (client-go `tools/cache/reflector.go`). */
export class Reflector<T extends Cached> {
  readonly #deps: ReflectorDeps<T>;
  readonly #path: string;
  readonly #isInScope: (object: T) => boolean;
  readonly #backoff: Backoff;
  #resourceVersion: string | undefined;
  #hasStreamingList = true;
  #isConnected = false;
  #isBroken = false;
  #contactMs: number;
  #hasSynced = false;
  /** How often all objects were read. */
  lists = 0;

  constructor(deps: ReflectorDeps<T>, { path, namespace }: ReflectorTarget) {
    this.#deps = deps;
    this.#path = path;
    this.#isInScope = (object) => namespace === undefined || object.namespace === namespace;
    this.#backoff = new Backoff(deps, { longestMs: LONGEST_BACKOFF_MS });
    this.#contactMs = deps.clock.now();
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Whether the store is being kept current at this moment. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** How long ago the store was last known to be current, in milliseconds. */
  ageMs(nowMs: number): number {
    const silentMs = nowMs - this.#contactMs;
    return this.#isConnected && silentMs < QUIET_MS ? 0 : silentMs;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error, signal);
      }
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    this.#isConnected = false;
    const wasListing = this.#resourceVersion === undefined;
    if (isExpired(error) || (!wasListing && isRefusal(error))) {
      this.#resourceVersion = undefined;
    } else if (wasListing && this.#hasStreamingList && isRefusal(error)) {
      // A server without streaming lists answers 400 or 422: the paged list is the way back.
      this.#hasStreamingList = false;
      return;
    }
    if (!this.#isBroken) this.#deps.onState?.({ broken: error });
    this.#isBroken = true;
    const asked = isApiError(error) ? error.retryAfterMs ?? 0 : 0;
    await sleep(this.#deps.clock, Math.max(asked, this.#backoff.nextMs()), signal);
  }

  /** One watch request, with a list before it where there is no version to go on from. */
  async #follow(signal: AbortSignal): Promise<void> {
    if (this.#resourceVersion === undefined && !this.#hasStreamingList) await this.#list(signal);
    const startedMs = this.#deps.clock.now();
    const initial = this.#resourceVersion === undefined ? new Map<string, T>() : undefined;
    let events = 0;
    for await (const batch of this.#open(signal)) {
      events += batch.length;
      for (const event of batch) this.#take(event, initial);
    }
    // The server has ended it in order, but nothing says that it serves another at once.
    this.#isConnected = false;
    if (this.#resourceVersion === undefined) {
      throw new Error(`watch of ${this.#path}: ended before the list did`);
    }
    if (events === 0 && this.#deps.clock.now() - startedMs < SHORTEST_WATCH_MS) {
      throw new Error(`watch of ${this.#path}: ended at once, without an event`);
    }
  }

  #open(signal: AbortSignal): AsyncGenerator<WatchEvent[], void, void> {
    const { least, most } = WATCH_MS;
    const query: Record<string, string> = this.#resourceVersion === undefined
      ? { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" }
      : { resourceVersion: this.#resourceVersion };
    return watch(this.#deps, this.#path, {
      query,
      signal,
      timeoutMs: least + this.#deps.random() * (most - least),
      silenceMs: SILENCE_MS,
      onActivity: () => {
        // Before a list is whole the store still shows what was, however lively the stream is.
        if (this.#resourceVersion !== undefined) this.#isCurrent();
      },
    });
  }

  #take({ type, object }: WatchEvent, initial: Map<string, T> | undefined): void {
    const { resourceVersion, annotations } = object.metadata ?? {};
    if (initial !== undefined && this.#resourceVersion === undefined) {
      if (type !== "BOOKMARK") {
        this.#collect({ type, object }, initial);
      } else if (annotations?.[INITIAL_EVENTS_END] === "true") {
        this.#replace(initial.values());
        initial.clear();
        this.#resourceVersion = resourceVersion;
      }
      return;
    }
    if (type !== "BOOKMARK") this.#apply({ type, object });
    this.#resourceVersion = resourceVersion ?? this.#resourceVersion;
  }

  /** An event before the list is whole: the store goes on showing what it showed. */
  #collect({ type, object }: WatchEvent, initial: Map<string, T>): void {
    const wanted = type === "DELETED" ? undefined : this.#deps.project(object);
    if (wanted === undefined) initial.delete(keyOfObject(object));
    else initial.set(keyOfObject(object), wanted);
  }

  #apply({ type, object }: WatchEvent): void {
    const wanted = type === "DELETED" ? undefined : this.#deps.project(object);
    if (wanted === undefined) this.#deps.store.delete(keyOfObject(object));
    else this.#deps.store.set(wanted);
  }

  async #list(signal: AbortSignal): Promise<void> {
    interface Page {
      readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
      readonly items?: readonly KubeObject[] | null;
    }
    const objects: T[] = [];
    let query: Record<string, string> = { limit: PAGE };
    for (;;) {
      const page: Page = await this.#deps.client.request("GET", this.#path, {
        query,
        signal,
        deadlineMs: 60_000,
      });
      for (const item of page.items ?? []) {
        const wanted = this.#deps.project(item);
        if (wanted !== undefined) objects.push(wanted);
      }
      if (page.metadata?.continue) {
        query = { limit: PAGE, continue: page.metadata.continue };
        continue;
      }
      this.#replace(objects);
      this.#resourceVersion = page.metadata?.resourceVersion;
      return;
    }
  }

  #replace(objects: Iterable<T>): void {
    this.lists++;
    this.#deps.store.replace(objects, this.#isInScope);
    this.#hasSynced = true;
    this.#isCurrent();
  }

  #isCurrent(): void {
    this.#contactMs = this.#deps.clock.now();
    this.#isConnected = true;
    if (this.#isBroken) this.#deps.onState?.("whole");
    this.#isBroken = false;
  }
}

/** Answers by which a server says that it does not do what was asked, rather than that it cannot now. */
function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.code >= 400 && error.code < 500 &&
    ![401, 403, 408, 410, 429].includes(error.code);
}

function keyOfObject({ metadata }: KubeObject): string {
  return keyOf({ namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" });
}
