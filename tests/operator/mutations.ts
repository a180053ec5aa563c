import type { Random } from "../support/random.ts";

/** What a stranger may put anywhere. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  -0,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  "",
  "text",
  "\ud800",
  "a\u0000b",
  "one\ntwo\r\u2028three",
  "\u001b[31m\u009b2J\u202egnp",
  "x".repeat(5_000),
  "ä".repeat(10_240),
  "__proto__",
  "${jndi:ldap://x}",
  "../../../secrets",
  [],
  {},
  [null],
  [[]],
  { "__proto__": null },
  { "constructor": { "prototype": 1 } },
];
const STRANGE_KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "toJSON",
  "then",
  "length",
  "",
  "a.b/c~d",
  "\u0000",
  "\u202e",
  "0",
  "hasOwnProperty",
];

/** A copy of `value` with one to four changes: values replaced, removed, added, renamed, or wrapped. */
export function mutated(value: unknown, random: Random): unknown {
  let copy = structuredClone(value);
  for (let changes = random.integer(1, 4); changes > 0; changes--) copy = changed(copy, random);
  return copy;
}

function changed(value: unknown, random: Random): unknown {
  const isContainer = typeof value === "object" && value !== null;
  if (!isContainer || Object.keys(value).length === 0 || random.chance(0.04)) return strange(value, random);
  if (Array.isArray(value)) {
    const index = random.integer(0, value.length - 1);
    if (random.chance(0.1)) return [...value, value[index]];
    return value.with(index, changed(value[index], random));
  }
  const entries = Object.entries(value);
  const index = random.integer(0, entries.length - 1);
  const [key, inner] = entries[index]!;
  const choice = random.next();
  if (choice < 0.08) entries.splice(index, 1);
  else if (choice < 0.14) entries.push([random.pick(STRANGE_KEYS), random.pick(STRANGE)]);
  else if (choice < 0.18) entries[index] = [random.pick(STRANGE_KEYS), inner];
  else entries[index] = [key, changed(inner, random)];
  return Object.fromEntries(entries);
}

function strange(value: unknown, random: Random): unknown {
  if (random.chance(0.15)) return [value];
  if (random.chance(0.1)) return { inner: value };
  return random.pick(STRANGE);
}

const DEEP = 100_000;

/** What JSON.stringify would never write, put into JSON: most often still JSON, or the beginning of it. */
export function mutatedJson(json: string, random: Random): string {
  const at = random.integer(0, json.length);
  /** Somewhere where a member begins. */
  const member = (text: string) => {
    const places = [...json.matchAll(/\{(?=")/g)].map(({ index }) => index + 1);
    const place = places.length === 0 ? 0 : random.pick(places);
    return json.slice(0, place) + text + json.slice(place);
  };
  /** In the place of a value. */
  const value = (text: string) => {
    const values = [...json.matchAll(/(?<=":)(?:"[^"\\]*"|\d+|true|false|null)/g)];
    if (values.length === 0) return json;
    const { index, 0: { length } } = random.pick(values);
    return json.slice(0, index) + text + json.slice(index + length);
  };
  const changes: readonly (() => string)[] = [
    () => json.slice(0, at),
    () =>
      json.slice(0, at) + random.pick(["\u0000", "\ufeff", "\u202e", "}", "]", '"', ",", "\\"]) +
      json.slice(at),
    () => "\ufeff" + json,
    () => json + random.pick(["x", "{}", " ".repeat(1_000), "\u0000"]),
    () => member('"__proto__":{"polluted":1},'),
    () => member('"constructor":{"prototype":{"polluted":1}},'),
    () => member(random.pick(['"kind":"Other",', '"request":null,', '"metadata":[],', '"uid":"other",'])),
    () => value(random.pick(["1e999", "-1e-999", "9".repeat(400), "-0", "0.1e1"])),
    () => value(random.pick(['"\\ud800"', '"\\u0000"', '"\\u202e"', '"\\ufffe"'])),
    () => value("[".repeat(DEEP) + "]".repeat(DEEP)),
    () => value('{"a":'.repeat(DEEP) + "1" + "}".repeat(DEEP)),
  ];
  // The deep ones take their time: one in a hundred will do.
  return random.chance(0.02) ? changes[random.integer(9, 10)]!() : random.pick(changes.slice(0, 9))();
}
