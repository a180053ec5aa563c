import type { ByteStream } from "../relay.ts";

export interface PeerRequest {
  readonly path: string;
  /** The name on the certificate. */
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface PeerResponse {
  readonly status: number;
  readonly body: string;
  /** Whether the connection can carry the next request. */
  readonly isKept: boolean;
}

const MOST_HEAD_BYTES = 16_384;
/** A patch has a few kilobytes, however large the pod. */
const MOST_BODY_BYTES = 1_048_576;
const BUFFER_BYTES = 16_384;
const HEAD_END = "\r\n\r\n";

/**
 * One POST over a connection (HTTP/1.1, RFC 9112), as far as our own server answers: with a status and a body
 * of a known length. Throws at anything else; the connection is then of no more use.
 */
export async function exchange(stream: ByteStream, request: PeerRequest): Promise<PeerResponse> {
  await writeAll(stream, bytesOf(request));
  // Latin-1, in which a character is a byte: where the head ends is where the body begins.
  const received = new Received(stream);
  const headLength = await received.until((text) => {
    const end = text.indexOf(HEAD_END);
    if (end < 0 && text.length > MOST_HEAD_BYTES) throw new Error("the head of the answer does not end");
    return end < 0 ? undefined : end;
  });
  const head = received.text.slice(0, headLength);
  const status = /^HTTP\/1\.1 (\d{3})(?: |\r|$)/.exec(head)?.[1];
  const length = /\r\ncontent-length: *(\d{1,9}) *(?:\r|$)/i.exec(head)?.[1];
  if (status === undefined || length === undefined || /\r\ntransfer-encoding:/i.test(head)) {
    throw new Error("the answer is no HTTP/1.1 with a content length");
  }
  if (Number(length) > MOST_BODY_BYTES) throw new Error(`the answer has ${length} bytes`);
  const start = headLength + HEAD_END.length;
  const whole = start + Number(length);
  await received.until((text) => text.length < whole ? undefined : whole);
  if (received.text.length > whole) throw new Error("there is more than the answer");
  const body = new TextDecoder().decode(latin1(received.text.slice(start)));
  return { status: Number(status), body, isKept: !/\r\nconnection: *close/i.test(head) };
}

function bytesOf({ path, host, headers, body }: PeerRequest): Uint8Array {
  const lines = Object.entries({ host, ...headers, "content-length": String(body.length) })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const head = new TextEncoder().encode(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

async function writeAll(stream: ByteStream, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await stream.write(bytes.subarray(sent));
}

class Received {
  readonly #stream: ByteStream;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  text = "";

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Reads on until `found` answers. */
  async until(found: (text: string) => number | undefined): Promise<number> {
    for (;;) {
      const answer = found(this.text);
      if (answer !== undefined) return answer;
      const n = await this.#stream.read(this.#buffer);
      if (n === null) throw new Error("the connection ended before the answer did");
      this.text += String.fromCharCode(...this.#buffer.subarray(0, n));
    }
  }
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
