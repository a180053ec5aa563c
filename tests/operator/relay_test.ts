import assert from "node:assert/strict";
import { type ByteStream, relay } from "../../src/operator/relay.ts";
import { settle } from "../support/fake_clock.ts";

/** One end of a connection: what it says is queued by the test, what it is told is remembered. */
class FakeStream implements ByteStream {
  readonly told: number[] = [];
  hasEnd = false;
  /** Most bytes that one write takes. */
  room = Infinity;
  #said: (Uint8Array | null | Error)[] = [];
  #wake: () => void = () => {};

  say(...what: (Uint8Array | null | Error)[]): void {
    this.#said.push(...what);
    this.#wake();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#said.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    const next = this.#said.shift()!;
    if (next === null) return null;
    if (next instanceof Error) throw next;
    const taken = next.subarray(0, buffer.length);
    if (taken.length < next.length) this.#said.unshift(next.subarray(taken.length));
    buffer.set(taken);
    return taken.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    const taken = bytes.subarray(0, this.room);
    this.told.push(...taken);
    return Promise.resolve(taken.length);
  }

  closeWrite(): Promise<void> {
    this.hasEnd = true;
    return Promise.resolve();
  }

  close(): void {}
}

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => i % 251);

Deno.test("relay() carries every byte both ways, in order, through buffers and writes of any size", async () => {
  const [client, server] = [new FakeStream(), new FakeStream()];
  server.room = 7;
  const done = relay([client, server]);
  client.say(bytes(40_000), bytes(3), null);
  server.say(bytes(20), null);
  await done;
  assert.deepEqual(server.told, [...bytes(40_000), ...bytes(3)]);
  assert.deepEqual(client.told, [...bytes(20)]);
});

Deno.test("relay() passes on the end of one side while the other still speaks", async () => {
  const [client, server] = [new FakeStream(), new FakeStream()];
  const done = relay([client, server]);
  client.say(bytes(1), null);
  await settle();
  assert.deepEqual([server.hasEnd, client.hasEnd], [true, false]);
  server.say(bytes(5), null);
  await done;
  assert.deepEqual([client.told.length, client.hasEnd], [5, true]);
});

Deno.test("relay() gives up as soon as one side breaks, though the other is silent", async () => {
  const [client, server] = [new FakeStream(), new FakeStream()];
  const done = assert.rejects(relay([client, server]), /reset by peer/);
  server.say(new Error("reset by peer"));
  await done;
});

Deno.test("relay() takes nothing more from a side that is refused, and goes on with the other", async () => {
  const [client, server] = [new FakeStream(), new FakeStream()];
  const seen: ByteStream[] = [];
  const done = assert.rejects(
    relay([client, server], (from) => {
      seen.push(from);
      return from !== client;
    }),
    /reset by peer/,
  );
  client.say(new Uint8Array([1]), new Uint8Array([2]));
  server.say(new Uint8Array([3]));
  await settle();
  assert.deepEqual([server.told, client.told], [[], [3]]);
  assert.deepEqual(seen.toSorted(), [client, server].toSorted());
  server.say(new Error("reset by peer"));
  await done;
});
