import assert from "node:assert/strict";
import { CHAPTERS } from "../../../src/cli/demo/chapters.ts";
import { UsageError } from "../../../src/cli/arguments.ts";
import { visitDemo } from "./support.ts";

const PINNED = new URL("piped_output.txt", import.meta.url);
const HOW = "if this is meant: npx -y deno@2.9.6 task demo > tests/cli/demo/piped_output.txt";

const output = await visitDemo([]);

/** The lines of one chapter, by its number. */
function linesOf(number: number): string[] {
  const lines = output.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${number}/6  `));
  return lines.slice(start, lines.findIndex((line, i) => i > start && line === ""));
}

function resultOf(number: number): string {
  return linesOf(number).find((line) => line.includes("  result  "))!;
}

function evictedIn(number: number): string[] {
  return linesOf(number).filter((line) => / spotalis {2}\w+: evicted /.test(line));
}

Deno.test("demo writes the same lines into a pipe each time", async () => {
  assert.equal(output, await Deno.readTextFile(PINNED), HOW);
});

Deno.test("demo writes no escape into a pipe", () => {
  assert.equal(output.includes("\x1b"), false);
});

const WITHOUT_EVICTIONS = [
  { number: 1, name: "a burst", result: /web 7\/3, api 3\/3, db 1\/2, as asked\. Evicted by Spotalis: 0\.$/ },
  { number: 2, name: "a rollout", result: /web 7\/3, api 3\/3, db 1\/2, as asked\. Evicted by Spotalis: 0\.$/ },
  { number: 3, name: "scaling", result: /web 7\/3, api 3\/3, db 1\/2, as asked\. Evicted by Spotalis: 0\.$/ },
  { number: 4, name: "a reclaim", result: /as asked\. Evicted by the drain: [1-9]\d*, by Spotalis: 0\.$/ },
  { number: 6, name: "readOnly", result: /web is still 4\/6, asked 9\/1\. Evicted by Spotalis: 0\.$/ },
];

for (const { number, name, result } of WITHOUT_EVICTIONS) {
  Deno.test(`demo shows ${name} without an eviction`, () => {
    assert.match(resultOf(number), result);
    assert.deepEqual(evictedIn(number), []);
  });
}

Deno.test("demo shows that a burst has its split before any pod is ready", () => {
  const placed = linesOf(1).findIndex((line) =>
    line.includes("web: placed 10 pods: 7 on spot, 3 on on-demand")
  );
  const balanced = linesOf(1).findIndex((line) => line.includes("web is balanced"));
  assert.ok(0 < placed && placed < balanced);
});

Deno.test("demo shows each size of a scale-down with its split", () => {
  const splits = linesOf(3).flatMap((line) =>
    / split .*web: asked (\S+) .*actual (\S+)$/.exec(line)?.slice(1) ?? []
  );
  assert.deepEqual(splits, ["14/6", "14/6", "4/2", "4/2", "7/3", "7/3"]);
});

Deno.test("demo shows a policy change as three evictions, one at a time, and none while the budget allows none", () => {
  const lines = linesOf(5);
  const at = (text: string) => lines.findIndex((line) => line.includes(text));
  assert.match(
    resultOf(5),
    /web 4\/6, asked 4\/6\. Evicted by Spotalis: 3; 9 of 10 pods or more were ready\.$/,
  );
  assert.equal(evictedIn(5).length, 3);
  assert.ok(
    at('web waits (budget): disruption budget "web" allows 0 disruptions') <
      at('patch pdb/web -p \'{"spec":{"maxUnavailable":1}}\''),
  );
  assert.ok(at('patch pdb/web -p \'{"spec":{"maxUnavailable":1}}\'') < at(": evicted "));
  // The replacement of each pod that is evicted is placed before the next one is.
  const steps = lines.flatMap((line) => /web: (evicted|placed 1 pod on on-demand)/.exec(line)?.[1] ?? []);
  assert.deepEqual(steps, Array(3).fill(["evicted", "placed 1 pod on on-demand"]).flat());
});

Deno.test("demo shows what a readOnly operator would do", () => {
  const lines = linesOf(6).join("\n");
  assert.match(
    lines,
    /web has 4 spot and 6 on-demand, asked are 9 and 1: move 5 from on-demand to spot; would evict web-/,
  );
  assert.match(lines, /api: would have placed 1 pod on /);
});

for (const { name, title } of CHAPTERS) {
  Deno.test(`demo --scenario ${name} plays that chapter alone`, async () => {
    const alone = await visitDemo(["--scenario", name]);
    assert.ok(alone.includes(`\n1/1  ${title}\n`));
    assert.equal(alone.split("  result  ").length, 2);
  });
}

Deno.test("demo names its scenarios where one is asked for that there is not", async () => {
  await assert.rejects(visitDemo(["--scenario", "nope"]), (error) => {
    assert.ok(error instanceof UsageError);
    assert.equal(
      error.message,
      'there is no scenario "nope": demo has burst, rollout, scale, reclaim, policy, read-only',
    );
    return true;
  });
});

Deno.test("demo tells into a pipe the same story at any speed", async () => {
  assert.equal(await visitDemo(["--speed", "500"]), output);
});
