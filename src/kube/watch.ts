import { type Clock, deadline } from "../runtime/clock.ts";
import { lines } from "../runtime/lines.ts";
import { apiError } from "./api_error.ts";
import type { KubeClient } from "./client.ts";
import type { KubeObject } from "./objects.ts";

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubeObject;
}

export interface WatchOptions {
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The server ends the watch by itself after this time. */
  readonly timeoutMs: number;
  /** A stream that is silent for longer is dead: bookmarks come once a minute. */
  readonly silenceMs: number;
  readonly onActivity: () => void;
}

/** Made once: a stack trace for each watch that ends costs more than all else at its end. */
const OVER = new DOMException("the watch is over", "AbortError");

/**
 * The events of one watch request, in the batches in which they arrive, until the server ends it (the
 * generator returns) or it breaks (it throws). An ERROR event is thrown as the `ApiError` that it is.
 */
export async function* watch(
  { client, clock }: { client: KubeClient; clock: Clock },
  path: string,
  options: WatchOptions,
): AsyncGenerator<WatchEvent[], void, void> {
  const { timeoutMs, silenceMs } = options;
  const controller = new AbortController();
  const onAbort = () => controller.abort(options.signal.reason);
  options.signal.addEventListener("abort", onAbort);
  if (options.signal.aborted) onAbort();
  const overall = deadline(clock, { ms: timeoutMs + silenceMs, reason: `watch of ${path}: it does not end` });
  overall.signal.addEventListener("abort", () => controller.abort(overall.signal.reason));
  /** Until then a deadline of the client's own says the same of its connections. */
  let isOpen = false;
  const watchdog = startWatchdog(clock, silenceMs, () => {
    const reason = `watch of ${path}: silent for ${silenceMs} ms`;
    controller.abort(new DOMException(reason, "TimeoutError"));
    if (isOpen) client.renewConnections();
  });
  try {
    const query = { ...options.query, watch: "true", allowWatchBookmarks: "true" };
    const timeoutSeconds = String(Math.round(timeoutMs / 1_000));
    const stream = await client.stream(path, {
      query: { ...query, timeoutSeconds },
      signal: controller.signal,
      deadlineMs: silenceMs,
    });
    isOpen = true;
    const onChunk = () => {
      watchdog.touch();
      options.onActivity();
    };
    onChunk();
    for await (const batch of lines(stream, { signal: controller.signal, onChunk })) {
      yield batch.flatMap((line) => parseEvent(line, path));
    }
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    watchdog.stop();
    overall.release();
    options.signal.removeEventListener("abort", onAbort);
    // Lets go of the connection where the consumer has stopped early; a no-op otherwise.
    controller.abort(OVER);
  }
}

function parseEvent(line: string, path: string): WatchEvent[] {
  const event: { type: string; object: KubeObject } = JSON.parse(line);
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
    case "BOOKMARK":
      return [{ type: event.type, object: event.object }];
    case "ERROR":
      throw apiError(event.object, { request: `watch of ${path}`, code: 500 });
    default:
      // A type that a later server may bring is passed over, as client-go does.
      return [];
  }
}

/** One timer however many touches there are: it looks, when it fires, how long ago the last one was. */
function startWatchdog(clock: Clock, silenceMs: number, onSilence: () => void) {
  let touchedMs = clock.now();
  let cancel = clock.after(silenceMs, look);
  function look() {
    const leftMs = touchedMs + silenceMs - clock.now();
    if (leftMs <= 0) onSilence();
    else cancel = clock.after(leftMs, look);
  }
  return { touch: () => void (touchedMs = clock.now()), stop: () => cancel() };
}
