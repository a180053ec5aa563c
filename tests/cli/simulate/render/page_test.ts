import assert from "node:assert/strict";
import { visible } from "../../../../src/cli/simulate/render/escape.ts";
import { figureOf, FIGURES } from "../../../../src/cli/simulate/render/figures.ts";
import {
  formatBare,
  formatFigure,
  formatPoint,
  type Unit,
} from "../../../../src/cli/simulate/render/format.ts";
import { renderPage } from "../../../../src/cli/simulate/render/page.ts";
import { figuresOf, numbersOf, unescape, valueAt } from "./page_reader.ts";
import { DAY, FINDINGS, HOSTILE, hostileReport, onceEach, sampleReport, SAMPLES } from "./sample.ts";

const MB = 1_000_000;

/** The page of each sample. */
const PAGES = onceEach(
  Object.fromEntries(Object.entries(SAMPLES).map(([name, make]) => [name, () => renderPage(make())])),
);

function bytesOf(page: string): number {
  return new TextEncoder().encode(page).length;
}

/** Of a number, by the end of its path. */
function unitOf(path: string): Unit {
  if (path.endsWith(".pricePerHour")) return "price";
  if (path.endsWith(".reclaimsPerHour")) return "rate";
  if (path.includes(".heldMinutes.") || path.endsWith(".minutesInFallback")) return "minutes";
  const key = path.replace(/\.(?:least|most)$/, "");
  return FIGURES.find((kind) => key.endsWith(`.${kind.key}`))?.unit ?? "count";
}

for (const [name, make] of Object.entries(SAMPLES)) {
  Deno.test(`renderPage() shows the numbers of the JSON, and no others: ${name}`, () => {
    const report: unknown = JSON.parse(JSON.stringify(make()));
    const shown = numbersOf(PAGES[name]!());
    assert.ok(shown.length > 0);
    for (const { path, value, text } of shown) {
      assert.equal(typeof value, "number", path);
      assert.equal(valueAt(report, path), value, path);
      const unit = unitOf(path);
      assert.ok(
        text === formatFigure(value as number, unit) || text === formatBare(value as number, unit),
        path,
      );
    }
  });

  Deno.test(`renderPage() has every figure of every variant: ${name}`, () => {
    const report = make();
    const paths = new Set(numbersOf(PAGES[name]!()).map(({ path }) => path));
    report.variants.forEach((variant, v) => {
      for (const { key } of FIGURES) {
        assert.equal(
          paths.has(`variants.${v}.figures.${key}`),
          figureOf(variant.figures, key) !== undefined,
          key,
        );
        if (variant.ranges?.[key] === undefined) continue;
        assert.ok(
          paths.has(`variants.${v}.ranges.${key}.least`) && paths.has(`variants.${v}.ranges.${key}.most`),
        );
      }
    });
  });

  Deno.test(`renderPage() has a table with all points for every chart: ${name}`, () => {
    const report = make();
    const figures = figuresOf(PAGES[name]!());
    assert.ok(figures.length >= 4 * report.variants.length);
    for (const { drawings, series, times } of figures) {
      assert.ok(drawings.length > 0 && series.length > 0);
      for (const { path, name, cells } of series) {
        const values = path === undefined ? undefined : valueAt(report, path) as number[];
        assert.equal(cells.length, times.length, name);
        if (values !== undefined) assert.deepEqual(cells, values.map(formatPoint), path);
      }
    }
  });

  Deno.test(`renderPage() draws no coordinate that is not a number: ${name}`, () => {
    assert.deepEqual(PAGES[name]!().match(/NaN|Infinity|undefined|\[object/), null);
  });
}

Deno.test("renderPage() names and describes every chart, with ids that occur once", () => {
  const page = renderPage(sampleReport({ variants: ["a", "b"] }));
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
  assert.equal(new Set(ids).size, ids.length);
  const drawings = figuresOf(page).flatMap((figure) => figure.drawings);
  assert.equal(drawings.length, 2 * 4 + 12 * 2);
  for (const drawing of drawings) {
    assert.match(drawing, /^\s*<svg role="img" aria-labelledby="([^"]+)-t" aria-describedby="\1-d"/);
    assert.match(drawing, /<title id="[^"]+-t">[^<]+<\/title><desc id="[^"]+-d">[^<]+<\/desc>/);
  }
});

Deno.test("renderPage() labels every line at its end, with the value that it ends at", () => {
  const [pods] = figuresOf(renderPage(sampleReport()));
  const labels = [...pods!.drawings[0]!.split('class="ends"')[1]!.matchAll(/<text[^>]*>([^<]*)</g)];
  assert.deepEqual(labels.map(([, text]) => text), ["spot 47", "on-demand 62", "spot asked 47"]);
});

