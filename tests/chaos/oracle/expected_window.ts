/** When a workload may be moved: minutes that match, and for so long from each. */
export interface ExpectedWindow {
  readonly schedule: string;
  readonly durationMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Durations of one unit, which is all that the chaos writes. */
export function parseLength(text: string): number | undefined {
  const found = /^([1-9]\d*)(m|h)$/.exec(text);
  return found === null ? undefined : Number(found[1]) * (found[2] === "h" ? HOUR_MS : MINUTE_MS);
}

/** Cron fields as far as the chaos writes them: `*`, `*` with a step, a number, or a range of days. */
export function isPlainSchedule(text: string): boolean {
  const fields = text.split(" ");
  return fields.length === 5 && fields.every((field) => /^(?:\*(?:\/\d+)?|\d+(?:-\d+)?)$/.test(field));
}

function matches(field: string, value: number): boolean {
  if (field === "*") return true;
  if (field.startsWith("*/")) return value % Number(field.slice(2)) === 0;
  const [least, most = least] = field.split("-").map(Number);
  return value >= least! && value <= most!;
}

function isTick(schedule: string, wallMs: number): boolean {
  const [minute, hour, day, month, weekday] = schedule.split(" ") as [string, string, string, string, string];
  const date = new Date(wallMs);
  return matches(minute, date.getUTCMinutes()) && matches(hour, date.getUTCHours()) &&
    matches(day, date.getUTCDate()) && matches(month, date.getUTCMonth() + 1) &&
    matches(weekday, date.getUTCDay());
}

/** Whether a tick lies in the last `durationMs`. Looks at each of its minutes. */
export function isWindowOpen({ schedule, durationMs }: ExpectedWindow, wallMs: number): boolean {
  const minute = Math.floor(wallMs / MINUTE_MS) * MINUTE_MS;
  for (let atMs = minute; atMs > wallMs - durationMs; atMs -= MINUTE_MS) {
    if (isTick(schedule, atMs)) return true;
  }
  return false;
}
