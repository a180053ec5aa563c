import assert from "node:assert/strict";

const ROOT = new URL("..", import.meta.url);
const PAGE = "docs/reliability.md";
const ROWS = 68;

interface NamedTest {
  readonly row: number;
  /** Without `fault N: `; up to where a generated name varies. */
  readonly title: string;
  readonly file: string;
}

interface Row {
  readonly row: number;
  readonly fault: string;
  readonly shown: readonly string[];
  readonly tests: readonly NamedTest[];
  readonly holds: string;
}

function readRow(line: string): Row {
  const [, row, fault, shown, by, holds] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
  const links = [...by!.matchAll(/\[(.+?)\]\(\.\.\/([^)]+)\)/g)];
  return {
    row: Number(row),
    fault: fault!,
    shown: shown!.split(", "),
    tests: links.map(([, title, file]) => ({
      row: Number(row),
      title: title!.replaceAll("\\", "").replace(/ ?…$/, ""),
      file: file!,
    })),
    holds: holds!,
  };
}

const page = await Deno.readTextFile(new URL(PAGE, ROOT));
const rows = page.split("\n").filter((line) => /^\| \d+ \|/.test(line)).map(readRow);
/** Rows of which a paragraph of some length says why they have no test: `**Row 7.** …` */
const excused = new Set(
  [...page.matchAll(/^\*\*Row (\d+)\.\*\* ((?:[^\n]+\n)+)/gm)]
    .filter(([, , why]) => why!.length > 80).map(([, row]) => Number(row)),
);

async function* filesOf(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* filesOf(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

/** The tests of faults by the names that they have in the sources, up to where they vary or a line of the source ends. */
async function* namedTests(): AsyncGenerator<NamedTest> {
  for (const folder of ["tests", "bench"]) {
    for await (const file of filesOf(folder)) {
      const text = await Deno.readTextFile(new URL(file, ROOT));
      assert.ok(!/[`]fault \$\{/.test(text), `${file}: the number of a fault is not generated`);
      for (const [, , row, name] of text.matchAll(/(["'`])fault (\d+): ((?:\\.|(?!\1)[^])*)\1/g)) {
        const title = name!.replace(/\$\{[^]*$/, "").replaceAll("\\", "").trimEnd();
        yield { row: Number(row), title, file };
      }
    }
  }
}

const named = await Array.fromAsync(namedTests());
const keyOf = ({ row, title, file }: NamedTest) => `${row} "${title}" in ${file}`;

/** On which levels a file shows something. */
async function levelsOf(file: string): Promise<string[]> {
  if (/soak/.test(file)) return ["soak"];
  if (file.startsWith("tests/e2e/")) return ["end to end"];
  if (file.startsWith("tests/scenarios/")) return ["embedded", "end to end"];
  const text = await Deno.readTextFile(new URL(file, ROOT));
  return [/EmbeddedOperator|onEmbeddedStage|faultTest/.test(text) ? "embedded" : "unit"];
}

Deno.test("the page of faults has each row once, in order, with what happens and what holds", () => {
  assert.deepEqual(rows.map(({ row }) => row), Array.from({ length: ROWS }, (_, i) => i + 1));
  for (const { row, fault, holds } of rows) assert.ok(fault.length > 5 && holds.length > 5, `row ${row}`);
});

Deno.test("every fault has a test, or a paragraph that says why it has none", () => {
  const bare = rows.filter(({ row, tests }) => tests.length === 0 && !excused.has(row));
  assert.deepEqual(bare.map(({ row }) => row), []);
});

Deno.test("every test that the page of faults names is where it says, under that name and number", () => {
  const there = new Set(named.map(keyOf));
  const missing = rows.flatMap(({ tests }) => tests).map(keyOf).filter((key) => !there.has(key));
  assert.deepEqual(missing, []);
});

Deno.test("every test of a fault is on the page of faults", () => {
  const listed = new Set(rows.flatMap(({ tests }) => tests).map(keyOf));
  assert.deepEqual(named.map(keyOf).filter((key) => !listed.has(key)), []);
});

Deno.test("the page of faults says on which levels each fault is shown", async () => {
  for (const { row, shown, tests } of rows) {
    const levels = new Set((await Promise.all(tests.map(({ file }) => levelsOf(file)))).flat());
    assert.deepEqual(new Set(tests.length === 0 ? ["-"] : levels), new Set(shown), `row ${row}`);
  }
});
