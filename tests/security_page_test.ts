import assert from "node:assert/strict";
import { manifests } from "./deploy/manifests.ts";

const ROOT = new URL("..", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/security.md", ROOT));

interface Row {
  readonly threat: string;
  readonly answer: string;
  readonly places: readonly { readonly text: string; readonly file: string }[];
}

/** Rows of the tables whose last column says by what a threat is answered. */
function rowsOf(page: string): Row[] {
  const [, , ...lines] = page.slice(page.indexOf("## Threats, and")).split("## What is accepted")[0]!.split(
    "\n",
  );
  return lines.filter((line) => line.startsWith("|") && !/^\| (?:threat|---) /.test(line)).map((line) => {
    const [threat, answer, by] = line.slice(2, -2).split(" | ");
    const places = [...by!.matchAll(/\[((?:[^\]]|\](?!\())+)\]\(\.\.\/([^)]+)\)/g)]
      .map(([, text, file]) => ({ text: text!.replace(/ ?…$/, ""), file: file! }));
    return { threat: threat!, answer: answer!, places };
  });
}

const ROWS = rowsOf(PAGE);

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(new URL(file, ROOT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test("the security page names, for each threat, a test or a line that is there", async () => {
  assert.ok(ROWS.length > 45, `${ROWS.length} rows`);
  const missing: string[] = [];
  for (const { threat, answer, places } of ROWS) {
    assert.ok(answer.length > 5, threat);
    assert.ok(places.length > 0, `nothing answers: ${threat}`);
    for (const { text, file } of places) {
      const content = await textOf(file);
      if (content?.replaceAll("\\", "").includes(text) !== true) missing.push(`${file}: ${text}`);
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("what the security page names of a test is the name of one", async () => {
  const wrong: string[] = [];
  for (const { text, file } of ROWS.flatMap(({ places }) => places)) {
    if (!/^tests\/.*_test\.ts$/.test(file)) continue;
    const content = await textOf(file);
    if (content === undefined) continue;
    const plain = content.replaceAll("\\", "");
    const at = plain.indexOf(text);
    const before = plain.slice(Math.max(0, at - 12), at);
    // A part of a name would go on to be found when the test means something else.
    if (!/(?:["'`/]|fault \d+: )$/.test(before)) wrong.push(`${file}: ${text}`);
  }
  assert.deepEqual(wrong, []);
});

Deno.test("every other link of the security page leads to a file", async () => {
  for (const [, path] of PAGE.matchAll(/\]\(([^)#]+)\)/g)) {
    if (/^https?:/.test(path!)) continue;
    const found = await textOf(new URL(path!, "file:///docs/").pathname.slice(1));
    assert.notEqual(found, undefined, path);
  }
});

Deno.test("the security page explains every right, and no more", async () => {
  const rules = (await manifests()).flatMap(({ rules }) => rules ?? []).filter(({ verbs }) =>
    verbs !== undefined
  );
  const section = PAGE.split("Of the API, in")[1]!.split("Of the process")[0]!;
  const rights = section.split("\n").filter((line) => line.startsWith("| ") && line.includes(": "))
    .map((line) => line.split("|")[1]!.trim());
  const granted = new Set<string>();
  for (const { resources, verbs } of rules) {
    for (const resource of resources) {
      for (const verb of verbs) {
        granted.add(`${verb} ${resource}`);
        const isNamed = rights.some((right) => {
          const [words, what] = right.split(": ");
          return new RegExp(`\\b${verb}\\b`).test(words!) &&
            new RegExp(`(?:^|[ ,])${resource}(?:$|[ ,])`).test(what!);
        });
        assert.ok(isNamed, `${verb} ${resource}`);
      }
    }
  }
  assert.equal(rights.length, 5);
  for (const right of rights) {
    const [words, what] = right.split(": ");
    for (const resource of what!.replace(" of its own namespace", "").split(", ")) {
      for (const verb of words!.replace(" by name", "").split(", ")) {
        assert.ok(granted.has(`${verb} ${resource}`), `${verb} ${resource}`);
      }
    }
  }
});

Deno.test("the security page has an answer to each of the paper's eighteen threats", () => {
  const section = PAGE.split("## The threats of the paper")[1]!;
  const numbers = [...section.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, each]) =>
    each!.split(", ").map(Number)
  );
  assert.deepEqual(numbers.toSorted((a, b) => a - b), Array.from({ length: 18 }, (_, i) => i + 1));
});
