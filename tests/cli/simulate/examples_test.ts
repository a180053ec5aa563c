import assert from "node:assert/strict";
import { figureOf, FIGURES, labelOf } from "../../../src/cli/simulate/render/figures.ts";
import { formatBare, formatPoint } from "../../../src/cli/simulate/render/format.ts";
import type { Report } from "../../../src/cli/simulate/report.ts";
import { runMain } from "../support.ts";
import { figuresOf, numbersOf, unescape, valueAt } from "./render/page_reader.ts";

const ROOT = new URL("../../../", import.meta.url);

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** What `simulate` writes with files of the examples. */
async function written(args: readonly string[]): Promise<string> {
  const paths = args.filter((arg) => arg.startsWith("examples/"));
  const files = Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await textOf(path)])));
  const { code, out, error } = await runMain(["simulate", ...args], { files });
  assert.deepEqual([code, error], [0, ""]);
  return out;
}

async function simulated(args: readonly string[]): Promise<{ text: string; report: Report }> {
  const text = await written([...args, "-o", "json"]);
  return { text, report: JSON.parse(text) };
}

const SHOP = ["-f", "examples/shop.yaml", "--scenario"];

/** Each with what it is about, and as much of it as shows that. */
const SCENARIOS: readonly [name: string, length: string, check: (report: Report) => void][] = [
  ["quiet-day", "14h", ({ variants: [given] }) => {
    // Two pods of the web are moved at noon, and nothing is below its floor for longer than a roll-out takes.
    assert.equal(given!.figures.evictions, 2);
    assert.ok(given!.figures.minutesBelowFloor < 5);
  }],
  ["black-friday", "3h", ({ variants: [given] }) => {
    assert.ok(given!.figures.reclaims > 3 && given!.figures.spotShare > 0.5);
  }],
  ["reclaim-storm", "1h", ({ variants: [given] }) => {
    assert.ok(given!.figures.reclaims > 10 && given!.figures.podsReclaimed > 10);
  }],
  ["spot-outage", "9h", ({ variants: [given] }) => {
    assert.equal(given!.timeline.filter(({ what }) => what === "outage").length, 2);
    assert.ok(given!.figures.minutesPending > 60);
    assert.equal(given!.figures.minutesBelowFloor, 0);
  }],
  ["week", "8h", ({ variants: [given] }) => {
    assert.ok(given!.figures.reclaims > 25 && given!.figures.podsCreated > 100);
    // Five nodes of eight are lost in an hour, and still the split is nearly the one asked for.
    assert.ok(Math.abs(given!.figures.spotShare - given!.figures.spotShareAsked) < 0.05);
  }],
];

for (const [name, length, check] of SCENARIOS) {
  Deno.test(`examples/scenarios/${name}.yaml is played with the shop`, async () => {
    const { report } = await simulated([...SHOP, `examples/scenarios/${name}.yaml`, "--length", length]);
    const [given] = report.variants;
    assert.equal(given!.workloads.length, 4);
    for (const { name, trouble, isManaged } of given!.workloads) {
      assert.deepEqual([trouble, isManaged], [undefined, true], name);
    }
    assert.ok(given!.figures.saved > 0.1 && given!.figures.cost < given!.figures.costOfNodes);
    check(report);
  });
}

const ALONE: readonly [name: string, spot: number, onDemand: number][] = [
  ["quorum", 2, 3],
  ["cluster-list", 3, 2],
];

for (const [name, spot, onDemand] of ALONE) {
  Deno.test(`examples/${name}.yaml is played with the default scenario`, async () => {
    const { report } = await simulated(["-f", `examples/${name}.yaml`, "--length", "4h"]);
    const [workload] = report.variants[0]!.workloads;
    assert.deepEqual([workload!.spot, workload!.onDemand, workload!.trouble], [spot, onDemand, undefined]);
  });
}

