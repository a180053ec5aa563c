import assert from "node:assert/strict";
import { renderFrame } from "../../../src/cli/demo/frame.ts";
import { CHAPTERS } from "../../../src/cli/demo/chapters.ts";
import { pods, sampleModel, workload } from "./sample.ts";

const SIZES = [[80, 24], [160, 50], [100, 30], [120, 40], [200, 60], [80, 60], [60, 16], [20, 5], [
  1,
  1,
]] as const;

// deno-lint-ignore no-control-regex
const SGR = /\x1b\[[\d;]*m/g;

for (const [columns, rows] of SIZES) {
  Deno.test(`renderFrame() fills ${columns} by ${rows} and nothing more`, () => {
    for (const colour of [false, true]) {
      const lines = renderFrame(sampleModel(), { columns, rows, colour }).map((line) =>
        line.replaceAll(SGR, "")
      );
      assert.equal(lines.length, rows);
      assert.deepEqual(lines.filter((line) => line.length > columns), []);
    }
  });
}

Deno.test("renderFrame() shows in 80 by 24 all that there is to see", () => {
  assert.equal(
    renderFrame(sampleModel(), { columns: 80, rows: 24, colour: false }).join("\n"),
    ` Spotalis  the real operator in an embedded cluster   01:23 simulated, speed 2x
────────────────────────────────────────────────────────────────────────────────
 4/6  A spot node is taken back
 The cloud gives two minutes' notice. The node is drained as its pods' budgets
 allow, and each replacement goes to spot again: nothing is left to repair.

 SPOT  5 nodes, 12 pods                  ON-DEMAND  3 nodes, 8 pods
 spot-0   web ●●  api ●                  on-demand-0   web ■  api ■  db ■
 spot-1 ! web ●×  api ◦  db ●    -01:42  on-demand-1   web □  api ■  db ■
 spot-2   web ●●○  api ●                 on-demand-2   web ■  api ■
 spot-3   web ●
 spot-4

 WORKLOAD POLICY              ASKED  ACTUAL (spot/on-demand)       SPOTALIS SAYS
 web      70 % spot, floor 1  7/3    6/3     ●●●●●○■■□◊            interrupted
 api      50 % spot, floor 2  3/3    3/3     ●●●■■■                balanced
 db       70 % spot, floor 1  7/3    7/3

 01:01  you       kubectl scale deployment/web --replicas=10
 01:11  cloud     takes spot-1 back in 120 seconds: it is drained
 01:12  spotalis  web waits (interrupted): 1 pod on departing nodes (taint
                  karpenter.sh/disrupted), and so it has to wait
 01:13  cloud     drains spot-1: evicts web-5d5c8b7c9-x2k4p
 ● spot  ■ on-demand  ○ □ starting  ◦ leaving  × evicted  ◊ no node yet q quits`,
  );
});

Deno.test("renderFrame() tells the same with colours and without", () => {
  const at = { columns: 120, rows: 40 };
  const plain = renderFrame(sampleModel(), { ...at, colour: false });
  const coloured = renderFrame(sampleModel(), { ...at, colour: true });
  assert.equal(plain.join("").includes("\x1b"), false);
  assert.deepEqual(coloured.map((line) => line.replaceAll(SGR, "").trimEnd()), plain);
  assert.ok(coloured.join("").includes("\x1b[32m●"));
});

Deno.test("renderFrame() uses a large terminal for larger nodes, more events, and why the operator waits", () => {
  const events = Array.from(
    { length: 40 },
    (_, i) => ({ atMs: i * 1_000, who: "you", text: `event ${i}` }) as const,
  );
  const lines = renderFrame(sampleModel({ events }), { columns: 160, rows: 50, colour: false });
  assert.ok(lines.some((line) => line.startsWith(" ┌ spot-1 ─") && line.includes("gone in 01:42 ┐")));
  assert.ok(lines.some((line) => line.includes("interrupted: 1 pod on departing nodes")));
  assert.ok(lines.filter((line) => line.includes("event")).length >= 15);
  assert.ok(lines.at(-2)!.includes("event 39"));
});

Deno.test("renderFrame() keeps everything in its place when a node comes or goes", () => {
  const heading = (nodes: number) =>
    renderFrame(sampleModel({ nodes: sampleModel().nodes.slice(0, nodes) }), {
      columns: 80,
      rows: 24,
      colour: false,
    })
      .findIndex((line) => line.startsWith(" WORKLOAD"));
  assert.deepEqual([0, 1, 4, 8].map(heading), [13, 13, 13, 13]);
});

Deno.test("renderFrame() asks for a key where the next chapter waits for one", () => {
  const lines = renderFrame(sampleModel({ isWaiting: true }), { columns: 80, rows: 24, colour: false });
  assert.equal(lines.at(-1), " Press any key to go on, q to leave.");
});

Deno.test("renderFrame() has room for 20 pods of a workload beside what the operator says, in 80 columns", () => {
  const web = workload({ name: "web", pods: pods("spot", `web ${"r".repeat(20)}`) });
  const lines = renderFrame(sampleModel({ workloads: [web] }), { columns: 80, rows: 24, colour: false });
  assert.ok(lines.some((line) => line.includes(`${"●".repeat(20)}  balanced`)));
});

for (const { name, words } of CHAPTERS) {
  Deno.test(`the words of ${name} fit into two lines of 80 columns`, () => {
    const chapter = { number: 1, of: 6, title: "", words, result: "its result" };
    const lines = renderFrame(sampleModel({ chapter }), { columns: 80, rows: 24, colour: false });
    assert.equal(lines[5], " its result");
    assert.equal(lines.slice(3, 5).map((line) => line.trim()).join(" "), words);
  });
}
