import assert from "node:assert/strict";
import { readBody, Room } from "../../src/operator/read_body.ts";
import { settle } from "../support/fake_clock.ts";
import { FakeStream } from "../support/fake_transport.ts";

const NEVER = new AbortController().signal;

function requestOf(body: BodyInit | null): Request {
  return new Request("http://spotalis.test/", { method: "POST", body });
}

async function textOf(body: BodyInit | null, mostBytes = 10): Promise<string> {
  const read = await readBody(requestOf(body), { mostBytes, signal: NEVER });
  return typeof read === "string" ? read : new TextDecoder().decode(read);
}

Deno.test("readBody() reads a body, and none as an empty one", async () => {
  assert.equal(await textOf("0123"), "0123");
  assert.equal(await textOf(""), "");
  assert.equal(await textOf(null), "");
});

Deno.test("readBody() counts bytes, and takes as many as the limit", async () => {
  assert.equal(await textOf("0123456789"), "0123456789");
  assert.equal(await textOf("0123456789a"), "too large");
  assert.equal(await textOf("€€€"), "€€€");
  assert.equal(await textOf("€€€€"), "too large");
});

Deno.test("readBody() joins the chunks of a body in order", async () => {
  const stream = new FakeStream();
  for (const chunk of ["ab", "", "c", "def"]) stream.push(new TextEncoder().encode(chunk));
  stream.end();
  assert.equal(await textOf(stream.body), "abcdef");
});

Deno.test("readBody() lets go of a body that never ends, and reads no more than it has to", async () => {
  let pulled = 0;
  let isCancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled++;
      controller.enqueue(new Uint8Array(100));
    },
    cancel: () => void (isCancelled = true),
  }, { highWaterMark: 0 });
  assert.equal(await textOf(endless, 1_000), "too large");
  assert.equal(isCancelled, true);
  assert.ok(pulled <= 12, `${pulled} chunks of 100 bytes`);
});

Deno.test("readBody() lets go of a body that is too slow", async () => {
  const stream = new FakeStream();
  const controller = new AbortController();
  const reading = readBody(requestOf(stream.body), { mostBytes: 10, signal: controller.signal });
  stream.push("ab");
  await settle();
  controller.abort();
  assert.equal(await reading, "too slow");
  assert.equal(stream.isCancelled, true);
});

Deno.test("readBody() throws where the connection breaks", async () => {
  const stream = new FakeStream();
  const reading = readBody(requestOf(stream.body), { mostBytes: 10, signal: NEVER });
  stream.break(new TypeError("connection reset"));
  await assert.rejects(reading, /connection reset/);
});

Deno.test("readBody() takes its bytes from a room that is shared, until they are given back", async () => {
  const room = new Room(20);
  const [first, second, third] = [room.share(), room.share(), room.share()];
  const read = (share: typeof first) =>
    readBody(requestOf("0123456789"), { mostBytes: 10, share, signal: NEVER });
  assert.equal((await read(first)).length, 10);
  assert.equal((await read(second)).length, 10);
  assert.equal(await read(third), "no room");
  first.giveBack();
  first.giveBack();
  assert.equal((await read(third)).length, 10);
  assert.equal(await read(first), "no room", "given back twice it is no more");
});
