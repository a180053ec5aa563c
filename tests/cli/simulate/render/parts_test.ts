import assert from "node:assert/strict";
import {
  bucketEdges,
  bucketOf,
  spread,
  timeTicks,
  valueTicks,
} from "../../../../src/cli/simulate/render/axis.ts";
import { stepPath } from "../../../../src/cli/simulate/render/chart.ts";
import {
  formatAxis,
  formatFigure,
  formatLength,
  formatPoint,
  formatTime,
  type Unit,
} from "../../../../src/cli/simulate/render/format.ts";
import { NOTHING_LOST } from "../../../../src/cli/simulate/manifest_kinds.ts";
import { describePlace, groupNotes } from "../../../../src/cli/simulate/render/notes.ts";
import { pickEntries } from "../../../../src/cli/simulate/render/page_timeline.ts";
import { rankWorkloads } from "../../../../src/cli/simulate/render/ranking.ts";
import { shorten, wrap } from "../../../../src/cli/simulate/render/wrap.ts";
import { DAY, HOUR, sampleReport } from "./sample.ts";

const MONDAY = Date.UTC(2025, 1, 3);

const FIGURES: readonly (readonly [number, Unit, string])[] = [
  [0, "share", "0 %"],
  [0.4576, "share", "45.8 %"],
  [0.0002, "share", "<0.1 %"],
  [-0.032, "share", "-3.2 %"],
  [1, "share", "100.0 %"],
  [0, "money", "0"],
  [12.3, "money", "12.30"],
  [1_500.25, "money", "1,500"],
  [0.001, "money", "<0.01"],
  [2.54, "minutes", "2.5 min"],
  [0.01, "minutes", "<0.1 min"],
  [1_234.5, "minutes", "1,235 min"],
  [1_234, "count", "1,234"],
  [2.5, "count", "2.5"],
  [9e15, "count", "9000T"],
  [0.0336, "price", "0.0336"],
  [0.125, "rate", "0.125"],
  [42.4, "seconds", "42 s"],
  [198, "seconds", "3 min 18 s"],
  [240, "seconds", "4 min"],
  [4_140, "seconds", "1 h 9 min"],
  [90_000, "seconds", "1 d 1 h"],
];

for (const [value, unit, text] of FIGURES) {
  Deno.test(`formatFigure() writes ${value} as ${unit} as "${text}"`, () => {
    assert.equal(formatFigure(value, unit), text);
  });
}

Deno.test("formatPoint() has at most two digits after the point, and no minus at zero", () => {
  assert.deepEqual([1 / 3, 2, 1e6 + 0.005, -0.001].map(formatPoint), ["0.33", "2", "1000000.01", "0"]);
});

Deno.test("formatAxis() is short", () => {
  assert.deepEqual([0, 0.25, 12.34, 123.4, 9_999, 12_345, 3e13].map(formatAxis), [
    "0",
    "0.25",
    "12.3",
    "123",
    "9,999",
    "12.3K",
    "30T",
  ]);
});

Deno.test("formatLength() takes the largest unit that leaves no rest", () => {
  assert.deepEqual([7 * DAY, DAY, 36 * HOUR, 90_000, 0].map(formatLength), [
    "7 days",
    "1 day",
    "36 hours",
    "90 seconds",
    "0 seconds",
  ]);
});

Deno.test("formatTime() names the day of the week in a week, and the date in what is longer", () => {
  assert.equal(formatTime(27 * HOUR, { startMs: MONDAY, lengthMs: 7 * DAY }), "Tue 03:00");
  assert.equal(formatTime(27 * HOUR, { startMs: MONDAY, lengthMs: 8 * DAY }), "4 Feb 03:00");
});

Deno.test("timeTicks() falls on days and hours, wherever the run starts", () => {
  const ticks = timeTicks({ startMs: MONDAY + 5 * HOUR, lengthMs: DAY });
  assert.deepEqual(ticks.map(({ label }) => label), [
    "06:00",
    "09:00",
    "12:00",
    "15:00",
    "18:00",
    "21:00",
    "Tue 4",
    "03:00",
  ]);
  assert.equal(ticks[0]!.at, 1 / 24);
});

Deno.test("timeTicks() has between four and nine labels for every length", () => {
  for (const lengthMs of [90_000, HOUR, 5 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 365 * DAY, 3_000 * DAY]) {
    const count = timeTicks({ startMs: MONDAY + 1, lengthMs }).length;
    assert.ok(count >= 3 && count <= 9, `${lengthMs}: ${count}`);
  }
});

Deno.test("valueTicks() starts at zero, and holds the most", () => {
  assert.deepEqual(valueTicks(0, 4), [0, 1]);
  assert.deepEqual(valueTicks(83, 4), [0, 25, 50, 75, 100]);
  assert.deepEqual(valueTicks(7, 4), [0, 2, 4, 6, 8]);
  assert.deepEqual(valueTicks(0.3, 2), [0, 0.2, 0.4]);
  for (const most of [1e-6, 1, 3, 9.99, 10, 101, 12_345, 4.4e13]) {
    const ticks = valueTicks(most, 4);
    assert.ok(ticks.at(-1)! >= most && ticks.length <= 6, `${most}: ${ticks}`);
  }
});

