export interface BodyLimits {
  readonly mostBytes: number;
  /** Aborted when the time for the body is up. */
  readonly signal: AbortSignal;
}

/** The body of a request, cut off while it streams as soon as it is too large or too slow. */
export async function readBody(
  request: Request,
  { mostBytes, signal }: BodyLimits,
): Promise<Uint8Array | "too large" | "too slow"> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const late = new Promise<"too slow">((resolve) => {
    signal.addEventListener("abort", () => resolve("too slow"), { once: true });
  });
  for (;;) {
    const read = await Promise.race([reader.read(), late]);
    if (read === "too slow" || size + (read.value?.length ?? 0) > mostBytes) {
      // The rest is not wanted; whether the far end hears of that does not matter any more.
      reader.cancel().catch(() => undefined);
      return read === "too slow" ? read : "too large";
    }
    if (read.done) return join(chunks, size);
    chunks.push(read.value);
    size += read.value.length;
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
