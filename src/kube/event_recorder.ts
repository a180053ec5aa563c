import type { Clock } from "../runtime/clock.ts";
import { isApiError } from "./api_error.ts";
import type { KubeClient } from "./client.ts";
import { microTime } from "./lease.ts";

/** What an Event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface EventToRecord {
  readonly regarding: Regarding;
  readonly type: "Normal" | "Warning";
  /** CamelCase, such as `BlockedByBudget`. */
  readonly reason: string;
  readonly action: string;
  /** One sentence. The API takes at most 1,024 characters. */
  readonly note: string;
}

export interface RecorderDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly onFailure: (error: unknown, event: EventToRecord) => void;
}

export interface RecorderOptions {
  /** Who reports, such as `example.io/controller`. */
  readonly controller: string;
  /** Which of its processes. */
  readonly instance: string;
}

interface Sent {
  readonly name: string;
  count: number;
  writtenMs: number;
}

/** An Event that says the same within this time raises the count of the first at most this often. */
const SERIES_MS = 60_000;
/** The server forgets Events after an hour; a new one is made from then on. */
const FORGET_MS = 3_600_000;
const MOST_WAITING = 500;
const MOST_KNOWN = 5_000;

/** Writes Events in the background. `record` never waits and never throws; equal Events become one. */
export class EventRecorder {
  readonly #deps: RecorderDeps;
  readonly #options: RecorderOptions;
  readonly #sent = new Map<string, Sent>();
  readonly #waiting: EventToRecord[] = [];
  #wake: () => void = () => {};

  constructor(deps: RecorderDeps, options: RecorderOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  record(event: EventToRecord): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#deps.onFailure(new Error(`${MOST_WAITING} Events wait to be written already`), event);
      return;
    }
    this.#waiting.push(event);
    this.#wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake());
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) {
        try {
          await this.#write(event, signal);
        } catch (error) {
          if (!signal.aborted) this.#deps.onFailure(error, event);
        }
      } else if (signal.aborted) {
        return;
      } else {
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    }
  }

  async #write(event: EventToRecord, signal: AbortSignal): Promise<void> {
    const key = JSON.stringify([event.regarding.uid, event.reason, event.note]);
    const nowMs = this.#deps.clock.now();
    const known = this.#sent.get(key);
    if (known === undefined || nowMs - known.writtenMs > FORGET_MS) {
      await this.#create(event, { key, nowMs, signal });
      return;
    }
    known.count++;
    if (nowMs - known.writtenMs < SERIES_MS) return;
    known.writtenMs = nowMs;
    try {
      const body = { series: { count: known.count, lastObservedTime: microTime(this.#deps.clock.wall()) } };
      await this.#deps.client.request("PATCH", `${eventsPath(event)}/${known.name}`, {
        body,
        contentType: "application/merge-patch+json",
        signal,
      });
    } catch (error) {
      if (!isApiError(error, 404)) throw error;
      await this.#create(event, { key, nowMs, signal });
    }
  }

  async #create(
    event: EventToRecord,
    { key, nowMs, signal }: { key: string; nowMs: number; signal: AbortSignal },
  ): Promise<void> {
    const { regarding, type, reason, action, note } = event;
    const wallMs = this.#deps.clock.wall();
    // A name of our own choice: a POST that is sent twice then makes one Event.
    const name = `${regarding.name.slice(0, 200).replace(/[.-]+$/, "")}.${hash(key)}${wallMs.toString(16)}`;
    if (this.#sent.size >= MOST_KNOWN) this.#sent.clear();
    this.#sent.set(key, { name, count: 1, writtenMs: nowMs });
    const body = {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name, namespace: regarding.namespace },
      eventTime: microTime(wallMs),
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance.slice(0, 128),
      regarding,
      type,
      reason,
      action,
      note: cutToBytes(note, 1_024),
    };
    try {
      await this.#deps.client.request("POST", eventsPath(event), { body, signal });
    } catch (error) {
      if (isApiError(error, 409)) return;
      // Not written: the next of its kind is the first again.
      this.#sent.delete(key);
      throw error;
    }
  }
}

function eventsPath({ regarding }: EventToRecord): string {
  return `/apis/events.k8s.io/v1/namespaces/${regarding.namespace}/events`;
}

/** The API counts bytes. */
function cutToBytes(text: string, most: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= most) return text;
  const ellipsis = "…";
  // A character that the cut would split is left out whole.
  const decoder = new TextDecoder();
  return decoder.decode(bytes.subarray(0, most - 3), { stream: true }) + ellipsis;
}

/** FNV-1a, 32 bits: only to keep names of different Events apart. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
}
