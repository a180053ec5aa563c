/** What Go's `time.Parse` says of a text, for the two layouts in which the API reads times; undefined: fine. */
export function timeProblem(text: string, { isMicro }: { isMicro: boolean }): string | undefined {
  return isMicro ? parseProblem(text, MICRO) : parseProblem(text, SECONDS);
}

interface Element {
  readonly name: string;
  readonly pattern: RegExp;
  readonly range?: { readonly unit: string; readonly least: number; readonly most: number };
}

const two = (name: string, range: Element["range"]): Element => ({ name, pattern: /^\d\d/, range });
const literal = (name: string): Element => ({ name, pattern: new RegExp(`^${name}`) });
const ZONE: Element = { name: "Z07:00", pattern: /^(?:Z|[+-]\d\d:\d\d)/ };
const UP_TO_SECONDS: readonly Element[] = [
  { name: "2006", pattern: /^\d{4}/ },
  literal("-"),
  two("01", { unit: "month", least: 1, most: 12 }),
  literal("-"),
  two("02", undefined),
  literal("T"),
  two("15", { unit: "hour", least: 0, most: 23 }),
  literal(":"),
  two("04", { unit: "minute", least: 0, most: 59 }),
  literal(":"),
  two("05", { unit: "second", least: 0, most: 59 }),
];

interface Layout {
  readonly text: string;
  readonly elements: readonly Element[];
}

const MICRO: Layout = {
  text: "2006-01-02T15:04:05.000000Z07:00",
  elements: [...UP_TO_SECONDS, { name: ".000000", pattern: /^\.\d{6}/ }, ZONE],
};

/** A fraction is read and dropped, although the layout has none. */
const FRACTION: Element = { name: "", pattern: /^(?:[.,]\d+)?/ };
const SECONDS: Layout = { text: "2006-01-02T15:04:05Z07:00", elements: [...UP_TO_SECONDS, FRACTION, ZONE] };

function parseProblem(text: string, layout: Layout): string | undefined {
  let rest = text;
  for (const { name, pattern, range } of layout.elements) {
    const match = pattern.exec(rest);
    if (match === null) {
      return `parsing time "${text}" as "${layout.text}": cannot parse "${rest}" as "${name}"`;
    }
    const number = Number(match[0]);
    if (range !== undefined && (number < range.least || number > range.most)) {
      return `parsing time "${text}": ${range.unit} out of range`;
    }
    rest = rest.slice(match[0].length);
  }
  if (rest !== "") return `parsing time "${text}": extra text: "${rest}"`;
  return isDay(text) ? undefined : `parsing time "${text}": day out of range`;
}

function isDay(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split("-").map(Number) as [number, number, number];
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
