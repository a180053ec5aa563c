export type Unit = "count" | "money" | "minutes" | "seconds" | "share" | "price" | "rate";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 4 });

/** A figure with its unit: `12 min`, `45.8 %`, `1,500`. */
export function formatFigure(value: number, unit: Unit): string {
  return unit === "seconds" ? formatSeconds(value) : formatBare(value, unit) + suffixOf(unit);
}

/** Without its unit, but for seconds, whose form depends on how many there are. */
export function formatBare(value: number, unit: Unit): string {
  switch (unit) {
    case "seconds":
      return formatSeconds(value);
    case "share":
      return withDigits(value * 100, 1, 1);
    case "money":
      return withDigits(value, Math.abs(value) < 1_000 ? 2 : 0, 2);
    case "minutes":
      return withDigits(value, Math.abs(value) < 10 ? 1 : 0);
    case "price":
      return withDigits(value, 4, 2);
    case "rate":
      return withDigits(value, 3);
    case "count":
      return withDigits(value, Number.isInteger(value) ? 0 : 1);
  }
}

export function suffixOf(unit: Unit): string {
  return unit === "share" ? " %" : unit === "minutes" ? " min" : "";
}

/** At most so many digits after the point; what is there and too small for them is not shown as nothing. */
function withDigits(value: number, most: number, least = 0): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1e9) return COMPACT.format(value);
  const smallest = 10 ** -most;
  if (Math.abs(value) < smallest / 2) return value < 0 ? `>-${smallest}` : `<${smallest}`;
  const options = { maximumFractionDigits: most, minimumFractionDigits: Math.min(least, most) };
  return value.toLocaleString("en-US", options);
}

function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined([Math.floor(whole / 60), "min"], [whole % 60, "s"]);
  if (whole < 86_400) return joined([Math.floor(whole / 3600), "h"], [Math.floor(whole % 3600 / 60), "min"]);
  return joined([Math.floor(whole / 86_400), "d"], [Math.floor(whole % 86_400 / 3600), "h"]);
}

function joined(...parts: readonly (readonly [number, string])[]): string {
  return parts.filter(([n], i) => i === 0 || n !== 0).map(([n, unit]) => `${n.toLocaleString("en-US")} ${unit}`)
    .join(" ");
}

/** One number of a series, as its table shows it. */
export function formatPoint(value: number): string {
  return String(Math.round(value * 100) / 100 || 0);
}

/** A number beside an axis or a line: few characters. */
export function formatAxis(value: number): string {
  if (Math.abs(value) >= 10_000) return COMPACT.format(Number(value.toPrecision(3)));
  return withDigits(value, Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);
}

/** `7 days`, `36 hours`, `1 hour`, `90 seconds`: the largest unit that leaves no rest. */
export function formatLength(ms: number): string {
  const units = [[DAY, "day"], [HOUR, "hour"], [MINUTE, "minute"]] as const;
  const [size, name] = units.find(([unit]) => ms >= unit && ms % unit === 0) ?? [1_000, "second"];
  const count = ms / size;
  return `${count.toLocaleString("en-US")} ${name}${count === 1 ? "" : "s"}`;
}

/** What follows `each`: `hour`, `10 minutes`. */
export function formatPeriod(ms: number): string {
  return formatLength(ms).replace(/^1 /, "");
}

export function countOf(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

/** `Mon 3 Feb 2025, 00:00 UTC` */
export function formatInstant(ms: number): string {
  const date = new Date(ms);
  return `${dayOf(date)} ${monthOf(date)} ${date.getUTCFullYear()}, ${clockOf(date)} UTC`;
}

export interface Moment {
  readonly startMs: number;
  readonly lengthMs: number;
}

/** A time of the run, as short as the run allows: `Mon 03:00`, or `3 Feb 03:00` where it is longer than a week. */
export function formatTime(atMs: number, { startMs, lengthMs }: Moment): string {
  const date = new Date(startMs + atMs);
  const day = lengthMs <= 7 * DAY ? DAYS[date.getUTCDay()]! : `${date.getUTCDate()} ${monthOf(date)}`;
  return `${day} ${clockOf(date)}`;
}

/** What stands under a mark of the time axis, `stepMs` from the next. */
export function formatTick(ms: number, stepMs: number): string {
  const date = new Date(ms);
  if (stepMs >= 28 * DAY) return `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  if (stepMs >= 7 * DAY) return `${date.getUTCDate()} ${monthOf(date)}`;
  if (ms % DAY === 0) return dayOf(date);
  return date.toISOString().slice(11, stepMs < MINUTE ? 19 : 16);
}

function dayOf(date: Date): string {
  return `${DAYS[date.getUTCDay()]} ${date.getUTCDate()}`;
}

function monthOf(date: Date): string {
  return MONTHS[date.getUTCMonth()]!;
}

/** Seconds only where there are any. */
function clockOf(date: Date): string {
  const time = date.toISOString().slice(11, 19);
  return time.endsWith(":00") ? time.slice(0, 5) : time;
}