Deno.test("renderPage() keeps the labels of lines with the same value apart", () => {
  for (const page of Object.values(PAGES)) {
    for (const drawing of figuresOf(page()).flatMap(({ drawings }) => drawings)) {
      const ends = drawing.split('class="ends"')[1]!;
      const tops = [...ends.matchAll(/<text[^>]* y="([^"]*)"/g)].map(([, y]) => Number(y)).sort((a, b) =>
        a - b
      );
      tops.forEach((y, i) => assert.ok(i === 0 || y - tops[i - 1]! >= 14, `${tops}`));
    }
  }
});

Deno.test("renderPage() counts what the timeline says in the table of what happened", () => {
  const report = sampleReport();
  const happened = figuresOf(renderPage(report))[3]!;
  const counts = happened.series.map((
    { name, cells },
  ) => [name, cells.reduce((sum, cell) => sum + Number(cell), 0)]);
  const of = (what: string) => report.variants[0]!.timeline.filter((entry) => entry.what === what).length;
  assert.deepEqual(counts, [
    ["evictions", of("eviction")],
    ["reclaims", of("reclaim")],
    ["deploys", of("deploy")],
    ["scalings", of("scale")],
    ["policy", of("policy")],
    ["outages", of("outage")],
    ["warnings", of("warning")],
  ]);
});

Deno.test("renderPage() draws an outage as long as it lasts, as far as the run goes", () => {
  const report = sampleReport({ lengthMs: DAY, bucketMs: 15 * 60_000 });
  const [first, second] = report.variants[0]!.timeline.filter(({ what }) => what === "outage");
  const drawing = figuresOf(renderPage(report))[3]!.drawings[0]!;
  const path = / class="bar plain" d="(M[^"]*Z)"/.exec(drawing)![1]!;
  const bars = [...path.matchAll(/M(\S+) \d+H([\d.]+)V\d+H(\S+)Z/g)].map((match) => match.slice(1).map(Number));
  const at = (ms: number) => Math.round(Math.min(ms / DAY, 1) * 2_000) / 2;
  assert.deepEqual(bars, [first!, second!].map(({ atMs, untilMs }) => [at(atMs), at(untilMs!), at(atMs)]));
  assert.equal(bars[1]![1], 1_000);
});

Deno.test("renderPage() hatches the periods that have a moment below the floor, and no others", () => {
  const report = sampleReport();
  const [, , , , ...charted] = figuresOf(renderPage(report));
  for (const { drawings, series } of charted) {
    const path = series[0]!.path!.replace(/\.replicas$/, ".belowFloor");
    const below = valueAt(report, path) as number[];
    const runs = below.filter((minutes, i) => minutes > 0 && !(below[i - 1]! > 0)).length;
    assert.equal(drawings[1]!.match(/class="hatched"/g)?.length ?? 0, runs, path);
  }
});

Deno.test("renderPage() says which currency prices and costs are in", () => {
  const page = renderPage(sampleReport()).replaceAll(/<\/?bdi>/g, "");
  for (
    const label of ["Cost, EUR", "Cost if all on-demand, EUR", "Cost of all nodes, EUR", "Price an hour, EUR"]
  ) {
    assert.ok(page.includes(`<th scope="row">${label} `) || page.includes(`<th scope="col">${label}<`), label);
  }
});

Deno.test("renderPage() says why a workload is in trouble, and where none is managed", () => {
  assert.match(
    renderPage(sampleReport()),
    /1 workload does not have all pods running at the end\. <a href="#workloads">/,
  );
  assert.match(renderPage(sampleReport()), /<small class="trouble"><bdi>2 pods wait for a node at the end/);
  assert.match(PAGES["not managed"]!(), /<p class="callout">No workload is managed, so /);
  assert.doesNotMatch(renderPage(sampleReport()), /No workload is managed/);
});

