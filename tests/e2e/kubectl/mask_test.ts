import assert from "node:assert/strict";
import { diff } from "./compare.ts";
import { mask } from "./mask.ts";

const MASKED: readonly [text: string, masked: string][] = [
  ["web-58d487b775-52wm9   1/1     Running   0          25m", "web-HASH-POD  1/1  Running  0  AGE"],
  ["replicaset.apps/web-9bc7bd9cd   3   3   3   3m5s", "replicaset.apps/web-HASH  3  3  3  AGE"],
  [
    "db-0   1/1   Running   2 (101s ago)   12s   10.0.0.7   spot-1",
    "db-0  1/1  Running  2 (AGE ago)  AGE  IP  NODE",
  ],
  ["app=web,pod-template-hash=58d487b775", "app=web,pod-template-hash=HASH"],
  ['      "resourceVersion": "4711",', '      "resourceVersion": VERSION,'],
  ["  uid: 64eea7ce-c511-4f65-912f-1316f9437382", "  uid: UID"],
  ['  creationTimestamp: "2026-11-25T00:34:32Z"', '  creationTimestamp: "TIME"'],
  ["Start Time:       Wed, 25 Nov 2026 00:35:41 +0000", "Start Time:  TIME"],
  [
    "  Normal  Scheduled  3s (x2 over 5s)  default-scheduler",
    "  Normal  Scheduled  AGE AGE  default-scheduler",
  ],
  ["      cpu:        100m", "      cpu:  100m"],
  ["  cpu   100m (0%)   0 (0%)", "  cpu  100m (0%)  0 (0%)"],
  ['"requests":{"cpu":"100m","memory":"64Mi"}', '"requests":{"cpu":"100m","memory":"64Mi"}'],
  ["deployment.apps/web scaled", "deployment.apps/web scaled"],
  ["web   3/3   3   3", "web  3/3  3  3"],
];

for (const [text, masked] of MASKED) {
  Deno.test(`mask() makes ${JSON.stringify(masked)}`, () => assert.equal(mask(text), masked));
}

const DIFFS: readonly [left: string[], right: string[], lines: string[]][] = [
  [["a", "b"], ["a", "b"], []],
  [["a", "b", "c"], ["a", "c"], ["- b"]],
  [["a", "c"], ["a", "b", "c", "d"], ["+ b", "+ d"]],
  [["a", "b"], ["a", "x"], ["- b", "+ x"]],
  [[], ["a"], ["+ a"]],
];

for (const [left, right, lines] of DIFFS) {
  Deno.test(`diff() of ${left} and ${right} is ${lines}`, () => assert.deepEqual(diff(left, right), lines));
}
