import assert from "node:assert/strict";
import { FakeClock, settle } from "../../support/fake_clock.ts";
import { FakeStream } from "../../support/fake_transport.ts";
import { WatchLine } from "./watch_line.ts";

function line() {
  const clock = new FakeClock();
  const stream = new FakeStream();
  const state = { held: undefined as Promise<void> | undefined, over: 0 };
  const watch = new WatchLine(
    { clock, held: () => state.held, onOver: () => void state.over++ },
    stream.body,
  );
  return { clock, stream, state, watch, reader: watch.getReader() };
}

Deno.test("WatchLine hands on what it gets, and tells when that was", async () => {
  const { clock, stream, reader, watch } = line();
  const startMs = clock.now();
  await clock.advance(500);
  stream.push("a");
  assert.equal((await reader.read()).value?.length, 1);
  assert.equal(watch.heardMs, startMs + 500);
});

Deno.test("WatchLine hands on nothing while it is held up", async () => {
  const { stream, state, reader } = line();
  let release = () => {};
  state.held = new Promise<void>((resolve) => release = resolve);
  stream.push("a");
  let isRead = false;
  const reading = reader.read().then(() => isRead = true);
  await settle();
  assert.equal(isRead, false);
  state.held = undefined;
  release();
  await reading;
});

Deno.test("WatchLine breaks what its client reads when it is cut", async () => {
  const { state, watch, reader } = line();
  const reading = reader.read();
  watch.cut();
  await assert.rejects(reading, /connection reset/);
  assert.equal(state.over, 1);
});

Deno.test("WatchLine ends when its client has had enough, also while it is held up", async () => {
  const { stream, state, reader } = line();
  state.held = new Promise<void>(() => {});
  stream.push("a");
  const reading = reader.read();
  await settle();
  await reader.cancel();
  assert.equal((await reading).done, true);
  assert.equal(state.over, 1);
});
