import type { Clock } from "../../../src/runtime/clock.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
type Chunk = ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;

const OVER: Chunk = { done: true, value: undefined };

export interface WatchLineDeps {
  readonly clock: Clock;
  /** Undefined while nothing holds up what is sent; else when it may go on. */
  readonly held: () => Promise<void> | undefined;
  readonly onOver: () => void;
}

/**
 * The body of a watch on its way to one process: it can be held up and cut. It has what a client uses of
 * a stream, a reader, and no more, since hundreds of thousands of bookmarks come through.
 */
export class WatchLine {
  readonly #deps: WatchLineDeps;
  readonly #reader: Reader;
  #isCut = false;
  #isOver = false;
  #onOver: () => void = () => {};
  readonly #over = new Promise<void>((resolve) => this.#onOver = resolve);
  /** When the client last got something. */
  heardMs: number;

  constructor(deps: WatchLineDeps, stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#deps = deps;
    this.#reader = stream.getReader();
    this.heardMs = deps.clock.now();
  }

  /** As a connection that is reset. */
  cut(): void {
    this.#isCut = true;
    this.#end();
  }

  getReader(): { read(): Promise<Chunk>; cancel(): Promise<void> } {
    return {
      read: () => this.#read(),
      cancel: () => {
        this.#end();
        return Promise.resolve();
      },
    };
  }

  async #read(): Promise<Chunk> {
    const chunk = await this.#reader.read();
    for (let held = this.#deps.held(); held !== undefined && !this.#isOver; held = this.#deps.held()) {
      await Promise.race([held, this.#over]);
    }
    if (this.#isCut) throw new TypeError("error reading a body from connection: connection reset by peer");
    if (this.#isOver || chunk.done) {
      this.#end();
      return OVER;
    }
    this.heardMs = this.#deps.clock.now();
    return chunk;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onOver();
    this.#deps.onOver();
    void this.#reader.cancel().catch(() => undefined);
  }
}