Deno.test("spread() moves apart what is too close, keeps its order, and stays within its limits", () => {
  const limits = { gap: 10, least: 0, most: 40 };
  assert.deepEqual(spread([5, 30], limits), [5, 30]);
  assert.deepEqual(spread([20, 20, 20], limits), [20, 30, 40]);
  assert.deepEqual(spread([40, 39, 40], limits), [30, 20, 40]);
  assert.deepEqual(spread([], limits), []);
});

Deno.test("bucketOf() finds the bucket of a moment", () => {
  const axis = { startMs: 0, lengthMs: 25, atMs: [0, 10, 20] };
  assert.deepEqual([0, 9, 10, 24, 99].map((at) => bucketOf(at, axis)), [0, 0, 1, 2, 2]);
  assert.equal(bucketOf(0, { ...axis, atMs: [] }), undefined);
  assert.deepEqual(bucketEdges(axis), [0, 0.4, 0.8, 1]);
});

Deno.test("stepPath() draws a run of equal values as one line", () => {
  const axis = { startMs: 0, lengthMs: 4, atMs: [0, 1, 2, 3] };
  assert.equal(stepPath([2, 2, 5, 5], { axis, yOf: (v) => v }), "M0 2H500V5H1000");
  assert.equal(stepPath([], { axis, yOf: (v) => v }), "");
});

Deno.test("rankWorkloads() puts minutes below the floor first, then off the split, then evictions, over all variants", () => {
  const { variants: [first] } = sampleReport({ workloads: 4, unrest: 0 });
  const [a, b, c, d] = first!.workloads;
  const left = { ...first!, workloads: [a!, { ...b!, evictions: 9 }, { ...c!, minutesOffSplit: 1 }] };
  const right = { ...first!, workloads: [{ ...d!, minutesBelowFloor: 0.1 }, a!] };
  assert.deepEqual(rankWorkloads([left, right]).map(({ workload, indices }) => [workload.name, indices]), [
    [d!.name, [undefined, 0]],
    [c!.name, [2, undefined]],
    [b!.name, [1, undefined]],
    [a!.name, [0, 1]],
  ]);
});

Deno.test("pickEntries() keeps the rarer kinds, and their order", () => {
  const entry = (what: "eviction" | "outage", atMs: number) => ({ what, atMs, subject: "", detail: "" });
  const timeline = [entry("eviction", 1), entry("eviction", 2), entry("outage", 3), entry("eviction", 4)];
  assert.deepEqual(pickEntries(timeline, 2).map(({ atMs }) => atMs), [1, 3]);
  assert.deepEqual(pickEntries(timeline, 9), timeline);
});

Deno.test("groupNotes() puts what is said in the same words together", () => {
  const note = { file: "a.yaml", document: 1, object: "x", path: "spec", why: "No." };
  const groups = groupNotes([note, { ...note, path: "" }, { ...note, object: "y" }]);
  assert.deepEqual(groups.map(({ path, notes }) => [path, notes.map(({ object }) => object)]), [
    ["spec", ["x", "y"]],
    ["", ["x"]],
  ]);
});

Deno.test("groupNotes() puts last what makes no difference", () => {
  const note = { file: "a.yaml", document: 1, object: "x", path: "", why: NOTHING_LOST };
  assert.deepEqual(groupNotes([note, { ...note, why: "No." }, note]).map(({ why }) => why), [
    "No.",
    NOTHING_LOST,
  ]);
});

Deno.test("describePlace() names the file only where there are others", () => {
  const note = { file: "-", document: 2, object: "Service a/b", path: "", why: "No." };
  assert.equal(describePlace(note, ["-"]), "Service a/b (document 2)");
  assert.equal(describePlace(note, ["-", "a.yaml"]), "Service a/b (standard input, document 2)");
  assert.equal(describePlace({ ...note, file: "s.yaml" }, ["-"]), "Service a/b (s.yaml, document 2)");
});

Deno.test("wrap() breaks between words, and within one that is longer than a line", () => {
  assert.equal(wrap("one two three", { width: 9, first: "- " }), "- one two\n  three\n");
  assert.equal(wrap("abcdefghij k", { width: 6, first: "- " }), "- abcd\n  efgh\n  ij k\n");
  assert.equal(wrap("a\nb\x1b[31m", { width: 80 }), "a\ufffdb\ufffd[31m\n");
});

Deno.test("shorten() leaves the beginning and the end of a name", () => {
  assert.equal(shorten("deploy shop/web", 20), "deploy shop/web");
  assert.equal(shorten("abcdefghij", 5), "ab…ij");
});
