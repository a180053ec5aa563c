import assert from "node:assert/strict";
import { chunks } from "../../src/runtime/chunks.ts";
import { lines } from "../../src/runtime/lines.ts";
import { countedSignal } from "../support/counted_signal.ts";
import { settle } from "../support/fake_clock.ts";
import { FakeStream } from "../support/fake_transport.ts";

const never = new AbortController().signal;

/** Reads in the background what is pushed into `stream`. */
function reading(signal: AbortSignal = never) {
  const stream = new FakeStream();
  const seen = { batches: [] as string[][], chunks: 0, isOver: false, error: undefined as unknown };
  const ended = (async () => {
    try {
      for await (const batch of lines(stream.body, { signal, onChunk: () => void seen.chunks++ })) {
        seen.batches.push(batch);
      }
      seen.isOver = true;
    } catch (error) {
      seen.error = error;
    }
  })();
  return { stream, seen, ended };
}

Deno.test("lines() answers the lines of each chunk together, without their ends", async () => {
  const { stream, seen, ended } = reading();
  stream.push("a\nb\n");
  stream.push("c\n");
  stream.end();
  await ended;
  assert.deepEqual(seen.batches, [["a", "b"], ["c"]]);
  assert.equal(seen.chunks, 2);
});

Deno.test("lines() puts a line together from many chunks", async () => {
  const { stream, seen, ended } = reading();
  for (const part of ["a", "b", "c\nd", "e", "\n"]) stream.push(part);
  stream.end();
  await ended;
  assert.deepEqual(seen.batches.flat(), ["abc", "de"]);
  assert.equal(seen.chunks, 5);
});

Deno.test("lines() is the same however the bytes are cut, also inside a character", async () => {
  const text = "plain\nümläut\n汉字🙂\nlast\n";
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size++) {
    const { stream, seen, ended } = reading();
    for (let at = 0; at < bytes.length; at += size) stream.push(bytes.slice(at, at + size));
    stream.end();
    await ended;
    assert.deepEqual(seen.batches.flat(), ["plain", "ümläut", "汉字🙂", "last"], `${size} bytes a chunk`);
  }
});

Deno.test("lines() leaves out a last line that was cut off, and one that is cut inside a character", async () => {
  for (const rest of [new TextEncoder().encode("cut"), new TextEncoder().encode("cü").slice(0, 2)]) {
    const { stream, seen, ended } = reading();
    stream.push("whole\n");
    stream.push(rest);
    stream.end();
    await ended;
    assert.deepEqual(seen.batches.flat(), ["whole"]);
  }
});

Deno.test("lines() leaves out empty lines", async () => {
  const { stream, seen, ended } = reading();
  stream.push("\n\na\n\n\nb\n");
  stream.end();
  await ended;
  assert.deepEqual(seen.batches.flat(), ["a", "b"]);
});

Deno.test("lines() of a stream that ends at once are none", async () => {
  const { stream, seen, ended } = reading();
  stream.end();
  await ended;
  assert.deepEqual(seen.batches, []);
  assert.equal(seen.isOver, true);
});

Deno.test("lines() throws what broke the stream, after the lines before it", async () => {
  const { stream, seen, ended } = reading();
  stream.push("a\n");
  await settle();
  stream.break(new TypeError("broken"));
  await ended;
  assert.deepEqual(seen.batches, [["a"]]);
  assert.match(String(seen.error), /broken/);
});

Deno.test("lines() ends a pending read when its signal is aborted, with the reason, and cancels the stream", async () => {
  const controller = new AbortController();
  const { stream, seen, ended } = reading(controller.signal);
  stream.push("a\nhal");
  await settle();
  const reason = new DOMException("stopped", "AbortError");
  controller.abort(reason);
  await ended;
  assert.equal(seen.error, reason);
  assert.equal(stream.isCancelled, true);
  assert.equal(stream.cancelReason, reason);
  assert.deepEqual(seen.batches, [["a"]]);
});

Deno.test("chunks() reads nothing for a signal that is aborted already", async () => {
  const stream = new FakeStream();
  stream.push("a");
  const reason = new Error("gone");
  await assert.rejects(chunks(stream.body, AbortSignal.abort(reason)).next(), reason);
  assert.equal(stream.isCancelled, true);
});

Deno.test("chunks() cancels the stream when its reader stops early", async () => {
  const stream = new FakeStream();
  stream.push("a");
  stream.push("b");
  for await (const _chunk of chunks(stream.body, never)) break;
  assert.equal(stream.isCancelled, true);
});

Deno.test("chunks() leaves no listener on its signal", async () => {
  const { signal, listeners } = countedSignal();
  for (const finish of [(s: FakeStream) => s.end(), (s: FakeStream) => s.break()]) {
    const stream = new FakeStream();
    const next = chunks(stream.body, signal).next();
    await settle();
    assert.equal(listeners(), 1);
    finish(stream);
    await next.catch(() => undefined);
    assert.equal(listeners(), 0);
  }
});

Deno.test("chunks() takes an abort and a break at the same moment for an end", async () => {
  const controller = new AbortController();
  const stream = new FakeStream();
  const next = chunks(stream.body, controller.signal).next();
  await settle();
  stream.break(new TypeError("broken"));
  controller.abort(new Error("stopped"));
  await assert.rejects(next, /broken|stopped/);
});
