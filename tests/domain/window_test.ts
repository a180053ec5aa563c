import assert from "node:assert/strict";
import { disruptionWindow, isSchedule } from "../../src/domain/window.ts";
import { forAll } from "../support/random.ts";

const HOUR = 3_600_000;

const SCHEDULES = [
  "* * * * *",
  "0 2 * * *",
  "*/15 * * * *",
  "0,30 8-18 * * 1-5",
  "0 2 * * MON-FRI",
  "0 0 1 JAN *",
  "0 0 29 2 *",
  "0 0 31 1-12 *",
  "0 0 * * 0",
  "0 0 * * 7",
  "0 0-23/2 * * *",
];

for (const schedule of SCHEDULES) {
  Deno.test(`isSchedule() takes "${schedule}"`, () => assert.ok(isSchedule(schedule)));
}

const NO_SCHEDULES = [
  "",
  " ",
  "@daily",
  "@hourly",
  "0 2 * *",
  "0 0 2 * * *",
  "0 0 2 * * * 2030",
  "0 0 30 2 *",
  "0 0 31 4,6,9,11 *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * 32 * *",
  "* * * 13 *",
  "* * * * 8",
  "-1 * * * *",
  "*/0 * * * *",
  "5-1 * * * *",
  "1,,2 * * * *",
  "a b c d e",
  "0 2 * * FOO",
  " 0 2 * * *",
  "0 2 * * * ",
  "0 2 * * *\n",
  "0\t2\t*\t*\t*",
  "0 2 * * *; rm",
  "2030-01-01T00:00:00",
  `${"0,".repeat(150)}0 * * * *`,
  "*".repeat(10_240),
];

for (const text of NO_SCHEDULES) {
  const shown = text.length > 40 ? `${text.length} characters` : JSON.stringify(text);
  Deno.test(`isSchedule() takes ${shown} for no schedule`, () => assert.equal(isSchedule(text), false));
}

Deno.test("disruptionWindow() throws for what is no schedule", () => {
  assert.throws(() => disruptionWindow("@daily", HOUR), TypeError);
});

const MONDAY = Date.UTC(2025, 0, 6);
const at = (hours: number) => MONDAY + hours * HOUR;
const day = 24;

interface Row {
  readonly schedule: string;
  readonly hours: number;
  readonly when: string;
  readonly at: number;
  /** Undefined: it is open. */
  readonly opens: number | undefined;
}

const NIGHTLY = { schedule: "0 2 * * *", hours: 4 };
const OPENINGS: readonly Row[] = [
  { ...NIGHTLY, when: "a millisecond before it opens", at: at(2) - 1, opens: at(2) },
  { ...NIGHTLY, when: "when it opens", at: at(2), opens: undefined },
  { ...NIGHTLY, when: "a millisecond after it has opened", at: at(2) + 1, opens: undefined },
  { ...NIGHTLY, when: "a millisecond before it closes", at: at(6) - 1, opens: undefined },
  { ...NIGHTLY, when: "when it closes", at: at(6), opens: at(day + 2) },
  { ...NIGHTLY, when: "a millisecond after it has closed", at: at(6) + 1, opens: at(day + 2) },
  { schedule: "0 22 * * 5", hours: 8, when: "the day before", at: at(3 * day), opens: at(4 * day + 22) },
  { schedule: "0 22 * * 5", hours: 8, when: "past midnight", at: at(5 * day + 5), opens: undefined },
  {
    schedule: "0 22 * * 5",
    hours: 8,
    when: "when it closes the day after",
    at: at(5 * day + 6),
    opens: at(11 * day + 22),
  },
  { schedule: "0 * * * *", hours: 1, when: "where one ends as the next begins", at: at(7), opens: undefined },
  { schedule: "0 * * * *", hours: 2, when: "where one overlaps the next", at: at(7.5), opens: undefined },
  { schedule: "0 0 1 * *", hours: 24, when: "in the month before", at: at(0), opens: Date.UTC(2025, 1, 1) },
  {
    schedule: "0 0 29 2 *",
    hours: 24,
    when: "years before a leap day",
    at: at(0),
    opens: Date.UTC(2028, 1, 29),
  },
  {
    schedule: "0 0 29 2 *",
    hours: 24,
    when: "before 2100 has none",
    at: Date.UTC(2096, 2, 2),
    opens: Date.UTC(2104, 1, 29),
  },
  {
    schedule: "30 2 30 3 *",
    hours: 1,
    when: "where a zone's clocks go forward",
    at: at(0),
    opens: Date.UTC(2025, 2, 30, 2, 30),
  },
];

for (const { schedule, hours, when, at, opens } of OPENINGS) {
  const state = opens === undefined ? "open" : `closed until ${new Date(opens).toISOString()}`;
  Deno.test(`opensAt() of "${schedule}" for ${hours} h is ${state} ${when}`, () => {
    assert.equal(disruptionWindow(schedule, hours * HOUR).opensAt(at), opens);
  });
}

Deno.test("opensAt() keeps to a window shorter than a second", () => {
  const window = disruptionWindow("0 2 * * *", 250);
  assert.equal(window.opensAt(at(2) + 249), undefined);
  assert.equal(window.opensAt(at(2) + 250), at(day + 2));
});

interface Times {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly weekdays: readonly number[];
}

/** The ticks of a day's schedule, minute by minute. */
function isTick(ms: number, { minutes, hours, weekdays }: Times): boolean {
  const date = new Date(ms);
  return minutes.includes(date.getUTCMinutes()) && hours.includes(date.getUTCHours()) &&
    weekdays.includes(date.getUTCDay());
}

forAll("opensAt() agrees with a walk over all minutes", { runs: 150 }, (random) => {
  const some = (most: number, share: number) => {
    const all = Array.from({ length: most + 1 }, (_, number) => number);
    const chosen = random.some(all, share);
    return chosen.length > 0 ? chosen : [random.pick(all)];
  };
  const times = { minutes: some(59, 0.03), hours: some(23, 0.1), weekdays: some(6, 0.5) };
  const schedule = `${times.minutes} ${times.hours} * * ${times.weekdays}`;
  const durationMs = random.integer(1, 12 * 60) * 60_000 - random.integer(0, 59_999);
  const now = MONDAY + random.integer(0, 7 * day * HOUR);
  const minute = 60_000;
  let opensAt: number | undefined = Math.floor(now / minute) * minute;
  while (opensAt > now - durationMs && !isTick(opensAt, times)) opensAt -= minute;
  if (opensAt > now - durationMs) opensAt = undefined;
  else {
    opensAt = (Math.floor(now / minute) + 1) * minute;
    while (!isTick(opensAt, times)) opensAt += minute;
  }
  assert.equal(
    disruptionWindow(schedule, durationMs).opensAt(now),
    opensAt,
    `${schedule} for ${durationMs} at ${now}`,
  );
});

const LOCAL = [
  "getHours",
  "getDate",
  "getDay",
  "getMonth",
  "getFullYear",
  "getMinutes",
  "getTimezoneOffset",
] as const;

Deno.test("opensAt() reads no local time", () => {
  const originals = LOCAL.map((name) => [name, Date.prototype[name]] as const);
  for (const name of LOCAL) {
    Date.prototype[name] = () => {
      throw new Error(`local time was read: ${name}()`);
    };
  }
  try {
    assert.equal(disruptionWindow("0 2 * * 1", HOUR).opensAt(at(3)), at(7 * day + 2));
    assert.ok(isSchedule("0 2 * * 1"));
  } finally {
    for (const [name, original] of originals) Date.prototype[name] = original;
  }
});
