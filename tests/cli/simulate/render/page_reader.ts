import assert from "node:assert/strict";

/** What a page shows of a number of the report. */
export interface Shown {
  readonly path: string;
  readonly value: unknown;
  readonly text: string;
}

/** A series in the table of a chart: its head, and its cells from the first row to the last. */
export interface ShownSeries {
  readonly path: string | undefined;
  readonly name: string;
  readonly cells: readonly string[];
}

export function numbersOf(page: string): Shown[] {
  return [...page.matchAll(/data-path="([^"]*)" data-value="([^"]*)">([^<]*)/g)].map((
    [, path, value, text],
  ) => ({
    path: unescape(path!),
    value: JSON.parse(unescape(value!)),
    text: unescape(text!).trim(),
  }));
}

/** The figures that hold charts, each with its drawings and its table. */
export function figuresOf(page: string): { drawings: string[]; times: string[]; series: ShownSeries[] }[] {
  return [...page.matchAll(/<figure class="chart">(.*?)<\/figure>/gs)].map(([, figure]) => {
    const table = /<details>.*?<table class="points">(.*?)<\/table>.*?<\/details>/s.exec(figure!)?.[1];
    assert.ok(table !== undefined, "a chart has no table");
    const [head, body] = table.split("<tbody>");
    const rows = body!.split("<tr>").slice(1).map((row) => row.split(/<t[hd][^>]*>/).slice(1).map(textOf));
    const heads = [...head!.matchAll(/<th scope="col"(?: data-series="([^"]*)")?>([^<]*)<\/th>/g)].slice(1);
    return {
      drawings: [...figure!.matchAll(/<div class="plot">(.*?)<\/svg><\/div>/gs)].map(([, drawing]) => drawing!),
      times: rows.map((row) => row[0]!),
      series: heads.map(([, path, name], i) => ({
        path: path && unescape(path),
        name: unescape(name!),
        cells: rows.map((row) => row[i + 1]!),
      })),
    };
  });
}

/** The value at a path; a key may have points of its own. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === "") return value;
  const names = path.split(".");
  for (let n = names.length; n > 0 && typeof value === "object" && value !== null; n--) {
    const key = names.slice(0, n).join(".");
    if (Object.hasOwn(value, key)) return valueAt(Reflect.get(value, key), names.slice(n).join("."));
  }
  assert.fail(`the report has no ${path}`);
}

function textOf(html: string): string {
  return unescape(html.replaceAll(/<[^>]*>/g, "")).trim();
}

export function unescape(text: string): string {
  const plain: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => plain[name]!);
}
