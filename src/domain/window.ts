import { Cron } from "croner";

/** When evictions are allowed: from each tick of a cron schedule (UTC), for a duration. */
export interface DisruptionWindow {
  readonly schedule: string;
  readonly durationMs: number;
  /** The moment this window opens next where it is closed at `wallMs`; undefined while it is open. */
  opensAt(wallMs: number): number | undefined;
}

/** What a message says is allowed where a schedule is asked for. */
export const SCHEDULE_FORM = 'five cron fields in UTC such as "0 2 * * 1-5", that come round';

const FIVE_FIELDS = /^[0-9A-Za-z*\/,#?-]+(?: [0-9A-Za-z*\/,#?-]+){4}$/;

function parseCron(schedule: string): Cron | undefined {
  if (schedule.length > 256 || !FIVE_FIELDS.test(schedule)) return undefined;
  try {
    return new Cron(schedule, { timezone: "UTC", mode: "5-part", paused: true });
  } catch (error) {
    // croner's way to say "not a schedule": TypeError for the form, RangeError for a value.
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A leap day in a year that skips one comes at most every eight years; any year works as the origin. */
const SOME_DAY = "2000-01-01T00:00:00Z";

export function isSchedule(schedule: string): boolean {
  const cron = parseCron(schedule);
  return cron !== undefined && cron.nextRun(SOME_DAY) !== null;
}

/** Callers have asked `isSchedule` before; anything else is a mistake of ours, and throws. */
export function disruptionWindow(schedule: string, durationMs: number): DisruptionWindow {
  const cron = parseCron(schedule);
  if (cron === undefined) throw new TypeError(`Cannot open a window: not a schedule: ${schedule}`);
  return {
    schedule,
    durationMs,
    opensAt(wallMs) {
      // The window is open when a tick lies in (now - duration, now]; nextRun looks past its argument.
      const tick = cron.nextRun(new Date(wallMs - durationMs));
      if (tick === null || tick.getTime() > wallMs) return tick?.getTime() ?? Infinity;
      return undefined;
    },
  };
}
