/** Room for the bodies of all requests that are under way. */
export class Room {
  #free: number;

  constructor(bytes: number) {
    this.#free = bytes;
  }

  /** One request's part, which grows with its body; to be given back when the request is answered. */
  share(): RoomShare {
    let taken = 0;
    return {
      take: (bytes) => {
        if (bytes > this.#free) return false;
        this.#free -= bytes;
        taken += bytes;
        return true;
      },
      giveBack: () => {
        this.#free += taken;
        taken = 0;
      },
    };
  }
}

export interface RoomShare {
  /** False: there is no room left. */
  take(bytes: number): boolean;
  giveBack(): void;
}

export interface BodyLimits {
  readonly mostBytes: number;
  /** Undefined: there is room for all of it. */
  readonly share?: RoomShare;
  /** Aborted when the time for the body is up. */
  readonly signal: AbortSignal;
}

export type BodyFault = "too large" | "too slow" | "no room";

/** The body of a request, cut off while it streams as soon as it is too large or too slow. */
export async function readBody(
  request: Request,
  { mostBytes, share, signal }: BodyLimits,
): Promise<Uint8Array | BodyFault> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const late = new Promise<"too slow">((resolve) => {
    signal.addEventListener("abort", () => resolve("too slow"), { once: true });
  });
  const giveUp = (fault: BodyFault) => {
    // The rest is not wanted; whether the far end hears of that does not matter any more.
    reader.cancel().catch(() => undefined);
    return fault;
  };
  for (;;) {
    const read = await Promise.race([reader.read(), late]);
    if (read === "too slow") return giveUp(read);
    if (read.done) return join(chunks, size);
    if (size + read.value.length > mostBytes) return giveUp("too large");
    if (share?.take(read.value.length) === false) return giveUp("no room");
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
