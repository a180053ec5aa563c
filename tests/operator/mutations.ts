import type { Random } from "../support/random.ts";

/** What a stranger may put anywhere. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  "text",
  "\ud800",
  "x".repeat(5_000),
  [],
  {},
  [null],
  [[]],
  { "__proto__": null },
  { "constructor": { "prototype": 1 } },
];
const STRANGE_KEYS = ["__proto__", "constructor", "toString", "", "a.b/c~d", "\u0000", "0", "hasOwnProperty"];

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
