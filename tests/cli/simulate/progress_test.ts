import assert from "node:assert/strict";
import { Progress } from "../../../src/cli/simulate/progress.ts";
import { VirtualClock } from "../../../src/runtime/virtual_clock.ts";

function progress(isTerminal: boolean) {
  const clock = new VirtualClock({ wallMs: 0 });
  const written: string[] = [];
  const bar = new Progress({ clock, write: (text) => void written.push(text), isTerminal });
  return { bar, written, at: (ms: number) => clock.run(ms) };
}

Deno.test("Progress says nothing of what is over within a second", async () => {
  const { bar, written, at } = progress(true);
  bar.show(0.5, "as given");
  await at(999);
  bar.show(0.9, "as given");
  bar.clear();
  assert.deepEqual(written, []);
});

Deno.test("Progress draws a bar, ten times a second at most, and takes it away", async () => {
  const { bar, written, at } = progress(true);
  await at(1_000);
  bar.show(0.5, "as given, seed 1");
  await at(1_099);
  bar.show(0.6, "as given, seed 1");
  await at(1_100);
  bar.show(1, "without the operator, seed 1");
  bar.clear();
  assert.deepEqual(written, [
    `\r\x1b[K[${"#".repeat(15)}${"-".repeat(15)}]  50 %  as given, seed 1`,
    `\r\x1b[K[${"#".repeat(30)}] 100 %  without the operator, seed 1`,
    "\r\x1b[K",
  ]);
});

Deno.test("Progress writes nothing where nobody looks", async () => {
  const { bar, written, at } = progress(false);
  await at(5_000);
  bar.show(0.5, "as given");
  bar.clear();
  assert.deepEqual(written, []);
});
