import assert from "node:assert/strict";
import { Screen } from "../../../src/cli/demo/screen.ts";

const SIZE = { columns: 80, rows: 3 };

function recordedScreen() {
  const written: string[] = [];
  return { written, screen: new Screen({ write: (text) => void written.push(text) }) };
}

Deno.test("Screen writes all lines at first, and later only those that have changed", () => {
  const { screen, written } = recordedScreen();
  screen.draw(["one", "two", "three"], SIZE);
  screen.draw(["one", "2", "three"], SIZE);
  assert.ok(["one", "two", "three"].every((line) => written[0]!.includes(line)));
  assert.equal(written[1], "\x1b[?2026h\x1b[2;1H\x1b[2K2\x1b[?2026l");
});

Deno.test("Screen writes nothing where nothing has changed", () => {
  const { screen, written } = recordedScreen();
  screen.draw(["one"], SIZE);
  screen.draw(["one"], SIZE);
  assert.equal(written.length, 1);
});

Deno.test("Screen clears a line that has become empty", () => {
  const { screen, written } = recordedScreen();
  screen.draw(["one", "two"], SIZE);
  screen.draw(["one", ""], SIZE);
  assert.ok(written[1]!.includes("\x1b[2;1H\x1b[2K\x1b"));
});

Deno.test("Screen draws everything anew in a terminal that has changed its size", () => {
  const { screen, written } = recordedScreen();
  screen.draw(["one"], SIZE);
  screen.draw(["one"], { columns: 100, rows: 3 });
  assert.ok(written[1]!.includes("\x1b[2J") && written[1]!.includes("one"));
});

Deno.test("Screen never writes a line feed, which would scroll", () => {
  const { screen, written } = recordedScreen();
  screen.draw(["one", "two", "three"], SIZE);
  assert.equal(written.join("").includes("\n"), false);
});

Deno.test("Screen leaves the alternate screen once, with the cursor shown and lines wrapped", () => {
  const { screen, written } = recordedScreen();
  screen.close();
  screen.draw(["one"], SIZE);
  screen.close();
  screen.close();
  assert.deepEqual(written.slice(1), ["\x1b[?7h\x1b[?25h\x1b[?1049l"]);
});
