import type { ReviewTarget } from "./review_client.ts";

/** https://www.rfc-editor.org/rfc/rfc9113#section-6 */
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7 };
const FLAG = { ack: 1, endStream: 1, endHeaders: 4 };
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const CANCEL = 8;
const HEADER_BYTES = 9;

/** What a server has said on one connection. */
export interface Http2Counts {
  answers: number;
  resets: number;
  hasGoneAway: boolean;
  hasEnded: boolean;
}

/** HTTP/2 by hand: it asks as no library would. */
export class Http2Client {
  readonly counts: Http2Counts = { answers: 0, resets: 0, hasGoneAway: false, hasEnded: false };
  readonly #connection: Deno.TlsConn;
  readonly #reading: Promise<void>;
  #stream = -1;

  private constructor(connection: Deno.TlsConn) {
    this.#connection = connection;
    this.#reading = this.#read();
  }

  static async connect({ port, ca }: ReviewTarget): Promise<Http2Client> {
    const options = { hostname: "127.0.0.1", port, caCerts: [ca], alpnProtocols: ["h2"] };
    const connection = await Deno.connectTls(options);
    await connection.handshake();
    const client = new Http2Client(connection);
    await client.#write(new TextEncoder().encode(PREFACE), frame({ type: TYPE.settings, flags: 0, stream: 0 }));
    return client;
  }

  /** Asks so often at once, without waiting; `isReset`: and takes each back. */
  async ask(times: number, { isReset }: { isReset: boolean }): Promise<void> {
    const frames: Uint8Array[] = [];
    for (let i = 0; i < times; i++) {
      const stream = this.#stream += 2;
      const flags = FLAG.endHeaders | (isReset ? 0 : FLAG.endStream);
      frames.push(frame({ type: TYPE.headers, flags, stream, payload: REQUEST }));
      if (isReset) {
        frames.push(frame({ type: TYPE.reset, flags: 0, stream, payload: new Uint8Array([0, 0, 0, CANCEL]) }));
      }
    }
    await this.#write(...frames);
  }

  async close(): Promise<void> {
    this.#connection.close();
    await this.#reading;
  }

  async #write(...frames: Uint8Array[]): Promise<void> {
    try {
      for (let bytes = joined(frames); bytes.length > 0;) {
        bytes = bytes.subarray(await this.#connection.write(bytes));
      }
    } catch {
      // The server has had enough.
      this.counts.hasEnded = true;
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(65_536);
    let rest: Uint8Array = new Uint8Array();
    for (;;) {
      const n = await this.#connection.read(buffer).catch(() => null);
      if (n === null) break;
      rest = joined([rest, buffer.subarray(0, n)]);
      for (;;) {
        const length = rest.length < HEADER_BYTES ? 0 : (rest[0]! << 16) | (rest[1]! << 8) | rest[2]!;
        if (rest.length < HEADER_BYTES || rest.length < HEADER_BYTES + length) break;
        this.#see(rest[3]!, rest[4]!);
        rest = rest.subarray(HEADER_BYTES + length);
      }
    }
    this.counts.hasEnded = true;
  }

  #see(type: number, flags: number): void {
    if (type === TYPE.headers) this.counts.answers++;
    if (type === TYPE.reset) this.counts.resets++;
    if (type === TYPE.goAway) this.counts.hasGoneAway = true;
    if (type === TYPE.settings && flags !== FLAG.ack) {
      void this.#write(frame({ type: TYPE.settings, flags: FLAG.ack, stream: 0 }));
    }
  }
}

function frame(
  { type, flags, stream, payload = new Uint8Array() }: {
    type: number;
    flags: number;
    stream: number;
    payload?: Uint8Array;
  },
): Uint8Array {
  const { length } = payload;
  const header = [
    length >> 16,
    length >> 8,
    length,
    type,
    flags,
    stream >> 24,
    stream >> 16,
    stream >> 8,
    stream,
  ];
  return joined([Uint8Array.from(header), payload]);
}

/** POST https://127.0.0.1/mutate: two fields of HPACK's static table, and two with their names from it. */
const REQUEST = joined([
  Uint8Array.from([0x83, 0x87]),
  ...([[0x04, "/mutate"], [0x01, "127.0.0.1"]] as const).map(([index, value]) =>
    Uint8Array.from([index, value.length, ...new TextEncoder().encode(value)])
  ),
]);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
