import assert from "node:assert/strict";
import { UsageError } from "../../../src/cli/arguments.ts";
import { nextTurn, pressing, visitDemo } from "./support.ts";

const TERMINAL = { columns: 80, rows: 24 };
const FAST = ["--speed", "1000"];
const LEFT = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/** What is written after the terminal is as it was; fails where it is left more or less than once. */
function afterwards(written: string): string {
  const parts = written.split(LEFT);
  assert.equal(parts.length, 2);
  assert.equal(written.split("\x1b[?1049h").length, 2);
  return parts[1]!;
}

Deno.test("demo leaves a terminal as it was, and then says what to do next", async () => {
  const end = afterwards(await visitDemo(FAST, { terminal: TERMINAL }));
  assert.match(end, /\n6 {2}Read-only: .*\n {3}web is still .*\n\nNext:\n {2}spotalis simulate -f your.yaml /);
  assert.equal(end.includes("\x1b"), false);
  assert.deepEqual(end.split("\n").filter((line) => line.length > TERMINAL.columns), []);
});

Deno.test("demo writes lines of the terminal's width, and none that scrolls", async () => {
  for (const terminal of [TERMINAL, { columns: 160, rows: 50 }]) {
    const written = await visitDemo(["--speed", "100"], { terminal });
    const frames = written.slice(0, written.indexOf(LEFT));
    assert.equal(frames.includes("\n"), false);
    // deno-lint-ignore no-control-regex
    for (const [, row, line] of frames.matchAll(/\x1b\[(\d+);1H\x1b\[2K([^\x1b]*)/g)) {
      assert.ok(Number(row) <= terminal.rows && line!.length <= terminal.columns, line);
    }
  }
});

Deno.test("demo uses colours in a terminal only where they are wanted", async () => {
  const with_ = await visitDemo([...FAST, "--scenario", "burst"], { terminal: TERMINAL, colour: true });
  const without = await visitDemo([...FAST, "--scenario", "burst"], { terminal: TERMINAL });
  assert.ok(with_.includes("\x1b[32m●"));
  // deno-lint-ignore no-control-regex
  assert.equal(/\x1b\[[\d;]*m/.test(without), false);
});

Deno.test("demo ends at once when q is pressed", async () => {
  assert.equal(afterwards(await visitDemo(FAST, { terminal: TERMINAL, keys: pressing("q") })), "");
});

Deno.test("demo ends at once when it is told to stop", async () => {
  const stop = new AbortController();
  const keys = async function* () {
    await Promise.resolve();
    stop.abort();
    yield "";
  };
  assert.equal(afterwards(await visitDemo(FAST, { terminal: TERMINAL, keys, stop: stop.signal })), "");
});

/** Presses a key whenever the demo asks for one, and counts how often it did. */
function answering(key: string) {
  const asked = { times: 0, isOpen: false };
  const onWrite = (text: string) => {
    if (!text.includes("Press any key to go on, q to leave.")) return;
    asked.times++;
    asked.isOpen = true;
  };
  const keys = async function* (signal: AbortSignal) {
    while (!signal.aborted) {
      if (asked.isOpen) yield key;
      asked.isOpen = false;
      await nextTurn();
    }
  };
  return { asked, keys, onWrite };
}

Deno.test("demo --step asks for a key after each chapter, and goes on with it", async () => {
  const { asked, ...visit } = answering("n");
  const written = await visitDemo([...FAST, "--step"], { terminal: TERMINAL, ...visit });
  assert.match(afterwards(written), /\n6 {2}Read-only/);
  assert.equal(asked.times, 6);
});

Deno.test("demo --step is left with q", async () => {
  const { asked, ...visit } = answering("q");
  const written = await visitDemo([...FAST, "--step"], { terminal: TERMINAL, ...visit });
  assert.equal(afterwards(written), "");
  assert.equal(asked.times, 1);
});

for (
  const { name, visit } of [
    { name: "in a pipe", visit: { keys: pressing("n") } },
    { name: "where nobody types", visit: { terminal: TERMINAL } },
  ]
) {
  Deno.test(`demo --step is refused ${name}`, async () => {
    await assert.rejects(visitDemo(["--step"], visit), UsageError);
  });
}
