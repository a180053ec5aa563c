import assert from "node:assert/strict";
import { renderText } from "../../../../src/cli/simulate/render/text.ts";
import { DAY, FINDINGS, sampleReport, SAMPLES } from "./sample.ts";

const PLAIN = { isTerminal: false, columns: 80 };

const TEXT = `\
2 workloads of 2 files over 1 day
60 nodes in 3 groups, from Mon 3 Feb 2025, 00:00 UTC; scenario week.yaml; 3
seeds (1 to 3); 2 variants.

                            as given               percentage 70
Saved                       36.3 % (33.0–38.8 %)   48.3 % (43.9–51.6 %)
Cost, EUR                   4.59 (4.18–4.91)       3.13 (2.85–3.35)
Cost if all on-demand, EUR  7.20 (6.55–7.70)       6.05 (5.50–6.47)
Cost of all nodes, EUR      6.42 (5.85–6.87)       4.38 (3.99–4.69)
Below the floor             0 min (0–0 min)        0 min (0–0 min)
`;

Deno.test("renderText() gives the answer first, the variants beside each other, with the range of the seeds", () => {
  const report = sampleReport({
    workloads: 2,
    lengthMs: DAY,
    seeds: [1, 2, 3],
    variants: ["as given", "percentage 70"],
  });
  const text = renderText(report, PLAIN);
  assert.equal(text.slice(0, text.indexOf("Off the split")), TEXT);
});

Deno.test("renderText() says before anything else what is probably not meant", () => {
  const text = renderText(sampleReport({ findings: FINDINGS }), PLAIN);
  assert.match(
    text,
    /seed\n1\.\n\nProbably not as it was meant:\n- metadata: Left alone, since its policy is invalid\.\n {4}Deployment shop\/api \(shop\.yaml, document 2\)\n\n +as given\n/,
  );
  assert.doesNotMatch(renderText(sampleReport(), PLAIN), /Probably/);
});

Deno.test("renderText() has a row for each workload, those first that matter most", () => {
  const text = renderText(sampleReport({ workloads: 12 }), PLAIN);
  const rows = text.split("\n\n").find((part) => part.startsWith("WORKLOAD"))!.split("\n");
  assert.equal(rows.length, 13);
  assert.equal(rows[0], "WORKLOAD              SPOT  ASKED  BELOW FLOOR  OFF SPLIT  EVICTED   SAVED");
  assert.equal(rows[1], "deploy shop/images     2/4      2      2.5 min     36 min        2  37.0 %");
  assert.equal(rows[12], "deploy data/maps      0/12      -            -          -        0     0 %");
});

Deno.test("renderText() says how many workloads it leaves out", () => {
  const text = renderText(SAMPLES["week"]!(), PLAIN);
  assert.equal(text.match(/^(?:deploy|sts) /gm)?.length, 50);
  assert.match(text, /^and 150 more, in the JSON and on the page$/m);
});

Deno.test("renderText() says which workloads had no spot capacity, and for how long", () => {
  assert.match(
    renderText(sampleReport(), PLAIN),
    /\nWithout spot capacity for a while:\n- \S+ \S+: new pods went to on-demand for 43 min\n/,
  );
  assert.doesNotMatch(renderText(SAMPLES["nothing"]!(), PLAIN), /spot capacity/);
});

Deno.test("renderText() says which workloads are in trouble at the end, and why", () => {
  assert.match(
    renderText(sampleReport(), PLAIN),
    /\n\nIn trouble at the end:\n- Deployment shop\/search: 2 pods wait for a node at the end, for up to 61\n {2}minutes: 0\/60 nodes are available\n\n/,
  );
  assert.doesNotMatch(renderText(SAMPLES["nothing"]!(), PLAIN), /trouble/);
});

Deno.test("renderText() says at once where no workload is managed, and how to go on", () => {
  const [head] = renderText(SAMPLES["not managed"]!(), PLAIN).split("\n\n                ");
  assert.match(head!, /^1 workload of shop\.yaml over 7 days\n/);
  assert.match(
    head!,
    /\n\nNo workload is managed, so the figures are of no pods at all \(.*\)\..*percentage=70\.$/s,
  );
  assert.doesNotMatch(renderText(sampleReport(), PLAIN), /No workload is managed/);
});

Deno.test("renderText() ends with what is not simulated and what was assumed", () => {
  const text = renderText(sampleReport(), PLAIN);
  assert.equal(
    text.slice(text.indexOf("Not simulated")),
    `Not simulated:
- spec.volumeClaimTemplates: Volumes are not simulated: a pod may move to every
  node.
    StatefulSet data/db (shop.yaml, document 4), StatefulSet data/ledger
    (shop.yaml, document 5), StatefulSet shop/images (shop.yaml, document 6)
- DaemonSets are not simulated: their requests take no room on the nodes.
    DaemonSet kube-system/agent (standard input, document 1)

Assumed:
- A container is ready 10 s after its image is there.
- Deployment shop/api asks for no CPU: 100m was taken.
`,
  );
});

Deno.test("renderText() shows a dash where nothing was reclaimed, so that nothing recovered", () => {
  assert.match(renderText(SAMPLES["nothing"]!(), PLAIN), /^Recovery, median {12}–$/m);
});

for (const [name, make] of Object.entries(SAMPLES)) {
  Deno.test(`renderText() fits its columns: ${name}`, () => {
    for (const columns of [80, 200]) {
      const long = renderText(make(), { isTerminal: false, columns }).split("\n").filter((line) =>
        line.length > columns
      );
      assert.deepEqual(long, []);
    }
  });

  Deno.test(`renderText() is the same on a terminal but for its bold heads: ${name}`, () => {
    const text = renderText(make(), { isTerminal: true, columns: 80 });
    assert.ok(text.includes("\x1b[1m"));
    // deno-lint-ignore no-control-regex
    const bare = text.replaceAll(/\x1b\[[01]m/g, "");
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(bare, /[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    assert.equal(bare, renderText(make(), PLAIN));
  });
}
