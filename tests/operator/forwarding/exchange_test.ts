import assert from "node:assert/strict";
import { exchange } from "../../../src/operator/forwarding/exchange.ts";
import { ServedStream, silent } from "./peer_scene.ts";

const REQUEST = {
  path: "/forwarded",
  host: "spotalis-webhook.ns.svc",
  headers: { "content-type": "application/json", "x-a": "b" },
  body: new TextEncoder().encode(`{"a":"${"ö".repeat(3_000)}"}`),
};

/** The exchange, after which the far end sends these texts. */
async function answered(...texts: string[]) {
  const stream = new ServedStream(silent);
  const asking = exchange(stream, REQUEST);
  for (const text of texts) stream.push(text);
  return await asking;
}

Deno.test("exchange() sends the request whole, and reads status and body", async () => {
  let seen: Request | undefined;
  const stream = new ServedStream((request) => {
    seen = request;
    return new Response('{"b":"ü"}', { status: 421 });
  });
  assert.deepEqual(await exchange(stream, REQUEST), { status: 421, body: '{"b":"ü"}', isKept: true });
  assert.equal(seen!.method, "POST");
  assert.equal(seen!.url, "https://spotalis-webhook.ns.svc/forwarded");
  assert.equal(seen!.headers.get("x-a"), "b");
  assert.deepEqual(await seen!.bytes(), REQUEST.body);
});

Deno.test("exchange() can be done again on a connection", async () => {
  const stream = new ServedStream(() => new Response("{}"));
  for (let i = 0; i < 3; i++) assert.equal((await exchange(stream, REQUEST)).body, "{}");
  assert.equal(stream.requests, 3);
});

Deno.test("exchange() reads an answer that comes byte by byte", async () => {
  const { body } = await answered(..."HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 5\r\n\r\nhello");
  assert.equal(body, "hello");
});

Deno.test("exchange() reads an answer of many reads", async () => {
  const text = "x".repeat(100_000);
  const { body } = await answered(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
  assert.equal(body, text);
});

Deno.test("exchange() says when the connection ends with the answer", async () => {
  const { isKept } = await answered("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  assert.equal(isKept, false);
});

const UNUSABLE: readonly [what: string, text: string, why: RegExp][] = [
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", /no HTTP\/1.1/],
  ["another protocol", "SSH-2.0-x\r\n\r\n", /no HTTP\/1.1/],
  ["no length", "HTTP/1.1 200 OK\r\n\r\n", /content length/],
  ["a wrong length", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", /content length/],
  ["chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n", /content length/],
  ["too much", "HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n", /1048577 bytes/],
  ["more than its length", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab", /more than the answer/],
  ["an endless head", `HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(10_000)}`, /does not end/],
];

for (const [what, text, why] of UNUSABLE) {
  Deno.test(`exchange() refuses an answer with ${what}`, async () => {
    await assert.rejects(answered(text), why);
  });
}

for (const text of ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell"]) {
  Deno.test(`exchange() throws when the connection ends after ${text.length} characters`, async () => {
    const stream = new ServedStream(silent);
    const asking = exchange(stream, REQUEST);
    const isThrown = assert.rejects(asking, /ended before the answer did/);
    stream.push(text);
    // What was sent is read before the end is seen.
    await Promise.resolve();
    for (let i = 0; i < 10; i++) await undefined;
    stream.break();
    await isThrown;
  });
}