Deno.test("renderPage() asks no network for anything", () => {
  for (const page of [PAGES["compared"]!(), PAGES["hostile"]!()]) {
    assert.deepEqual(
      page.match(/(?:src|href|srcset|data|action|poster|background)\s*=\s*["']?(?!["']?#)[^"'\s>]+:/i),
      null,
    );
    assert.deepEqual(
      page.match(/<(?:link|img|iframe|object|embed|base|form)\b|@import|url\((?!#)|\bfetch\(/i),
      null,
    );
    assert.equal(page.match(/<script\b/g)?.length, 1);
  }
});

Deno.test("renderPage() lets no text from outside be more than text", () => {
  const page = renderPage(hostileReport());
  assert.equal(page.match(/<script/g)?.length, 1);
  assert.equal(page.match(/<title>/g)?.length, 1);
  // deno-lint-ignore no-control-regex
  assert.deepEqual(page.match(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/), null);
  assert.ok(page.isWellFormed());
  const bare = page.replaceAll(/<(style|script)>.*?<\/\1>/gs, "").replaceAll(/"[^"<>]*"/g, "");
  assert.ok(!/<[^<>]*\sonload/.test(bare), "an attribute of the hostile text is one of the page");
  assert.ok(!bare.includes("'"), "an apostrophe of the hostile text is unescaped");
  assert.ok(unescape(page).split(visible(HOSTILE)).length > 50, "the hostile text is not there at all");
});

Deno.test("renderPage() isolates the direction of names from the text around them", () => {
  const page = renderPage(hostileReport());
  const name = /<bdi>[^<]*\u05e9\u05dc\u05d5\u05dd[^<]*<\/bdi>/g;
  const names = page.replaceAll(
    /<title.*?<\/title>|<caption>.*?<\/caption>|"[^"]*"|<span class="unseen">.*?<\/span>/gs,
    "",
  );
  assert.ok(names.match(name)!.length > 20);
  assert.deepEqual(
    names.replaceAll(name, "").replace(/<(?:footer|style)>.*?<\/(?:footer|style)>/gs, "").match(/\u05e9/),
    null,
  );
});

Deno.test("renderPage() of a week of 200 workloads is under 1 MB, also with four variants beside each other", () => {
  assert.ok(bytesOf(PAGES["week"]!()) < 0.7 * MB);
  assert.ok(bytesOf(PAGES["compared week"]!()) < MB);
});

Deno.test("renderPage() shows all workloads of a week, and charts of the twelve that matter most", () => {
  const report = SAMPLES["week"]!();
  const page = PAGES["week"]!();
  const evictions = numbersOf(page).filter(({ path }) => /^variants\.0\.workloads\.\d+\.saved$/.test(path));
  assert.equal(evictions.length, 200);
  assert.equal(figuresOf(page).length, 4 + 12);
  assert.match(page, /The 12 of 200 workloads that matter most/);
  const most = report.variants[0]!.workloads.toSorted((a, b) => b.minutesBelowFloor - a.minutesBelowFloor)[0]!;
  assert.equal(
    figuresOf(page)[4]!.series[0]!.path?.split(".")[3],
    `${report.variants[0]!.workloads.indexOf(most)}`,
  );
});

Deno.test("renderPage() shows at most 200 events, and says how many more there are", () => {
  const { timeline } = SAMPLES["week"]!().variants[0]!;
  const page = PAGES["week"]!();
  const table = /<table class="events">.*?<tbody>(.*?)<\/tbody>/s.exec(page)![1]!;
  assert.equal(table.match(/<tr>/g)?.length, 200);
  const left = (timeline.length - 200).toLocaleString("en-US");
  assert.ok(page.includes(`; ${left} more are in the JSON.`));
  for (const what of ["outage", "policy", "warning"]) assert.ok(table.includes(`<td>${what}</td>`), what);
});

Deno.test("renderPage() says what is not simulated once, with all the places", () => {
  const page = renderPage(sampleReport());
  assert.equal(page.split("Volumes are not simulated").length, 2);
  for (const name of ["data/db", "data/ledger", "shop/images"]) {
    assert.ok(page.includes(`StatefulSet ${name} (shop.yaml`));
  }
  assert.ok(page.includes("4 parts of the input are not simulated as they stand."));
  assert.ok(PAGES["empty"]!().includes("All of the input is simulated."));
});

Deno.test("renderPage() says at its head that something is probably not meant, and lists what", () => {
  const page = renderPage(sampleReport({ findings: FINDINGS }));
  assert.match(page, /1 thing in the input is probably not as it was meant\. <a href="#findings">/);
  assert.match(page, /<h2 id="findings">.*?Left alone, since its policy is invalid\..*?<h2 id="notes">/s);
  assert.doesNotMatch(renderPage(sampleReport()), /findings/);
});

Deno.test("renderPage() has its headings in order", () => {
  for (const page of Object.values(PAGES)) {
    let last = 0;
    for (const [, level] of page().matchAll(/<h([1-6])\b/g)) {
      assert.ok(Number(level) <= last + 1, `h${level} after h${last}`);
      last = Number(level);
    }
  }
});
