/**
 * The chunks of a stream, until it ends, or `signal` is aborted: then its reason is thrown.
 *
 * The reader is cancelled by hand, since the signal that a `fetch` was given does not end its body any
 * more once the garbage collector has run after the headers came (Deno 2.9.6: the request's own signal
 * hangs on it only weakly).
 */
export async function* chunks<T>(
  stream: ReadableStream<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  const reader = stream.getReader();
  // A stream that broke at the same moment refuses to be cancelled: it is over all the same.
  const onAbort = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener("abort", onAbort);
  try {
    if (signal.aborted) onAbort();
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw signal.reason;
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    onAbort();
  }
}