Deno.test("simulate writes the same bytes for the same seed, and others for another", async () => {
  const day = [...SHOP, "examples/scenarios/quiet-day.yaml"];
  const [given, again] = [await simulated(day), await simulated(day)];
  assert.equal(given.report.scenario.lengthMs, 86_400_000);
  assert.ok(given.report.variants[0]!.figures.reclaims > 1);
  assert.ok(given.text === again.text, "two runs differ");
  const other = await simulated([...day, "--seed", "2", "--length", "6h"]);
  const begun = ({ variants: [first] }: Report) => first!.timeline.filter(({ atMs }) => atMs < 21_600_000);
  assert.notDeepEqual(begun(other.report), begun(given.report));
  assert.deepEqual(other.report.scenario.seeds, [2]);
});

function reclaimsOf({ variants }: Report): (readonly [atMs: number, node: string])[][] {
  return variants.map(({ timeline }) =>
    timeline.filter(({ what }) => what === "reclaim").map(({ atMs, subject }) => [atMs, subject] as const)
  );
}

Deno.test("simulate has the cloud take nodes back at the same times, whatever is compared", async () => {
  const compare = ["--compare", "off", "--compare", "percentage=20", "--compare", "floor=3", "--length", "3h"];
  const { report } = await simulated([...SHOP, "examples/scenarios/week.yaml", ...compare]);
  const [given, ...others] = reclaimsOf(report);
  assert.ok(given!.length > 6);
  const times = (each: typeof given) => each!.map(([atMs]) => atMs);
  for (const other of others) assert.deepEqual(times(other), times(given));
});

Deno.test("simulate varies the seed, and has medians with ranges over them", async () => {
  const args = [...SHOP, "examples/scenarios/reclaim-storm.yaml", "--length", "40m"];
  const { report: { variants: [all], scenario } } = await simulated([...args, "--runs", "3"]);
  const alone = [];
  for (const seed of ["11", "12", "13"]) {
    alone.push((await simulated([...args, "--seed", seed])).report.variants[0]!);
  }
  assert.deepEqual(scenario.seeds, [11, 12, 13]);
  for (const key of ["evictions", "cost", "podsReclaimed", "minutesPending", "spotShare"] as const) {
    const values = alone.map(({ figures }) => figures[key]).sort((a, b) => a - b);
    assert.equal(all!.figures[key], values[1], key);
    assert.deepEqual(all!.ranges![key], { least: values[0], most: values[2] }, key);
  }
  assert.deepEqual(all!.workloads, alone[0]!.workloads);
});

Deno.test("simulate shows the numbers of its JSON on its page, and all of them in the tables of the charts", async () => {
  const args = [...SHOP, "examples/scenarios/reclaim-storm.yaml", "--length", "40m", "--compare", "off"];
  const { report } = await simulated(args);
  const page = await written([...args, "-o", "html"]);
  const shown = numbersOf(page);
  assert.ok(shown.length > 150);
  for (const { path, value } of shown) assert.equal(valueAt(report, path), value, path);
  const figures = figuresOf(page);
  assert.equal(figures.length, 2 * (4 + 4));
  for (const { series } of figures) {
    for (const { path, cells } of series) {
      if (path !== undefined) {
        assert.deepEqual(cells, (valueAt(report, path) as number[]).map(formatPoint), path);
      }
    }
  }
});

Deno.test("simulate shows the same answer as text, JSON and page", async () => {
  const args = [...SHOP, "examples/scenarios/quiet-day.yaml", "--length", "3h"];
  const { report: { variants: [given] } } = await simulated(args);
  const text = await written(args);
  const page = unescape(await written([...args, "-o", "html"]));
  for (const kind of FIGURES) {
    const value = figureOf(given!.figures, kind.key);
    const bare = value === undefined ? "–" : formatBare(value, kind.unit);
    const line = text.split("\n").find((each) => each.startsWith(`${labelOf(kind, "USD")}  `))!;
    if (kind.unit !== "seconds") assert.match(line, new RegExp(`  ${bare}(?: %| min)?$`), kind.key);
    assert.ok(page.includes(bare), kind.key);
  }
});
