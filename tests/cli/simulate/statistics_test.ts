import assert from "node:assert/strict";
import { combined } from "../../../src/cli/simulate/statistics.ts";
import type { Figures } from "../../../src/cli/simulate/report.ts";
import { sampleReport } from "./render/sample.ts";

const RUN = sampleReport({ workloads: 1 }).variants[0]!;

function runs(...figures: readonly Partial<Figures>[]) {
  return figures.map((own) => ({ ...RUN, figures: { ...RUN.figures, ...own } }));
}

Deno.test("combined() leaves a single run as it is", () => {
  const [only] = runs({});
  assert.equal(combined([only!]), only);
});

Deno.test("combined() has the median of each figure, of an even number the mean of the two in the middle", () => {
  const odd = combined(runs({ evictions: 9 }, { evictions: 1 }, { evictions: 10 }));
  assert.deepEqual([odd.figures.evictions, odd.ranges!["evictions"]], [9, { least: 1, most: 10 }]);
  const even = combined(runs({ cost: 4 }, { cost: 1 }, { cost: 2 }, { cost: 10 }));
  assert.deepEqual([even.figures.cost, even.ranges!["cost"]], [3, { least: 1, most: 10 }]);
});

Deno.test("combined() takes recoveries from those runs that have any", () => {
  const recovered = { recoverySeconds: { median: 10, longest: 30 } };
  const some = combined(runs({ recoverySeconds: undefined }, recovered));
  assert.deepEqual(some.figures.recoverySeconds, recovered.recoverySeconds);
  assert.deepEqual(some.ranges!["recoverySeconds.longest"], { least: 30, most: 30 });
  const none = combined(runs({ recoverySeconds: undefined }, { recoverySeconds: undefined }));
  assert.equal(none.figures.recoverySeconds, undefined);
});

Deno.test("combined() has all else of the first run", () => {
  const [first, second] = runs({}, {});
  const other = { ...second!, workloads: [], timeline: [] };
  assert.deepEqual({ ...combined([first!, other]), figures: 0, ranges: 0 }, {
    ...first!,
    figures: 0,
    ranges: 0,
  });
});
