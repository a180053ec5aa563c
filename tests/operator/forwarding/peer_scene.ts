import type { ByteStream } from "../../../src/operator/relay.ts";
import { FakeClock } from "../../support/fake_clock.ts";

type Handler = (request: Request) => Promise<Response> | Response;

/** A connection on which a handler answers HTTP/1.1, as our server would; and what a test does to it. */
export class ServedStream implements ByteStream {
  readonly #handler: Handler;
  #asked = "";
  #answers: Uint8Array[] = [];
  #wake: () => void = () => {};
  #isBroken = false;
  isClosed = false;
  requests = 0;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#isBroken || this.isClosed) return Promise.reject(new Error("broken pipe"));
    // Not all at once, as a socket may do.
    const taken = bytes.subarray(0, 1_000);
    this.#asked += String.fromCharCode(...taken);
    this.#serve();
    return Promise.resolve(taken.length);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.isClosed) throw new Error("closed");
      if (this.#isBroken) return null;
      const next = this.#answers.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      buffer.set(next.subarray(0, buffer.length));
      if (next.length > buffer.length) this.#answers.unshift(next.subarray(buffer.length));
      return Math.min(next.length, buffer.length);
    }
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.isClosed = true;
    this.#wake();
  }

  /** The far end is gone. */
  break(): void {
    this.#isBroken = true;
    this.#wake();
  }

  /** The far end sends this. */
  push(text: string): void {
    this.#answers.push(new TextEncoder().encode(text));
    this.#wake();
  }

  #serve(): void {
    const end = this.#asked.indexOf("\r\n\r\n");
    if (end < 0) return;
    const [line, ...fields] = this.#asked.slice(0, end).split("\r\n");
    const headers = new Headers(fields.map((field) => field.split(": ") as [string, string]));
    const body = this.#asked.slice(end + 4);
    if (body.length < Number(headers.get("content-length"))) return;
    this.#asked = "";
    this.requests++;
    const [method, path] = line!.split(" ");
    const bytes = Uint8Array.from(body, (char) => char.charCodeAt(0));
    const url = `https://${headers.get("host")}${path}`;
    const request = new Request(url, { method: method!, headers, body: bytes });
    Promise.resolve(this.#handler(request)).then(async (response) => {
      const text = await response.text();
      const length = new TextEncoder().encode(text).length;
      this.push(`HTTP/1.1 ${response.status} x\r\ncontent-length: ${length}\r\n\r\n${text}`);
    }, () => this.break());
  }
}

/** A handler that never answers. */
export const silent: Handler = () => new Promise<Response>(() => {});

/** Connections to a handler, which a test can change. */
export function servedConnections(handler: Handler, clock = new FakeClock()) {
  const streams: ServedStream[] = [];
  const far = {
    handler,
    /** Why none can be made; `"never"`: it takes for ever. */
    refusal: undefined as Error | "never" | undefined,
    streams,
    clock,
    connect: (): Promise<ByteStream> => {
      if (far.refusal === "never") return new Promise(() => {});
      if (far.refusal !== undefined) return Promise.reject(far.refusal);
      const stream = new ServedStream((request) => far.handler(request));
      streams.push(stream);
      return Promise.resolve(stream);
    },
  };
  return far;
}
