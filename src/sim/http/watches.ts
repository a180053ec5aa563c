import type { Clock } from "../../runtime/clock.ts";
import type { Random } from "../../runtime/random.ts";
import { expired } from "../api/failure.ts";
import { type Storage, type StorageChange, stored } from "../api/storage.ts";
import type { ApiObject } from "../objects.ts";
import { apiVersionOf, type ResourceType } from "../resources.ts";
import type { WatchOptions } from "./list_options.ts";

export interface WatchesDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
}

export interface WatchRequest extends WatchOptions {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  /** Of a watch of one object. */
  readonly name: string | undefined;
  /** An object as this client asked to see it. */
  readonly view: (object: ApiObject) => unknown;
}

/** From a change until a watcher hears of it: changes of that time come in one piece. */
const DELAY_MS = { least: 2, most: 20 };
/** Measured on a real API server: 59.2 to 60.7 s. */
const BOOKMARK_MS = 60_000;
/** One more comes shortly before the end, so that the next watch can go on from there. */
const LAST_BOOKMARK_MS = 2_000;
/** Where a client does not say for how long it wants to watch. */
const LONGEST_MS = { least: 1_800_000, most: 3_600_000 };
/** So many pieces can wait for a reader. One that is slower than that is cut off, and may come back. */
const MOST_UNREAD = 1_000;

/** Serves watches: each change once, in order, from the version asked for. */
export class Watches {
  readonly #deps: WatchesDeps;
  readonly #open = new Map<ResourceType, Set<Watch>>();

  constructor(deps: WatchesDeps) {
    this.#deps = deps;
    deps.storage.onChange((change) => {
      for (const watch of this.#open.get(change.type) ?? []) watch.see(change);
    });
  }

  open(request: WatchRequest): ReadableStream<Uint8Array<ArrayBuffer>> {
    const type = stored(request.type);
    const watches = this.#open.get(type) ?? new Set();
    this.#open.set(type, watches);
    const watch = new Watch(this.#deps, request);
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        watches.add(watch);
        watch.start(controller, () => watches.delete(watch));
      },
      cancel: () => watch.forget(),
    }, { highWaterMark: MOST_UNREAD });
  }

  /** Ends all watches, as an API server does that goes away. */
  endAll(): void {
    for (const watches of this.#open.values()) for (const watch of [...watches]) watch.end();
  }
}

class Watch {
  readonly #deps: WatchesDeps;
  readonly #request: WatchRequest;
  readonly #timers = new Map<string, () => void>();
  readonly #encoder = new TextEncoder();
  /** Lines that wait to be sent. */
  #waiting: string[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #onEnd: () => void = () => {};

  constructor(deps: WatchesDeps, request: WatchRequest) {
    this.#deps = deps;
    this.#request = request;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>, onEnd: () => void): void {
    this.#controller = controller;
    this.#onEnd = onEnd;
    const { timeoutSeconds = 0, wantsBookmarks } = this.#request;
    const { least, most } = LONGEST_MS;
    const lastsMs = timeoutSeconds > 0 ? timeoutSeconds * 1_000 : least + this.#deps.random() * (most - least);
    this.#after("end", lastsMs, () => this.end());
    if (wantsBookmarks) {
      if (lastsMs > LAST_BOOKMARK_MS) {
        this.#after("last bookmark", lastsMs - LAST_BOOKMARK_MS, () => this.#bookmark());
      }
      this.#bookmarkLater();
    }
    this.#sendPast();
  }

  see({ event, before, object, revision }: StorageChange): void {
    if (revision <= (this.#request.version ?? 0)) return;
    const was = before !== undefined && this.#matches(before);
    const is = event !== "DELETED" && this.#matches(object);
    if (is) this.#send(was ? "MODIFIED" : "ADDED", object);
    else if (was) this.#send("DELETED", event === "DELETED" ? object : withVersion(before, object));
  }

  #matches(object: ApiObject): boolean {
    const { namespace, name, matches } = this.#request;
    return (namespace === undefined || object.metadata.namespace === namespace) &&
      (name === undefined || object.metadata.name === name) &&
      (matches === undefined || matches(object));
  }

  /** The server ends it: what waits is sent first. */
  end(): void {
    this.#flush();
    this.#controller?.close();
    this.forget();
  }

  /** The reader has gone. */
  forget(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#controller = undefined;
    this.#onEnd();
  }

  #sendPast(): void {
    const { storage } = this.#deps;
    const { type, namespace, version, wantsInitial, isToldOfInitial } = this.#request;
    if (wantsInitial) {
      for (const object of storage.all(type, namespace)) if (this.#matches(object)) this.#send("ADDED", object);
      if (isToldOfInitial) {
        this.#line("BOOKMARK", this.#bookmarkObject({ "k8s.io/initial-events-end": "true" }));
      }
      return;
    }
    const changes = version ? storage.since(type, version) : [];
    if (changes === undefined) {
      this.#line("ERROR", expired(`too old resource version: ${version} (${storage.revision})`).body);
      this.end();
      return;
    }
    for (const change of changes) this.see(change);
  }

  #send(type: string, object: ApiObject): void {
    this.#line(type, this.#request.view(object));
  }

  #line(type: string, object: unknown): void {
    this.#waiting.push(`{"type":"${type}","object":${JSON.stringify(object)}}\n`);
    if (this.#waiting.length > 1) return;
    const { least, most } = DELAY_MS;
    const delayMs = least + this.#deps.random() * (most - least);
    this.#after("flush", delayMs, () => this.#flush());
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#controller?.enqueue(this.#encoder.encode(this.#waiting.join("")));
    this.#waiting = [];
    if ((this.#controller?.desiredSize ?? 1) <= 0) this.end();
  }

  #bookmarkLater(): void {
    this.#after("bookmark", BOOKMARK_MS, () => {
      this.#bookmark();
      this.#bookmarkLater();
    });
  }

  #after(what: string, ms: number, run: () => void): void {
    this.#timers.set(what, this.#deps.clock.after(ms, run));
  }

  #bookmark(): void {
    this.#line("BOOKMARK", this.#bookmarkObject());
  }

  #bookmarkObject(annotations?: Record<string, string>) {
    const { type } = this.#request;
    const metadata = {
      resourceVersion: String(this.#deps.storage.revision),
      ...annotations === undefined ? {} : { annotations },
    };
    return { kind: type.kind, apiVersion: apiVersionOf(type), metadata };
  }
}

/** What a selector no longer lets through is shown as it was, with the version at which it went. */
function withVersion(before: ApiObject, { metadata: { resourceVersion } }: ApiObject): ApiObject {
  return { ...before, metadata: { ...before.metadata, resourceVersion } };
}
