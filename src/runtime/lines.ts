import { chunks } from "./chunks.ts";

/**
 * The lines of a byte stream, without their ends. A last line that no end closes was cut off, and is
 * left out. Bytes of one character may be spread over chunks. Throws the reason of `signal` when that is aborted.
 */
export async function* lines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  { signal, onChunk }: { signal: AbortSignal; onChunk?: () => void },
): AsyncGenerator<string[], void, void> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  for await (const chunk of chunks(stream, signal)) {
    onChunk?.();
    const text = decoder.decode(chunk, { stream: true });
    const parts = text.split("\n");
    if (parts.length === 1) {
      rest.push(text);
      continue;
    }
    parts[0] = rest.join("") + parts[0];
    rest = [parts.pop()!];
    yield parts.filter((line) => line !== "");
  }
}
